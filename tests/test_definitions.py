"""The documentation of the vocabulary: every term, code and rule has a page that says what people need, in three languages."""

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from flask.testing import FlaskClient
from pyld import jsonld
from rdflib import OWL, RDF, RDFS, Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from planverk import folders, validation, versions
from planverk.dictionary import Dictionary, read_dictionary
from planverk.examples import BASE, CONTEXT, example_of
from planverk.findings import Severity
from planverk.instance import Instance
from planverk.media import RDF_REPRESENTATIONS, TURTLE
from planverk.rules import FOR_DATA, FOR_HARVEST, Ruleset, examples
from planverk.serialization import canonical
from planverk.sources import read
from planverk.store.positions import Positions
from planverk.vocab import DCT, PLAN, PREFIXES, SH, SKOS, W3ID, definition_path
from planverk.vocabulary import Vocabulary, read_catalogue_rules
from planverk.web import create_app, ontology
from planverk.web.glossary import Glossary
from planverk.web.picture import picture
from planverk.web.responses import instance

DOCS = Path(__file__).parents[1] / "docs"
LANGUAGES = ["nb", "nn", "en"]
DICTIONARY = read_dictionary()
CLASSES, PROPERTIES, SCHEMES = DICTIONARY.classes, DICTIONARY.properties, DICTIONARY.schemes
CODES = [code for scheme in SCHEMES for code in DICTIONARY.codes(scheme)]
RULES = list(DICTIONARY.by_iri)
KINDS = {"classes": CLASSES, "properties": PROPERTIES, "code lists": SCHEMES, "codes": CODES, "rules": RULES}
OVERVIEWS = ["/def", "/def/shapes", "/def/shapes/catalogue", "/def/mappings"]
RULESETS = pytest.mark.parametrize("ruleset", [FOR_DATA, FOR_HARVEST], ids=lambda ruleset: ruleset.prefix)

# rdflib's parsers use names that it has deprecated itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")

Fetch = Callable[..., str]


def path_of(iri: URIRef) -> str:
    """Where the service answers for a term of ours."""
    return definition_path(iri.removeprefix(W3ID))


EVERY_PAGE = [*OVERVIEWS, *(path_of(iri) for iris in KINDS.values() for iri in iris)]


@pytest.fixture(scope="module")
def fetch(client: FlaskClient) -> Fetch:
    """The text of a page in a language; each is asked for once."""
    pages: dict[tuple[str, str], str] = {}

    def page(path: str, language: str = "nb") -> str:
        if (path, language) not in pages:
            response = client.get(path, headers={"Accept": "text/html", "Accept-Language": language})
            assert response.status_code == 200, path
            pages[path, language] = response.text
        return pages[path, language]

    return page


