"""What is said to search engines: which pages there are, and what is better left alone."""

from flask import Blueprint, Response, abort

from planverk.sitemap import INDEX
from planverk.web.responses import edition, instance

blueprint = Blueprint("crawling", __name__)
_DAY = 24 * 60 * 60
# RFC 9309. Every query has an address of its own, and there is no end to them; what they say stands in the documents.
_ROBOTS = """\
User-agent: *
Disallow: /sparql
Disallow: /*/sparql
Disallow: /query/
Disallow: /*/query/
Disallow: /search
Disallow: /*/search
Disallow: /metrics
Disallow: /health/
Disallow: /*?

Sitemap: {base}{index}
"""


@blueprint.get("/robots.txt")
def robots() -> Response:
    """What crawlers may fetch, and where the map of the site is."""
    response = Response(_ROBOTS.format(base=instance().base, index=INDEX), mimetype="text/plain")
    response.cache_control.public = True
    response.cache_control.max_age = _DAY
    return response


@blueprint.get(f"/{INDEX}")
@blueprint.get("/sitemap-<name>.xml")
def sitemap(name: str | None = None) -> Response:
    """The index of the maps of the site, or one of them, as the release has them."""
    release = edition().release
    file = f"sitemap-{name}.xml" if name else INDEX
    hashes = {row["name"]: row["sha256"] for row in release.internal_files}
    # A service whose release lies in a SPARQL server has no such file.
    if file not in hashes or not (release.folder / file).is_file():
        abort(404)
    response = Response((release.folder / file).read_bytes(), mimetype="application/xml")
    response.set_etag(hashes[file])
    response.cache_control.public = True
    response.cache_control.no_cache = True
    return response
