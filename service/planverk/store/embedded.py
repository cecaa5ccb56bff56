"""A release in pyoxigraph: built once on disk, opened read-only, asked in SPARQL 1.1."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, cast

import pyoxigraph as ox
from rdflib import Graph

from planverk.serialization import read, statements
from planverk.store.sparql import QueryRefused, SparqlRequest, refuse_what_we_do_not_do


class ResultFormat(NamedTuple):
    """One way to write the answer to a query."""

    suffix: str
    media_type: str
    form: ox.QueryResultsFormat | ox.RdfFormat

    @property
    def content_type(self) -> str:
        """The Content-Type field; text is UTF-8 (SPARQL 1.1 Query Results CSV and TSV Formats, section 3)."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


TABLES = (
    ResultFormat("json", "application/sparql-results+json", ox.QueryResultsFormat.JSON),
    ResultFormat("xml", "application/sparql-results+xml", ox.QueryResultsFormat.XML),
    ResultFormat("csv", "text/csv", ox.QueryResultsFormat.CSV),
    ResultFormat("tsv", "text/tab-separated-values", ox.QueryResultsFormat.TSV),
)
# SPARQL 1.1 Query Results CSV and TSV Formats, section 3, has no form for the yes or no of an ASK.
TRUTHS = TABLES[:2]
GRAPHS = (
    ResultFormat("ttl", "text/turtle", ox.RdfFormat.TURTLE),
    ResultFormat("nt", "application/n-triples", ox.RdfFormat.N_TRIPLES),
    ResultFormat("rdf", "application/rdf+xml", ox.RdfFormat.RDF_XML),
    ResultFormat("jsonld", "application/ld+json", ox.RdfFormat.JSON_LD),
)


_SERVICE = re.compile("s(?=ervice)", re.IGNORECASE | re.ASCII)
# What the engine says of a function that is none of SPARQL's; it has no exception of its own for it.
_UNKNOWN_FUNCTION = "custom function"


class Answer(NamedTuple):
    """The answer to a query, not yet written, and the formats it can be written in."""

    results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
    formats: tuple[ResultFormat, ...]

    def write(self, form: ResultFormat) -> bytes:
        """The whole answer in one of its formats."""
        return self.results.serialize(format=form.form) or b""  # type: ignore[arg-type]  # formats fit results by construction


class EmbeddedStore:
    """A read-only store of one release; any number of processes may hold the same one."""

    def __init__(self, folder: Path) -> None:
        """Open the store that `build` left in a folder."""
        self._store = ox.Store.read_only(str(folder))

    def query(self, request: SparqlRequest) -> Answer:
        """Answer a query. Unless it names its graphs, it reads all graphs of the release as one.

        Raises:
            QueryRefused: the query is not SPARQL (the text has line and column), or is refused before it is run.

        """
        refuse_what_we_do_not_do(request.query)
        _refuse_service(request.query)
        results = _run(self._store, request.query, **_dataset(request))
        return Answer(results, _formats(results))


def _run(store: ox.Store, query: str, **dataset: Any) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:  # Any: see _dataset
    try:
        return store.query(query, **dataset)
    except SyntaxError as error:
        raise QueryRefused(_where(str(error))) from None
    except RuntimeError as error:
        if _UNKNOWN_FUNCTION not in str(error):
            raise
        raise QueryRefused(f"{error}.") from None


def _refuse_service(query: str) -> None:
    """Refuse a query in which the engine would read SERVICE, however it is written.

    The engine knows the word even where SPARQL does not (`SERVICE:x`, `trueSERVICE<…>`), and would fetch. So it is
    asked first, with nothing to search, for the query with another word instead: whatever only holds the word is still
    a query, and what uses it is none.
    """
    other = _SERVICE.sub(lambda letter: {"s": "x", "S": "X"}[letter[0]], query)
    if other == query:
        return
    try:
        _run(ox.Store(), other)
    except QueryRefused as refused:
        raise QueryRefused(f"{refused} SERVICE is not allowed here.") from None


def _where(syntax_error: str) -> str:
    # The engine says `error at 1:19: expected …` and then, at length, everything it would have understood.
    found = re.match(r"error at (\d+):(\d+): ?(.{0,120})", syntax_error)
    if not found:
        return f"This is not a SPARQL query: {syntax_error[:200]}"
    line, column, reason = found.groups()
    return f"This is not a SPARQL query. Line {line}, column {column}: {reason}"


def _dataset(request: SparqlRequest) -> dict[str, Any]:  # Any: arguments of different types
    # With the union flag pyoxigraph would overlook FROM, so it is given only where no dataset is named.
    if not request.names_its_dataset:
        return {"use_default_graph_as_union": True}
    if not (request.default_graphs or request.named_graphs):
        return {}
    return {
        "default_graph": [_graph(iri) for iri in request.default_graphs],
        "named_graphs": [_graph(iri) for iri in request.named_graphs],
    }


def _graph(iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise QueryRefused(f"«{iri}» does not name a graph: {error}.") from None


def _formats(results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> tuple[ResultFormat, ...]:
    if isinstance(results, ox.QueryTriples):
        return GRAPHS
    return TRUTHS if isinstance(results, ox.QueryBoolean) else TABLES


def build(folder: Path, files: Iterable[Path]) -> None:
    """Build the store of a release from its files of N-Quads, in a folder that does not exist yet."""
    store = ox.Store(str(folder))
    for file in files:
        store.bulk_load(path=str(file), format=ox.RdfFormat.N_QUADS)
    store.optimize()


def construct(graphs: Iterable[Graph], query: str) -> Graph:
    """The graph that a CONSTRUCT query makes of some graphs taken together, in memory."""
    store = ox.Store()
    for graph in graphs:
        store.bulk_load(statements(graph), format=ox.RdfFormat.N_TRIPLES)
    triples = cast("ox.QueryTriples", store.query(query))
    return read(triples.serialize(format=ox.RdfFormat.N_TRIPLES) or b"")
