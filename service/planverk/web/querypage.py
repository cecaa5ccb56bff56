"""The query page: a form, which scripts turn into an editor with examples, suggestions and the answer on the same page."""

from flask import Blueprint, Response, abort, json, render_template, request

from planverk import media, questions
from planverk.store.formats import FORMATS
from planverk.vocab import CODE, ONTOLOGY_IRI, PREFIXES, SHAPE, W3ID, document_path
from planverk.web.imprint import Format, Imprint
from planverk.web.languages import spoken
from planverk.web.lexicon import lexicon
from planverk.web.responses import address, document, here, in_language, instance, varies, way

blueprint = Blueprint("querypage", __name__)
_WORDS = media.Representation("json", "application/json", "JSON", is_rdf=False)


def query_page() -> Response:
    """The page, with the query of the example that the address names, or of the first."""
    examples = questions.examples()
    shown = examples.get(request.args["example"]) if "example" in request.args else next(iter(examples.values()), None)
    if "example" in request.args and shown is None:
        abort(404)
    titles = [
        (name, in_language(example.titles, instance()), example.query.strip()) for name, example in examples.items()
    ]
    body = render_template(
        "sparql.html",
        **here(),
        examples=titles,
        query=shown.query.strip() if shown else "",
        places=_places(),
        formats=_formats(),
        imprint=Imprint(address("/sparql"), "/sparql", _described()),
    )
    return document(body, media.HTML)


@blueprint.get("/sparql/words")
def words() -> Response:
    """What the editor suggests, in the language of the page."""
    response = document(json.dumps(lexicon(instance())), _WORDS)
    response.content_language = [spoken(instance())]
    return varies(response)


def _places() -> list[dict[str, str]]:
    """How addresses in answers are shown and where they lead, the longest beginning first: ours to the pages of this site."""
    base = instance().base
    shown = {base: "", W3ID: "", str(CODE): "code/", str(SHAPE): "shapes#", str(ONTOLOGY_IRI): "ontology"}
    shown |= {space: f"{prefix}:" for prefix, space in PREFIXES.items()}
    return [
        {"start": start, "path": _path(base, start), "shown": shown[start]}
        for start in sorted(shown, key=len, reverse=True)
    ]


def _path(base: str, start: str) -> str:
    """The address here of what begins so; what is not ours keeps its own."""
    name = "x" if start.endswith(("/", "#")) else ""
    path = document_path(base, start + name)
    return (way(path) if path else start + name).removesuffix(name)


def _described() -> tuple[Format, ...]:
    """The description of the service, in each format."""
    return tuple(Format(row.title, f"/sparql?format={row.suffix}", row.media_type) for row in media.RDF_REPRESENTATIONS)


def _formats() -> dict[str, list[tuple[str, str]]]:
    """The formats of each kind of answer, by suffix and name."""
    titles = {row.suffix: row.title for row in media.RDF_REPRESENTATIONS}
    return {
        kind: [(row.suffix, titles.get(row.suffix, row.suffix.upper())) for row in rows]
        for kind, rows in FORMATS.items()
    }