class Outline(HTMLParser):
    """What the tests look at in a page: its headings, ids, links, tables and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headers_without_scope = 0
        self.tables = self.captions = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.levels += [int(tag[1])] if re.fullmatch(r"h[1-6]", tag) else []
        self.links += [found["href"] or ""] if tag == "a" else []
        self.tables += tag == "table"
        self.captions += tag == "caption"
        self.headers_without_scope += tag == "th" and "scope" not in found


# Every term has its page and its data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_everything_has_a_page_in_every_language(fetch: Fetch, kind: str, language: str) -> None:
    for iri in KINDS[kind]:
        page = fetch(path_of(iri), language)
        assert f'<html lang="{language}">' in page, iri
        assert f"<code>{iri}</code>" in page, iri


@pytest.mark.parametrize("kind", KINDS)
def test_everything_is_described_as_data(client: FlaskClient, kind: str) -> None:
    for iri in KINDS[kind]:
        response = client.get(f"{path_of(iri)}.nt")
        assert (response.status_code, response.mimetype) == (200, "application/n-triples"), iri
        assert f"<{iri}> <".encode() in response.data, iri


@pytest.mark.parametrize(
    ("path", "whole"),
    [
        ("/def/shapes", DICTIONARY.vocabulary.shapes),
        ("/def/shapes/catalogue", read_catalogue_rules().whole),
        ("/def/mappings", sum(DICTIONARY.mappings.values(), Graph())),
        ("/def", Graph().parse(folders.ONTOLOGY / "planverk.ttl")),
    ],
    ids=OVERVIEWS[1:] + OVERVIEWS[:1],
)
def test_the_whole_is_served_as_it_was_written(client: FlaskClient, path: str, whole: Graph) -> None:
    served = Graph().parse(data=client.get(path, headers={"Accept": "text/turtle"}).data, format="turtle")
    assert canonical({PLAN.whole: served}) == canonical({PLAN.whole: whole})


@pytest.mark.parametrize("file", ["context.jsonld", "plan-tree.frame.jsonld"])
def test_the_context_and_the_frame_are_served_to_anyone(client: FlaskClient, file: str) -> None:
    response = client.get(f"/def/{file}")
    assert (response.status_code, response.content_type) == (200, "application/ld+json")
    assert response.data == (folders.ONTOLOGY / file).read_bytes()
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path",
    [
        "/def/Nothing",
        "/def/other/Goal",
        "/def/code/goal-level/none",
        "/def/shapes/None",
        "/def/shapes/catalogue/None",
        "/def/shapes/none/Goal-goalLevel",
        "/def/ontology/0.0.9",
    ],
)
def test_what_the_vocabulary_has_not_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


# Where the addresses lead

REGISTERED = re.compile(r"^RewriteRule (?P<address>\S+) https://data\.example\.no(?P<path>\S+) ", re.MULTILINE)
REDIRECTS = REGISTERED.findall((DOCS / "howto" / "register-w3id.md").read_text(encoding="utf-8"))


def led_to(name: str) -> str:
    """Where the first of the rules for w3id.org that fits an address there leads; to a path of nothing when none does."""
    fitting = ((re.search(address, name), path) for address, path in REDIRECTS)
    return next((found.expand(path.replace("$", "\\")) for found, path in fitting if found), "/nothing")


def test_w3id_leads_every_address_of_ours_to_an_answer(client: FlaskClient) -> None:
    graphs = [DICTIONARY.ontology, *DICTIONARY.mappings.values(), *map(DICTIONARY.shapes_of, (FOR_DATA, FOR_HARVEST))]
    terms = {term for graph in graphs for triple in graph for term in triple if isinstance(term, URIRef)}
    named = {str(term).partition("#")[0].removeprefix(W3ID) for term in terms if term.startswith(W3ID)}
    files = {"context.jsonld", "plan-tree.frame.jsonld", "mappings"}
    whole = {"ontology", "shapes"}
    frozen = {f"{part}/{version}" for part in whole for version in versions.versions()}
    # The version that the ontology gives itself is answered for once it is frozen.
    published = named - {f"{part}/{DICTIONARY.version}" for part in whole} | frozen | files
    assert {"shapes/catalogue", "structure/observations", "code/goal-level/main-goal"} < published
    assert {name for name in published if client.get(led_to(name)).status_code != 200} == set()


# What the pages say


@pytest.mark.parametrize("iri", CLASSES, ids=lambda iri: iri.removeprefix(PLAN))
def test_the_page_of_a_class_has_its_properties_rules_example_and_mappings(fetch: Fetch, iri: URIRef) -> None:
    page = fetch(path_of(iri))
    assert {f">{PREFIXED[use.term]}<" for use in DICTIONARY.uses(iri)} <= set(re.findall(r">[^<>]+<", page))
    assert all(f'href="/def/shapes/{rule.name}"' in page for rule in DICTIONARY.rules_of(iri))
    assert "Oppdiktet" in page and "@prefix plan:" in page and "&#34;@context&#34;" in page
    assert all(str(target) in page for graph in DICTIONARY.mappings.values() for target in links_to_others(graph, iri))


def links_to_others(graph: Graph, iri: URIRef) -> Iterator[URIRef]:
    return (target for target in graph.objects(iri) if isinstance(target, URIRef))


PREFIXED = {
    term: f"{prefix}:{term.removeprefix(namespace)}"
    for term in [*PROPERTIES, *DICTIONARY.borrowed]
    for prefix, namespace in PREFIXES.items()
    if term.startswith(namespace)
}


def test_a_class_says_how_many_values_its_properties_must_have(fetch: Fetch) -> None:
    page = re.sub(r"\s+", " ", fetch("/def/Action", "en"))
    assert re.search(r">responsible actor<.{,400}must have at least 1, should have at most 1", page)
    assert re.search(r">action kind<.{,400}may have at most 1<", page)
    assert re.search(r">contributes to<.{,300}should have at least 1<", page)
    assert "must not have" in fetch("/def/Heading", "en")


@pytest.mark.parametrize("iri", PROPERTIES, ids=lambda iri: iri.removeprefix(PLAN))
def test_the_page_of_a_property_has_what_it_is_used_on_its_values_and_its_rules(fetch: Fetch, iri: URIRef) -> None:
    page = fetch(path_of(iri))
    linked = [*DICTIONARY.ontology.objects(iri, RDFS.domain), *DICTIONARY.kinds_of(iri)]
    ours = [path_of(URIRef(term)) for term in linked if str(term).startswith(W3ID)]
    assert all(f'href="{path}"' in page for path in ours)
    assert all(f'href="/def/shapes/{rule.name}"' in page for rule in DICTIONARY.rules_on(iri))
    assert all(f'href="{path_of(code)}"' in page for code in DICTIONARY.codes(DICTIONARY.scheme_of(iri) or iri))


def test_a_code_list_has_all_its_codes_in_order(fetch: Fetch) -> None:
    for scheme in SCHEMES:
        links = Outline(fetch(path_of(scheme))).links
        codes = [path_of(code) for code in DICTIONARY.codes(scheme)]
        assert [link for link in links if link in codes] == codes, scheme


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_rule_says_what_why_and_shows_what_it_catches(fetch: Fetch, language: str) -> None:
    for rule in (rule for rule in DICTIONARY.by_iri.values() if rule.severity):
        page, shapes = unescaped(fetch(path_of(rule.iri), language)), DICTIONARY.shapes_of(rule.ruleset)
        said = [text for part in (SH.message, SH.description) for text in shapes.objects(rule.iri, part)]
        assert all(str(text) in page for text in said), rule.name
        assert f'class="badge {rule.severity.name.lower()}"' in page, rule.name
        assert all(example.text in page for example in examples(rule)), rule.name
        assert rule.source in page, rule.name


def unescaped(page: str) -> str:
    for escaped, character in {"&lt;": "<", "&gt;": ">", "&#34;": '"', "&#39;": "'", "&amp;": "&"}.items():
        page = page.replace(escaped, character)
    return page


def test_every_rule_that_a_graph_can_show_has_examples_that_fail_and_pass() -> None:
    for rule in DICTIONARY.by_iri.values():
        if rule.severity and any(DICTIONARY.shapes_of(rule.ruleset).objects(rule.iri, RDF.type)):
            assert {example.fails for example in examples(rule)} == {True, False}, rule.name


@RULESETS
def test_the_list_of_rules_has_each_once_where_its_iri_leads(fetch: Fetch, ruleset: Ruleset) -> None:
    rules = [rule for rule in DICTIONARY.by_iri.values() if rule.ruleset == ruleset and rule.severity]
    path = path_of(ruleset.iri)
    page = Outline(fetch(path))
    assert sorted(link for link in page.links if link.startswith(f"{path}/")) == sorted(
        path_of(rule.iri) for rule in rules
    )
    assert {rule.name for rule in rules} <= set(page.ids)


def test_the_overview_has_a_place_for_each_term_where_its_iri_leads(fetch: Fetch) -> None:
    ids = Outline(fetch("/def")).ids
    assert {iri.removeprefix(PLAN) for iri in [*CLASSES, *PROPERTIES]} <= set(ids)


# The picture


def test_the_arrows_of_the_picture_are_true_of_the_ontology(client: FlaskClient) -> None:
    with client.application.test_request_context("/def"):
        drawn = picture(Glossary(DICTIONARY, instance()))
    for arrow in drawn.arrows:
        term, source, target = (expanded(end.code) for end in (arrow.term, arrow.source, arrow.target))
        for relation, end in ((RDFS.domain, source), (RDFS.range, target)):
            allowed = set(DICTIONARY.ontology.objects(term, relation))
            assert not allowed or allowed & {end, *DICTIONARY.wider(end), *agents(end)}, (arrow.term.code, end)
        assert all(0 < x < drawn.width and 0 < y < drawn.height for x, y in [*arrow.corners, arrow.label])


def agents(kind: URIRef) -> set[URIRef]:
    """What the mapping to PROV puts above a class."""
    return {URIRef(wide) for wide in DICTIONARY.mappings["prov"].objects(kind, RDFS.subClassOf)}


def expanded(code: str) -> URIRef:
    prefix, _, name = code.partition(":")
    return URIRef(PREFIXES[prefix] + name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_is_told_in_a_table_too(fetch: Fetch, language: str) -> None:
    page = fetch("/def", language)
    drawn = re.findall(r'<text class="arrow.*?</text>', page, re.DOTALL)
    told = page[page.index("<details>") : page.index("</details>")]
    assert len(drawn) == told.count("<tr>") - 1
    assert "<title id=" in page and "<desc id=" in page


# The examples


@pytest.mark.parametrize("iri", CLASSES, ids=lambda iri: iri.removeprefix(PLAN))
def test_an_example_says_the_same_in_turtle_and_in_json(iri: URIRef) -> None:
    below = DICTIONARY.ontology.transitive_subjects(RDFS.subClassOf, iri)
    example = example_of(URIRef(kind) for kind in below)
    assert example
    document = json.loads(example.json_ld)
    assert document["@context"] == [CONTEXT, {"@base": BASE}]
    document["@context"][0] = DICTIONARY.context
    statements = jsonld.to_rdf(document, {"format": "application/n-quads"})
    turtle = Graph().parse(data=example.turtle, format="turtle", publicID=BASE)
    assert isomorphic(Graph().parse(data=statements, format="nt"), turtle)


@pytest.mark.parametrize("path", sorted((folders.ONTOLOGY / "examples").glob("*.ttl")), ids=lambda path: path.stem)
def test_no_rule_stops_an_example(path: str) -> None:
    found = validation.validate(Graph().parse(path, publicID=BASE), Positions(), DICTIONARY.vocabulary)
    assert [finding.rule_name for finding in found if finding.severity is Severity.VIOLATION] == []


# The pages as pages


def test_every_link_within_the_vocabulary_leads_somewhere(client: FlaskClient, fetch: Fetch) -> None:
    pages = {path: Outline(fetch(path)) for path in EVERY_PAGE}
    for path, page in pages.items():
        for link in page.links:
            target, place = link.partition("#")[::2]
            if target in pages or not target:
                assert not place or place in pages[target or path].ids, (path, link)
    others = {urlsplit(link).path for page in pages.values() for link in page.links if link.startswith("/")}
    # One format stands for all: they are made by the same code for every document.
    for path in sorted(path for path in others - set(pages) if not path.endswith(_OTHER_FORMATS)):
        assert client.get(unquote(path), buffered=True).status_code == 200, path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_well_made(fetch: Fetch, language: str) -> None:
    for path in EVERY_PAGE:
        page = Outline(fetch(path, language))
        steps = zip(page.levels, page.levels[1:], strict=False)
        assert page.levels[0] == 1 and page.levels.count(1) == 1, path
        assert all(after <= before + 1 for before, after in steps), path
        assert len(page.ids) == len(set(page.ids)), path
        assert (page.tables, page.headers_without_scope) == (page.captions, 0), path


_OTHER_FORMATS = tuple(f".{row.suffix}" for row in RDF_REPRESENTATIONS if row is not TURTLE)
_EMPTY = re.compile(r"<(h\d|caption|dt|th|summary|figcaption|li|a|span|option|title)\b[^>]*>\s*</\1>")
_UNNAMED_DATATYPE = re.compile(r'data-label="[^"]*">\s*<code>')


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_on_the_pages_lacks_its_name(fetch: Fetch, language: str) -> None:
    for path in EVERY_PAGE:
        page = fetch(path, language)
        assert _EMPTY.findall(page) == [], path
        assert not _UNNAMED_DATATYPE.search(page), path


@pytest.mark.parametrize("language", ["nn", "en"])
def test_the_vocabulary_speaks_the_language_of_the_page(fetch: Fetch, language: str) -> None:
    for path in EVERY_PAGE:
        page = fetch(path, language)
        assert not re.search(r"<(h1|a|td|p|caption)\b[^>]*lang=", page.split("<footer")[0]), path


def test_a_page_of_the_vocabulary_needs_no_release(unreleased: Instance) -> None:
    assert create_app(unreleased).test_client().get("/def/Goal").status_code == 200


# Terms on their way out


@pytest.fixture
def deprecated() -> Iterator[Dictionary]:
    """The vocabulary with `plan:Theme` on its way out; the graph is mended afterwards."""
    said = [(PLAN.Theme, OWL.deprecated, Literal(True)), (PLAN.Theme, DCT.isReplacedBy, PLAN.FocusArea)]
    for triple in said:
        DICTIONARY.ontology.add(triple)
    yield DICTIONARY
    for triple in said:
        DICTIONARY.ontology.remove(triple)


def test_a_term_on_its_way_out_says_so_and_what_to_use_instead(client: FlaskClient, deprecated: Dictionary) -> None:
    page = client.get("/en/def/Theme").text
    assert "on its way out of the vocabulary" in page
    assert re.search(r'Use instead:\s*<a href="/en/def/FocusArea">', page)
    assert "on its way out" in client.get("/en/def").text


def test_data_that_use_a_term_on_its_way_out_are_warned_of_but_not_stopped(
    unreleased: Instance, deprecated: Dictionary
) -> None:
    text = "@prefix plan: <https://w3id.org/planverk/ontology#> .\n<id/theme/a> a plan:Theme ."
    (unreleased.folder / "plan.ttl").write_text(text, encoding="utf-8")
    found = read(unreleased, Vocabulary(deprecated.ontology, deprecated.vocabulary.shapes))
    (finding,) = found.findings
    assert (finding.rule_name, finding.severity) == ("Source-deprecated-term", Severity.WARNING)
    assert "plan:FocusArea" in finding.sentence(["nb"])
    assert found.broken == set()


# The data behind the pages


def test_a_document_of_a_term_names_what_it_links_to_and_what_others_call_it() -> None:
    graph = Graph().parse(data=ontology.term(PLAN.Goal), format="nt")
    assert (PLAN.subGoalOf, RDFS.domain, PLAN.Goal) in graph
    assert Literal("planelement", lang="nb") in set(graph.objects(PLAN.PlanElement, RDFS.label))
    assert (PLAN.Goal, SKOS.relatedMatch, URIRef("http://metadata.un.org/sdg/ontology#Goal")) in graph


def test_a_document_of_a_rule_has_its_whole_constraint(client: FlaskClient) -> None:
    dataset = Dataset()
    dataset.parse(data=client.get("/def/shapes/Period-order.nq").data, format="nquads")
    rule = DICTIONARY.by_iri[URIRef(f"{W3ID}shapes#Period-order")]
    assert {triple[:3] for triple in dataset.quads((rule.iri, None, None, None))} == set(
        DICTIONARY.vocabulary.shapes.triples((rule.iri, None, None))
    )
