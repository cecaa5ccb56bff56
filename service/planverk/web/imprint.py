"""What a page tells of itself as data: its formats, the address to cite, the version, and the query that gives its data."""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlencode

from rdflib.term import Node

from planverk import folders
from planverk.media import RDF_REPRESENTATIONS, Representation
from planverk.release import Release
from planverk.store.binding import bind
from planverk.store.formats import FORMATS
from planverk.tables import WORKBOOK, XLSX, ZIPPED
from planverk.web.responses import address


class Format(NamedTuple):
    """A format of what the page shows: its name, where it is, and its media type."""

    title: str
    href: str
    media_type: str


class Imprint(NamedTuple):
    """What stands at the foot of a page. `path` is where the address leads, quoted; what a page has none of is left empty.

    The version is that of the current release unless another is named, or that of the vocabulary.
    """

    address: str
    path: str
    formats: tuple[Format, ...] = ()
    query: str = ""
    release: Release | None = None
    vocabulary: str = ""


# Where what changes from release to release can be followed.
FEEDS = (
    Format("Atom", "/feed.atom", "application/atom+xml"),
    Format("Linked Data Event Stream", "/feed.ttl", "text/turtle"),
)


def in_rdf(path: str, offers: Iterable[Representation]) -> tuple[Format, ...]:
    """The formats of a negotiated document, by their suffixes; `path` is quoted."""
    return tuple(Format(row.title, f"{path}.{row.suffix}", row.media_type) for row in offers if row.is_rdf)


def of_answer(kind: str, path: str, asked: Iterable[tuple[str, str]] = ()) -> tuple[Format, ...]:
    """The formats of the answer to a query of a kind (TABLE, TRUTH, GRAPH) that an address gives."""
    given = list(asked)
    return tuple(
        Format(row.suffix.upper(), f"{path}?{urlencode([*given, ('format', row.suffix)])}", row.media_type)
        for row in FORMATS[kind]
    )


def of_release(release: Release) -> Imprint:
    """That of a release: everything in it, as one file in each format."""
    path = f"/releases/{release.version}/"
    dumps = (Format(row.title, f"{path}data.{row.suffix}", row.media_type) for row in RDF_REPRESENTATIONS)
    tables = (Format("Excel", path + WORKBOOK, XLSX), Format("CSV (ZIP)", path + ZIPPED, "application/zip"))
    return Imprint(address(path), path, (*dumps, *tables), release=release)


def query(name: str, **values: Node) -> str:
    """The query of a page, from the file of its name, with values in place of its `$names`."""
    return bind((folders.QUERIES / f"{name}.rq").read_text(encoding="utf-8"), values)
