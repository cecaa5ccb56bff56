"""What a picture is drawn from: statements about a thing and those around it, taken from the release step by step."""

import re
from collections.abc import Iterable, Iterator

from rdflib import RDF, RDFS, Graph, URIRef
from rdflib.term import Literal, Node

from planverk.instance import Instance
from planverk.serialization import read
from planverk.store.edition import Edition
from planverk.vocab import PLAN, SKOS
from planverk.web.reading import Names, Value

# A picture of more things than this is no picture.
MOST = 300
_LAST = 10**6


class Facts:
    """The statements that were asked for so far; each question to the release is for many things at once."""

    def __init__(self, edition: Edition, instance: Instance, thing: URIRef, version: str = "") -> None:
        """Begin with one thing; with a version, links stay in it."""
        self.graph = Graph(bind_namespaces="none")
        self.vocabulary = edition.vocabulary
        self.names = Names(instance, self.graph, edition.vocabulary, version=version)
        self.cut = False
        self._edition = edition
        self._base = f"{instance.base}id/"
        self._known: set[URIRef] = set()
        self.know([thing])

    def know(self, things: Iterable[Node]) -> None:
        """Take in what is said of some things of ours."""
        new = sorted(
            {thing for thing in things if isinstance(thing, URIRef) and thing.startswith(self._base)} - self._known
        )
        self.cut = self.cut or len(self._known) + len(new) > MOST * 2
        new = new[: MOST * 2 - len(self._known)]
        self._known.update(new)
        if new:
            self.graph += read(b"".join(self._edition.about(str(thing)) for thing in new))

    def saying(self, thing: URIRef, *properties: URIRef) -> list[URIRef]:
        """The things that say of themselves, by some properties, that they belong to a thing; they become known."""
        return self.sayings([thing], *properties)[thing]

    def sayings(self, things: Iterable[URIRef], *properties: URIRef) -> dict[URIRef, list[URIRef]]:
        """What `saying` gives for each of some things, in one go."""
        wanted = {f"<{name}>" for name in properties}
        found = {thing: self._pointing(thing, wanted) for thing in things}
        self.know(one for some in found.values() for one in some)
        return {thing: [one for one in some if self._is_there(one)] for thing, some in found.items()}

    def _pointing(self, thing: URIRef, names: set[str]) -> list[URIRef]:
        lines = (line.split(" ", 2) for line in self._edition.pointing_to(str(thing)).decode().splitlines())
        found = sorted({URIRef(subject[1:-1]) for subject, name, _ in lines if name in names})
        self.cut = self.cut or len(found) > MOST
        return found[:MOST]

    def _is_there(self, thing: URIRef) -> bool:
        return thing in self._known and (thing, PLAN.withdrawnOn, None) not in self.graph

    def all(self, thing: Node, *properties: URIRef) -> list[URIRef]:
        """The things that a thing names by some properties."""
        found = {node for name in properties for node in self.graph.objects(thing, name) if isinstance(node, URIRef)}
        return sorted(found)

    def is_a(self, thing: Node, kind: URIRef) -> bool:
        """Whether a thing is of a class, as far as the release says or what follows from it."""
        return (thing, RDF.type, kind) in self.graph

    def text(self, thing: Node, name: URIRef) -> str | None:
        """The value of a property, as it is written."""
        return min((str(text) for text in self.graph.objects(thing, name)), default=None)

    def name(self, thing: Node) -> Value:
        """What a thing is called on the page, and where it leads."""
        return self.names.link(thing)

    def kind(self, thing: Node) -> str:
        """What a thing is, in one word: the narrowest of its classes."""
        kinds = set(self.graph.objects(thing, RDF.type))
        broader = {
            wide for kind in kinds for wide in self.vocabulary.transitive_objects(kind, RDFS.subClassOf) if wide != kind
        }
        found = sorted(kinds - broader, key=str)
        return self.names.link(found[0]).text if found else ""

    def in_order(self, things: Iterable[URIRef]) -> list[URIRef]:
        """Things as their plan orders them: by their number, their order, their name."""
        return sorted(things, key=self._place)

    def _place(self, thing: URIRef) -> tuple[int, list[int], str]:
        order = self.text(thing, PLAN.order)
        numbers = [int(number) for number in re.findall(r"\d{1,9}", self.text(thing, SKOS.notation) or "")]
        return int(order) if order and order.isdecimal() else _LAST, numbers, self.name(thing).text

    def codes(self, scheme: str) -> Iterator[URIRef]:
        """The codes of a list, in its order."""
        found = [code for code in self.vocabulary.subjects(SKOS.inScheme, URIRef(scheme)) if isinstance(code, URIRef)]

        def place(code: URIRef) -> tuple[int, str]:
            order = next(
                (int(str(order)) for order in self.vocabulary.objects(code, PLAN.order) if isinstance(order, Literal)),
                _LAST,
            )
            return order, str(code)

        yield from sorted(found, key=place)
