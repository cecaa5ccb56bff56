"""Which pages there are, for search engines: a map of the site for each kind of thing (sitemaps.org, version 0.9)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

from planverk.instance import Instance
from planverk.serialization.dumps import lines_by_subject
from planverk.vocab import PLAN

INDEX = "sitemap.xml"
# As many addresses as the protocol lets one file have.
_MOST = 50_000
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
# The pages that are about no single thing.
_PAGES = ("", "data", "def", "katalog", "begreper", "informasjonsmodell", "releases/", "about")
# What may stand in an address as it is (RFC 3986).
_PLAIN = "/:@!$&'()*+,;=~-._%"
_WITHDRAWN = f" <{PLAN.withdrawnOn}> ".encode()


def sitemaps(instance: Instance, data: Path) -> Iterator[tuple[str, bytes]]:
    """The files and their names: the maps of what stands in a release's canonical N-Quads, and at last the index of them.

    Withdrawn things have no page to be found. All changed on the day of the release, as far as anybody can tell.
    """
    names = []
    for kind, addresses in sorted(_by_kind(instance, data).items()):
        for place in range(0, len(addresses), _MOST):
            names.append(f"sitemap-{kind}-{place // _MOST + 1}.xml")
            yield names[-1], _xml("urlset", "url", addresses[place : place + _MOST], instance)
    yield INDEX, _xml("sitemapindex", "sitemap", (instance.base + name for name in names), instance)


def _by_kind(instance: Instance, data: Path) -> dict[str, list[str]]:
    start = instance.base + "id/"
    things = [
        thing[1:-1].decode()
        for thing, lines in lines_by_subject(data)
        if thing.startswith(b"<") and not any(line.startswith(_WITHDRAWN, len(thing)) for line in lines)
    ]
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
