"""What changed: from release to release as a page and RDF, as an Atom feed, and as a stream of versions (LDES)."""

from collections.abc import Iterator
from itertools import islice

from flask import Blueprint, Response, abort, render_template

from planverk import feed, serialization
from planverk.changes import Comparison, Kind, changeset
from planverk.feed import PAGE, Leaf, Member
from planverk.media import DOCUMENTS, RDF_REPRESENTATIONS, Representation
from planverk.release import Release
from planverk.store.cache import Kept
from planverk.vocab import document_path
from planverk.web.imprint import FEEDS, Imprint, in_rdf
from planverk.web.languages import spoken
from planverk.web.resources import SUFFIX, negotiated
from planverk.web.responses import address, archive, document, edition, here, instance, link, quote_path

blueprint = Blueprint("history", __name__)
ATOM = Representation("atom", "application/atom+xml", "Atom", is_rdf=False)
_EVER = 365 * 24 * 60 * 60
# How many changes a page shows; the whole is in the RDF.
_ON_A_PAGE, _IN_AN_ENTRY = 1000, 50


@blueprint.get("/releases/<version>/changes")
@blueprint.get(f"/releases/<version>/changes.{SUFFIX}")
@blueprint.get("/releases/<version>/changes/since/<since>")
@blueprint.get(f"/releases/<version>/changes/since/<since>.{SUFFIX}")
def changes(version: str, since: str | None = None, suffix: str | None = None) -> Response:
    """What was added, changed and withdrawn in a release since the one before, or since another."""
    edition()  # as of which the answer is kept
    release, older = _release(version), _release(since) if since else None
    comparison = archive().comparison(release, older)
    path = f"/releases/{version}/changes" + (f"/since/{since}" if since else "")

    def statements() -> bytes:
        found = changeset(comparison, instance().base, version, release.issued)
        return serialization.statements(found)

    response = negotiated(path, suffix, statements, lambda: _page(release, older, comparison, path))
    link(response, f'</releases/{version}/>; rel="up"')
    return response


@blueprint.get("/feed.atom")
def atom() -> Response:
    """The releases as an Atom feed (RFC 4287), the newest first, with what changed in each."""
    answers, key = edition().answers, ("feed", ATOM.suffix)
    kept = answers.get(key)
    if kept is None:
        kept = Kept(ATOM.suffix, _entries().encode())
        answers.keep(key, kept)
    return document(kept.content, ATOM)


def _entries() -> str:
    language = instance().language
    entries = [
        {"release": release, "sentences": list(_sentences(archive().comparison(release), language, _IN_AN_ENTRY)),
         "number": len(archive().comparison(release).things)}
        for release in reversed(archive().releases())
    ]  # fmt: skip
    if not entries:
        abort(404)
    title = instance().titles.get(language, "")
    return render_template("feed.xml", instance=instance(), language=language, title=title, entries=entries)


@blueprint.get("/feed")
@blueprint.get(f"/feed.<any({','.join(row.suffix for row in RDF_REPRESENTATIONS)}):suffix>")
def stream(suffix: str | None = None) -> Response:
    """All changes as a Linked Data Event Stream: where its pages are."""
    edition()  # as of which the answer is kept
    leaves = [leaf for release in archive().releases() for leaf in _leaves(release)]
    titles = {language: f"{text} – LDES" for language, text in instance().titles.items()}

    def statements() -> bytes:
        return serialization.statements(feed.view(instance().base, titles, instance().licence, leaves))

    return negotiated("/feed", suffix, statements, str, offers=RDF_REPRESENTATIONS)


@blueprint.get("/feed/<version>/<int:number>")
@blueprint.get(f"/feed/<version>/<int:number>.<any({','.join(row.suffix for row in RDF_REPRESENTATIONS)}):suffix>")
def stream_page(version: str, number: int, suffix: str | None = None) -> Response:
    """One page of the stream, which never changes."""
    edition()  # as of which the answer is kept
    release = _release(version)
    leaf = next((leaf for leaf in _leaves(release) if leaf.name == f"{version}/{number}"), None)
    if leaf is None:
        abort(404)

    def statements() -> bytes:
        first = (number - 1) * PAGE
        members = _members(release, archive().comparison(release).things[first : first + PAGE])
        return serialization.statements(feed.page(instance().base, leaf, version, members))

    response = negotiated(f"/feed/{leaf.name}", suffix, statements, str, offers=RDF_REPRESENTATIONS)
    response.cache_control.no_cache = None
    response.cache_control.max_age = _EVER
    response.cache_control.immutable = True
    return response


def _leaves(release: Release) -> Iterator[Leaf]:
    """The pages that a release has in the stream."""
    for number in range(1, -(-archive().count(release) // PAGE) + 1):
        yield Leaf(f"{release.version}/{number}", f"{release.issued}T00:00:00Z")


def _members(release: Release, things: list[tuple[str, Kind]]) -> Iterator[Member]:
    then = archive().edition(release.version)
    return (Member(thing, then.about(thing)) for thing, _ in things)


def _release(version: str) -> Release:
    found = archive().release(version)
    if found is None:
        abort(404)
    return found


def _sentences(comparison: Comparison, language: str, most: int) -> Iterator[dict[str, str | None]]:
    for change in comparison.changes(islice(comparison.things, most)):
        path = document_path(instance().base, change.thing)
        yield {"text": comparison.sentences(change)[language], "href": quote_path(path) if path else None}


def _page(release: Release, older: Release | None, comparison: Comparison, path: str) -> str:
    language = spoken(instance())
    return render_template(
        "changes.html",
        **here(),
        release=release,
        older=older or _before(release),
        counts=comparison.counts(),
        changes=list(_sentences(comparison, language if language in ("nb", "nn", "en") else "en", _ON_A_PAGE)),
        number=len(comparison.things),
        imprint=Imprint(address(path), path, in_rdf(path, DOCUMENTS) + FEEDS, release=release),
    )


def _before(release: Release) -> Release | None:
    older = [one for one in archive().releases() if one.version != release.version]
    return next((one for one in reversed(older) if one.issued <= release.issued), None)
