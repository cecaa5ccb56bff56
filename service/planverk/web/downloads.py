"""Frozen releases: a list of them, what is in each, and the files, which may be cached for ever."""

import re
from functools import partial

from flask import Blueprint, Response, abort, json, render_template, request, send_from_directory
from rdflib.term import Node

from planverk import media
from planverk.findings import Severity
from planverk.media import BY_SUFFIX, DOCUMENTS, RDF_REPRESENTATIONS
from planverk.release import REPORT, SUMS, Release, ReleaseError, all_releases, neighbours, open_release
from planverk.serialization import read
from planverk.vocab import RDF, SH, report_iri
from planverk.vocabulary import read_vocabulary
from planverk.web.datasets import written_size
from planverk.web.imprint import FEEDS, Format, Imprint, in_rdf, of_release
from planverk.web.languages import spoken
from planverk.web.reading import Names, Value
from planverk.web.resources import negotiated
from planverk.web.responses import (
    address,
    archive,
    document,
    edition,
    here,
    instance,
    link,
    quote_path,
    to,
    varies,
    wanted,
)

blueprint = Blueprint("downloads", __name__)
JSON = media.Representation("json", "application/json", "JSON", is_rdf=False)
# How many findings a page shows; the whole is in the RDF.
_ON_A_PAGE = 1000
_EVER = 365 * 24 * 60 * 60
# One part, told as RFC 9110, section 14.1.2, has it; numbers longer than that are no place in any file.
_PART = re.compile(r"bytes=(?:([0-9]{1,99})-([0-9]{1,99})?|-0*[1-9][0-9]{0,98})", re.IGNORECASE)


@blueprint.get("/releases/")
def releases() -> Response:
    """Every release, the newest first."""
    # Asked first: a list read before another release became current would be kept as that one's.
    current = edition().release.version
    found = all_releases(instance().releases)
    if wanted((media.HTML, JSON)) is JSON:
        return _json({"releases": [_summary(release) for release in found]})
    formats = (Format("JSON", "/releases/?format=json", JSON.media_type), *FEEDS)
    imprint = Imprint(address("/releases/"), "/releases/", formats)
    return _page("releases.html", releases=found, current=current, imprint=imprint)


@blueprint.get("/releases/<version>/")
def release(version: str) -> Response:
    """One release: its files with sizes and hashes."""
    if version == "current":
        return _to_the_current("")
    found = _release(version)
    if wanted((media.HTML, JSON)) is JSON:
        return _linked(_json(found.manifest), found)
    page = _page(
        "release.html",
        release=found,
        imprint=of_release(found),
        dumps=RDF_REPRESENTATIONS,
        sizes={row["name"]: row["bytes"] for row in found.files},
        size=partial(written_size, language=spoken(instance())),
    )
    return _linked(page, found)


@blueprint.get("/releases/<version>/report")
@blueprint.get(f"/releases/<version>/report.<any({','.join(BY_SUFFIX)}):suffix>")
def report(version: str, suffix: str | None = None) -> Response:
    """What the rules found in a release, as a SHACL validation report or as a page."""
    if version == "current":
        return _to_the_current(f"report.{suffix}" if suffix else "report")
    found = _release(version)
    lines = (found.folder / REPORT).read_bytes()
    response = negotiated(f"/releases/{version}/report", suffix, lambda: lines, partial(_report, found, lines))
    return _linked(response, found)


@blueprint.get("/releases/<version>/<name>")
def download(version: str, name: str) -> Response:
    """One file of a release, as it was frozen."""
    if version == "current":
        return _to_the_current(name)
    found = _release(version)
    media_types = {row["name"]: row["mediaType"] for row in found.files} | {
        "manifest.json": "application/json",
        SUMS: "text/plain",
    }
    if name not in media_types:
        abort(404)
    hashes = {row["name"]: row["sha256"] for row in found.files}
    # Without a hash of its own (the manifest, the list of sums) a file is told by the content it belongs to.
    etag = hashes.get(name, f"{found.content_hash}-{name}")
    if not _is_for_a_part():
        request.environ.pop("HTTP_RANGE", None)
    response = send_from_directory(found.folder.resolve(), name, mimetype=media_types[name], etag=etag, max_age=_EVER)
    response.cache_control.immutable = True
    del response.headers["Expires"]  # max-age says it, in words that are the same at any time
    return _linked(response, found, name)


def _is_for_a_part() -> bool:
    """Whether the field Range counts: for any other method or unit, or in other words, it is as if it was not there.

    What is to be the same as another part is told by a strong validator (RFC 9110, sections 13.1.5 and 14.2).
    """
    part = _PART.fullmatch(request.headers.get("Range", "").strip())
    if part is None or request.method != "GET" or request.headers.get("If-Range", "").startswith("W/"):
        return False
    return not part[2] or int(part[1]) <= int(part[2])


def _release(version: str) -> Release:
    # The client's word is looked for among the names there are, so that it never becomes part of a path.
    published = {path.name: path for path in instance().releases.glob("[!.]*") if not path.is_symlink()}
    if version not in published:
        abort(404)
    try:
        return open_release(published[version])
    except ReleaseError:
        abort(404)


def _to_the_current(name: str) -> Response:
    return to(f"/releases/{edition().release.version}/{name}", 307)


def _linked(response: Response, release: Release, name: str = "") -> Response:
    """Say where the same is in the latest release and in those before and after (RFC 5829), the licence and what describes it."""
    links = [
        ("latest-version", f"/releases/current/{quote_path(name)}"),
        ("license", str(release.manifest["licence"])),
        *([("describedby", f"/releases/{release.version}/")] if name else []),
    ]
    older, newer = neighbours(instance().releases, release)
    links += [
        (relation, f"/releases/{other.version}/{quote_path(name)}")
        for relation, other in (("predecessor-version", older), ("successor-version", newer))
        if other
    ]
    for relation, place in links:
        link(response, f'<{place}>; rel="{relation}"')
    return response


def _report(release: Release, lines: bytes) -> str:
    graph = read(lines)
    results = sorted(graph.subjects(RDF.type, SH.ValidationResult), key=lambda result: int(result.rpartition("#")[2]))  # type: ignore[attr-defined]  # results have IRIs
    shown, then = results[:_ON_A_PAGE], archive().edition(release.version)
    things = sorted({str(node) for result in shown for node in graph.objects(result, SH.focusNode)})
    told = read(b"".join(then.about(thing) for thing in things))
    names = Names(instance(), graph, told, read_vocabulary().shapes)
    rows = [
        {
            "severity": Severity.of(graph.value(result, SH.resultSeverity)),
            "rule": names.link(graph.value(result, SH.sourceShape) or result),
            "thing": _thing(names, graph.value(result, SH.focusNode)),
            "sentence": names.best(graph.objects(result, SH.resultMessage)),
        }
        for result in shown
    ]
    path = f"/releases/{release.version}/report"
    cited = str(report_iri(instance().base, release.version))
    imprint = Imprint(cited, path, in_rdf(path, DOCUMENTS), release=release)
    return render_template("report.html", **here(), release=release, results=rows, total=len(results), imprint=imprint)


def _thing(names: Names, node: Node | None) -> Value | None:
    return names.link(node) if node else None


def _summary(release: Release) -> dict[str, str]:
    return {"version": release.version, "issued": release.issued, "href": f"/releases/{release.version}/"}


def _json(content: dict[str, object]) -> Response:
    return varies(document(json.dumps(content, indent=2), JSON))


def _page(template: str, **content: object) -> Response:
    return varies(document(render_template(template, **here(), **content), media.HTML))
