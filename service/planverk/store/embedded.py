"""A release in pyoxigraph: built once on disk, opened read-only, asked in SPARQL 1.1."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from planverk.store.clauses import unfetched
from planverk.store.formats import FORMATS, GRAPH, TABLE, TRUTH, ResultFormat
from planverk.store.sparql import QueryRefused, SparqlRequest, refuse_what_we_do_not_do
from planverk.store.trouble import NotAcceptable
from planverk.store.xml import Unwritable, XmlFile

_FORMS = dict(zip(
    (*FORMATS[TABLE], *FORMATS[GRAPH]),
    (
        ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.XML, ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV,
        ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD,
    ),
    strict=True,
))  # fmt: skip
_SERVICE = re.compile("s(?=ervice)", re.IGNORECASE | re.ASCII)
# What the engine says of a function that is none of SPARQL's; it has no exception of its own for it.
_UNKNOWN_FUNCTION = "custom function"
# And of a format that it cannot write a triple term in.
_NOT_YET = "does not support RDF 1.2"


class Answer(NamedTuple):
    """The answer to a query, not yet written, and what kind of answer it is."""

    kind: str
    results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples

    def write(self, form: ResultFormat, file: Any) -> None:  # Any: what has a write(), as the engine takes it
        """Write the answer to a file in one of the formats of its kind, as it is found.

        Raises:
            NotAcceptable: the format has no way to write what was found.

        """
        target = XmlFile(file) if form.media_type.endswith("+xml") else file
        try:
            self.results.serialize(target, format=_FORMS[form])  # type: ignore[arg-type]  # formats fit kinds
        except Unwritable:
            raise self._only_otherwise(form) from None
        except OSError as error:
            if _NOT_YET not in str(error):
                raise
            raise self._only_otherwise(form) from None

    def _only_otherwise(self, form: ResultFormat) -> NotAcceptable:
        return NotAcceptable([row.media_type for row in FORMATS[self.kind] if row != form])


class EmbeddedStore:
    """A read-only store of one release; any number of processes may hold the same one."""

    def __init__(self, folder: Path, held: int = 0) -> None:
        """Open the store that `build` left in a folder; one of no more than so many bytes is read at once and held in memory."""
        self._store = ox.Store.read_only(str(folder))
        self.files = [file.resolve() for file in folder.glob("*.sst")]
        """What it may still have to read from."""
        if sum(file.stat().st_size for file in self.files) <= held:
            on_disk, self._store, self.files = self._store, ox.Store(), []
            self._store.bulk_extend(on_disk)

    def query(self, request: SparqlRequest) -> Answer:
        """Answer a query. Unless it names its graphs, it reads all graphs of the release as one,
        save those of other counties.

        Raises:
            QueryRefused: the query is not SPARQL (the text has line and column), or is refused before it is run.

        """
        refuse_what_we_do_not_do(request.query)
        _refuse_service(request.query)
        results = _run(self._store, request.query, **_dataset(request))
        return Answer(_kind(results), results)


def judge(query: str, endpoints: tuple[str, ...] = ()) -> None:
    """Let a query pass that would be answered here, where it may ask some endpoints by SERVICE; none of them is asked.

    Raises:
        QueryRefused: it is not SPARQL, or is refused before it is run.

    """
    for part in unfetched(query, endpoints):
        refuse_what_we_do_not_do(part)
        _refuse_service(part)
        _run(ox.Store(), part)


def _run(
    store: ox.Store, query: str, **dataset: Any
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:  # Any: see _dataset
    try:
        return store.query(query, **dataset)
    except SyntaxError as error:
        raise _refusal(str(error)) from None
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
        raise QueryRefused(f"{refused} SERVICE is not allowed here.", **refused.place) from None


def _refusal(syntax_error: str) -> QueryRefused:
    # The engine says `error at 1:19: expected …` and then, at length, everything it would have understood.
    found = re.match(r"error at (\d+):(\d+): ?(.{0,120})", syntax_error)
    if not found:
        return QueryRefused(f"This is not a SPARQL query: {syntax_error[:200]}")
    line, column, reason = found.groups()
    sentence = f"This is not a SPARQL query. Line {line}, column {column}: {reason}"
    return QueryRefused(sentence, line=int(line), column=int(column))


def _dataset(request: SparqlRequest) -> dict[str, Any]:  # Any: arguments of different types
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


def _kind(results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> str:
    if isinstance(results, ox.QueryTriples):
        return GRAPH
    return TRUTH if isinstance(results, ox.QueryBoolean) else TABLE
