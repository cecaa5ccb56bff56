"""JSON-LD in one order, whole for a document and a thing at a time for a dump."""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

from rdflib import Graph, URIRef
from rdflib.plugins.serializers.jsonld import Converter
from rdflib.plugins.shared.jsonld.context import Context
from rdflib.term import Node

from planverk import folders
from planverk.lines import in_order

Thing = tuple[Node, list[tuple[URIRef, Node]]]
_GRAPH = "@graph"
_INDENT = 2


class _NoLists(Graph):
    """The graph in which rdflib looks for what a list holds, when there are no blank nodes and so no lists."""

    def value(self, *_: Any, **__: Any) -> None:  # Any: whatever is looked for
        """Nothing, at once: it is asked for of each value several times."""


def document(graph: Graph) -> bytes:
    """A graph as one document. Blank nodes and lists are written as JSON-LD 1.1 has them."""
    text = graph.serialize(format="json-ld", context=_context(), auto_compact=True)
    return f"{_shown(_sorted(json.loads(text)))}\n".encode()


def write(path: Path, things: Iterable[Thing]) -> None:
    """Write things without blank nodes to a file, byte for byte as `document` would write all of them together."""
    nodes = in_order(_lines(things))
    first = list(islice(nodes, 2))
    with path.open("w", encoding="utf-8") as file:
        if len(first) < 2:
            # What is about one thing only has no list of things.
            only = json.loads(first[0]) if first else {_GRAPH: []}
            file.write(f"{_shown({'@context': _context(), **only})}\n")
            return
        head, tail = _shown({"@context": _context(), _GRAPH: [0]}).rsplit("0", 1)
        file.write(head)
        for number, line in enumerate(chain(first, nodes)):
            margin = "" if number == 0 else f",\n{' ' * 2 * _INDENT}"
            file.write(margin + _shown(json.loads(line)).replace("\n", f"\n{' ' * 2 * _INDENT}"))
        file.write(f"{tail}\n")


def _lines(things: Iterable[Thing]) -> Iterator[bytes]:
    """Each thing as one line, by which it is put in order."""
    # Native numbers, as rdflib's serializer has them.
    converter = Converter(Context(_context()), use_native_types=True, use_rdf_type=False)
    nothing = _NoLists(bind_namespaces="none")
    for thing, said in things:
        node: dict[str, Any] = {converter.context.id_key: converter.context.shrink_iri(str(thing))}
        for term, value in said:
            converter.add_to_node(nothing, thing, term, value, node, {})  # type: ignore[arg-type]  # nodes are identifiers
        yield f"{_key(_sorted(node))}\n".encode()


def _sorted(value: Any, *, as_it_is: bool = False) -> Any:  # Any: JSON
    """JSON-LD with its sets in one order, which rdflib leaves to chance; lists and contexts have their own."""
    if isinstance(value, dict):
        return {key: _sorted(part, as_it_is=key in ("@list", "@context")) for key, part in value.items()}
    if isinstance(value, list):
        parts = [_sorted(part) for part in value]
        return parts if as_it_is else sorted(parts, key=_key)
    return value


# As json.dumps would, which makes an encoder for each call.
_key = json.JSONEncoder(sort_keys=True).encode


def _shown(value: Any) -> str:  # Any: JSON
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=_INDENT)


@cache
def _context() -> dict[str, Any]:  # Any: JSON
    # The context stands in the document itself: it can be read without a network, and for as long as the file exists.
    context: dict[str, Any] = json.loads((folders.ONTOLOGY / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    return context
