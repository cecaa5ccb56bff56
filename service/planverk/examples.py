"""An example of each class: a made-up thing of the files in `ontology/examples/`, ready to be copied."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rdflib import RDF, Graph, URIRef

from planverk import folders, serialization
from planverk.media import JSON_LD
from planverk.passages import Passage, passages, with_prefixes
from planverk.vocab import W3ID

# Examples are written relative to an instance's base, as editors write; this one stands for any.
BASE = "https://data.example.org/"
CONTEXT = W3ID + "context.jsonld"


class Example(NamedTuple):
    """A thing of a class, and how it is written; addresses are relative to an instance's base."""

    thing: URIRef
    kind: URIRef
    file: str
    turtle: str
    about: Graph

    @property
    def json_ld(self) -> str:
        """The thing in JSON-LD, with the context by its address instead of in full."""
        document = json.loads(serialization.write(serialization.statements(self.about), JSON_LD))
        first = {"@context": [CONTEXT, {"@base": BASE}], "id": document["id"], "type": document["type"]}
        rest = {key: document[key] for key in document if key not in first}
        text = json.dumps(first | rest, ensure_ascii=False, indent=2)
        return text.replace(f'"{BASE}', '"').replace('"@base": "', f'"@base": "{BASE}')


def example_of(kinds: Iterable[URIRef]) -> Example | None:
    """An example of the first of the classes that has one."""
    known = _things()
    return next((known[kind] for kind in kinds if kind in known), None)


@cache
def _things() -> dict[URIRef, Example]:
    """For each class the thing of it of which most is said."""
    found: dict[URIRef, Example] = {}
    for file in sorted((folders.ONTOLOGY / "examples").glob("*.ttl")):
        graph = Graph().parse(file, publicID=BASE)
        for passage in passages(file):
            example = _example(file, passage, graph.cbd(URIRef(BASE + passage.subject.strip("<>"))))
            if len(example.about) > len(found.get(example.kind, example._replace(about=Graph())).about):
                found[example.kind] = example
    return found


def _example(file: Path, passage: Passage, about: Graph) -> Example:
    ((thing, kind),) = about.subject_objects(RDF.type)
    return Example(URIRef(str(thing)), URIRef(str(kind)), file.name, with_prefixes(file, passage.text), about)


def examples_with(term: URIRef) -> list[Example]:
    """The examples in which a property is used."""
    return [example for example in _things().values() if (None, term, None) in example.about]
