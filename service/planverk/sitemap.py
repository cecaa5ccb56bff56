"""Which pages there are, for search engines: a map of the site for each kind of thing (sitemaps.org, version 0.9)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from urllib.parse import quote
from xml.sax.saxutils import escape

from rdflib import Graph, URIRef

from planverk.instance import Instance
from planverk.vocab import PLAN

INDEX = "sitemap.xml"
# As many addresses as the protocol lets one file have.
_MOST = 50_000
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
# The pages that are about no single thing.
_PAGES = ("", "data", "def", "katalog", "begreper", "informasjonsmodell", "releases/", "about")
# What may stand in an address as it is (RFC 3986).
_PLAIN = "/:@!$&'()*+,;=~-._%"


def sitemaps(instance: Instance, plans: Graph) -> Iterator[tuple[str, bytes]]:
    """The files and their names: the maps, and at last the index of them.

    Withdrawn things have no page to be found. All changed on the day of the release, as far as anybody can tell.
    """
    names = []
    for kind, addresses in sorted(_by_kind(instance, plans).items()):
        for place in range(0, len(addresses), _MOST):
            names.append(f"sitemap-{kind}-{place // _MOST + 1}.xml")
            yield names[-1], _xml("urlset", "url", addresses[place : place + _MOST], instance)
    yield INDEX, _xml("sitemapindex", "sitemap", (instance.base + name for name in names), instance)


def _by_kind(instance: Instance, plans: Graph) -> dict[str, list[str]]:
    start = instance.base + "id/"
    withdrawn = set(plans.subjects(PLAN.withdrawnOn))
    things = {thing for thing in plans.subjects() if isinstance(thing, URIRef)} - withdrawn
    found: dict[str, list[str]] = defaultdict(list)
    found["pages"] = [instance.base + page for page in _PAGES]
    for thing in sorted(things):
        if thing.startswith(start):
            path = thing.removeprefix(start)
            found[quote(path.partition("/")[0], safe="-")].append(f"{instance.base}doc/{path}")
    return found


def _xml(root: str, part: str, addresses: Iterable[str], instance: Instance) -> bytes:
    day = instance.issued.isoformat()
    rows = (
        f"<{part}><loc>{escape(quote(address, safe=_PLAIN))}</loc><lastmod>{day}</lastmod></{part}>\n"
        for address in addresses
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_SPACE}">\n{"".join(rows)}</{root}>\n'.encode()
