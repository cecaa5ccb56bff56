"""The files that pages are shown with: styles and scripts, at addresses that change when any of them does."""

import hashlib
import re
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort
from werkzeug.http import generate_etag

from planverk.web.responses import of_the_software

blueprint = Blueprint("assets", __name__)
_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
          ".woff2": "font/woff2"}  # fmt: skip
_VERSIONED = re.compile(r"(?P<version>[0-9a-f]{12})/(?P<name>.+)")
_A_YEAR = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Let templates write `asset("planverk.css")`."""
    app.jinja_env.globals["asset"] = address
    app.register_blueprint(blueprint)


def address(name: str) -> str:
    """Where pages find a file. As long as the address is the same, so are all files; a script finds the others beside it."""
    return f"/static/{_version()}/{name}"


@blueprint.get("/static/<path:filename>")
def asset(filename: str) -> Response:
    """A file; to be kept for ever when the address names our version, else to be asked for again.

    While a new release of the software takes over, either may be asked for files of the other, and gives its own.
    """
    found = _VERSIONED.fullmatch(filename)
    lasting = found is not None and found["version"] == _version()
    content = _files().get(found["name"] if found else filename)
    if content is None:
        abort(404)
    of_the_software()
    response = Response(content, content_type=_TYPES[Path(filename).suffix])
    response.set_etag(generate_etag(content))
    response.cache_control.public = True
    if lasting:
        response.cache_control.max_age = _A_YEAR
        response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True
    return response


@cache
def _files() -> dict[str, bytes]:
    """The files by name; they cannot change while the software runs."""
    paths = sorted(path for path in _FOLDER.rglob("*") if path.suffix in _TYPES)
    return {path.relative_to(_FOLDER).as_posix(): path.read_bytes() for path in paths}


@cache
def _version() -> str:
    told = hashlib.sha256()
    for name, content in _files().items():
        told.update(f"{name} {len(content)} ".encode() + content)
    return told.hexdigest()[:12]
