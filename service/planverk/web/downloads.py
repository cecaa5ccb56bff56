"""Frozen releases: a list of them, what is in each, and the files, which may be cached for ever."""

from flask import Blueprint, Response, abort, json, render_template, request, send_from_directory

from planverk import media
from planverk.release import Release, ReleaseError, all_releases, open_release
from planverk.web.responses import document, edition, here, instance, to, varies

blueprint = Blueprint("downloads", __name__)
JSON = media.Representation("json", "application/json", "JSON", is_rdf=False)
_EVER = 365 * 24 * 60 * 60


@blueprint.get("/releases/")
def releases() -> Response:
    """Every release, the newest first."""
    found = all_releases(instance().releases)
    if _wants_json():
        return _json({"releases": [_summary(release) for release in found]})
    return _page("releases.html", releases=found, current=edition().release.version)


@blueprint.get("/releases/<version>/")
def release(version: str) -> Response:
    """One release: its files with sizes and hashes."""
    if version == "current":
        return _to_the_current("")
    found = _release(version)
    return _json(found.manifest) if _wants_json() else _page("release.html", release=found)


@blueprint.get("/releases/<version>/<name>")
def download(version: str, name: str) -> Response:
    """One file of a release, as it was frozen."""
    if version == "current":
        return _to_the_current(name)
    found = _release(version)
    media_types = {row["name"]: row["mediaType"] for row in found.files} | {
        "manifest.json": "application/json",
        "SHA256SUMS": "text/plain",
    }
    if name not in media_types:
        abort(404)
    hashes = {row["name"]: row["sha256"] for row in found.files}
    # Without a hash of its own (the manifest, the list of sums) a file is told by the content it belongs to.
    etag = hashes.get(name, f"{found.content_hash}-{name}")
    response = send_from_directory(found.folder.resolve(), name, mimetype=media_types[name], etag=etag, max_age=_EVER)
    response.cache_control.immutable = True
    return response


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


def _summary(release: Release) -> dict[str, str]:
    return {"version": release.version, "issued": release.issued, "href": f"/releases/{release.version}/"}


def _wants_json() -> bool:
    return media.negotiate(request.accept_mimetypes, (media.HTML, JSON)) is JSON


def _json(content: dict[str, object]) -> Response:
    return varies(document(json.dumps(content, indent=2), JSON))


def _page(template: str, **content: object) -> Response:
    return varies(document(render_template(template, **here(), **content), media.HTML))
