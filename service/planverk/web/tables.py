"""An answer as a table that people read: columns, and cells that lead to what they name."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from rdflib import Literal, URIRef
from rdflib.term import BNode, Node

from planverk.instance import Instance
from planverk.serialization import read
from planverk.store.edition import Edition
from planverk.web.reading import Names, Value


class Table(NamedTuple):
    """Columns and rows; an empty cell is None. The answer to a yes-or-no question is `truth`."""

    columns: list[str]
    rows: list[list[Value | None]]
    truth: bool | None = None


def tabulated(form: str, content: bytes, edition: Edition, instance: Instance) -> Table:
    """SPARQL results in JSON, or a graph in N-Triples, as a table."""
    names = Names(instance, edition.vocabulary)
    if form == "nt":
        return Table(["subject", "property", "value"], [_cells(names, triple) for triple in sorted(read(content))])
    results = json.loads(content)
    if "boolean" in results:
        return Table([], [], results["boolean"])
    columns = results["head"]["vars"]
    bindings = results["results"]["bindings"]
    return Table(columns, [_cells(names, (term_of(row.get(name)) for name in columns)) for row in bindings])


def term_of(binding: dict[str, Any] | None) -> Node | None:  # Any: JSON
    """The term of a binding (SPARQL 1.1 Query Results JSON Format, section 3.2.2)."""
    if binding is None:
        return None
    if binding["type"] == "uri":
        return URIRef(binding["value"])
    if binding["type"] == "bnode":
        return BNode(binding["value"])
    if binding["type"] == "triple":  # SPARQL 1.2 Query Results JSON Format
        return Literal(json.dumps(binding["value"], ensure_ascii=False))
    datatype = URIRef(binding["datatype"]) if "datatype" in binding else None
    return Literal(binding["value"], binding.get("xml:lang"), datatype, normalize=False)


def _cells(names: Names, terms: Iterable[Node | None]) -> list[Value | None]:
    return [_cell(names, term) for term in terms]


def _cell(names: Names, term: Node | None) -> Value | None:
    if term is None:
        return None
    if isinstance(term, BNode):
        return Value(f"_:{term}")
    value = names.link(term)
    # What has no name here is shown by its own address, without what all addresses here begin with.
    return value._replace(text=value.text.removeprefix(f"{names.base}id/"))
