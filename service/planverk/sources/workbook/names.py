"""What things are called in a workbook, so that people can point at them: a name that only one has, and back again."""

import re
from collections import defaultdict
from collections.abc import Iterable
from difflib import get_close_matches
from unicodedata import normalize

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from planverk.sources.workbook.table import Table, normal
from planverk.vocab import NAMES, PREFIXES, RDF, short

_WITH_KEY = re.compile(r".*\[(?P<key>[^\[\]]+)\]")
_MOST_SHOWN = 5
# What cannot stand in an IRI (RFC 3987), and would break the files that a release is written as.
_UNFIT = re.compile(r"[\s<>\"{}|\\^`]|[\x00-\x20]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")  # RFC 3986, section 3.1
_SCHEMES = ("http", "https", "mailto", "urn")


class Unknown(Exception):
    """A name that nothing has; `suggestion` is the closest there is."""

    def __init__(self, suggestion: str) -> None:
        super().__init__(suggestion)
        self.suggestion = suggestion


class Ambiguous(Exception):
    """A name that several things have; `choices` tell them apart."""

    def __init__(self, choices: str) -> None:
        super().__init__(choices)
        self.choices = choices


class Names:
    """The names of the things of an instance, of codes, and of addresses elsewhere."""

    def __init__(self, table: Table, base: str, language: str) -> None:
        self._table = table
        self._base = base
        self._language = language
        self._things: dict[str, set[URIRef]] = defaultdict(set)
        self._earlier: dict[str, set[URIRef]] = defaultdict(set)
        self._shown: dict[URIRef, str] = {}
        self._kinds: dict[URIRef, set[Node]] = defaultdict(set)
        self._authorities = {iri: name for name, iri in table.authorities.items()}

    def add_graph(self, graph: Graph) -> None:
        """Learn the names of everything that a graph describes."""
        for thing in set(graph.subjects()):
            if isinstance(thing, URIRef):
                self.add(thing, _names(graph, thing, self._language), graph.objects(thing, RDF.type))

    def add(self, thing: URIRef, names: Iterable[str], kinds: Iterable[Node]) -> None:
        """Learn the names of a thing, the one to show first, and what kinds of thing it is."""
        self._kinds[thing] |= {wide for kind in kinds for wide in (kind, *self._table.dictionary.wider(kind))}
        for name in map(normal, names):
            self._shown.setdefault(thing, name)
            self._things[_folded(name)].add(thing)

    def add_earlier(self, thing: URIRef, name: str) -> None:
        """Learn a name that a thing had before; it counts where nothing has it now."""
        self._earlier[_folded(normal(name))].add(thing)

    def key(self, iri: URIRef) -> str:
        """What stands in the column of keys: an address without what all have in common."""
        return iri.removeprefix(f"{self._base}id/")

    def thing(self, key: str) -> URIRef:
        """The address that a key stands for."""
        return URIRef(key if _SCHEME.match(key) else f"{self._base}id/{key}")

    def shown(self, iri: URIRef) -> str:
        """The name by which a cell points at a thing, with its key where others have the name too."""
        name = self._shown.get(iri, "")
        if name and self._found(name, ()) == {iri}:
            return name
        if iri in self._kinds:
            return f"{name} [{self.key(iri)}]".strip()
        return self._authorities.get(iri) or short(iri)

    def plain(self, iri: URIRef) -> str:
        """The name of a thing as it stands in its own row; its key when it has none."""
        return self._shown.get(iri) or self.key(iri)

    def find(self, text: str, kinds: Iterable[Node]) -> URIRef:
        """The thing or the address that a cell points at; among several of the same name the one of the kinds that fit.

        Raises:
            Unknown: nothing is called so.
            Ambiguous: several are.

        """
        found = self._found(text, kinds)
        if len(found) == 1:
            return next(iter(found))
        if found:
            raise Ambiguous(" / ".join(f"{text} [{self.key(iri)}]" for iri in sorted(found)[:_MOST_SHOWN]))
        raise Unknown(self._like(text))

    def _found(self, text: str, kinds: Iterable[Node]) -> set[URIRef]:
        if (bracketed := _WITH_KEY.fullmatch(text)) and (thing := self.thing(bracketed["key"])) in self._kinds:
            return {thing}
        if address := _written_out(text):
            return {address}  # also where something has it for a name
        known = self._things.get(_folded(text)) or self._earlier.get(_folded(text)) or set()
        fitting = {thing for thing in known if self._kinds[thing] & set(kinds)} if len(known) > 1 else known
        return fitting or known or self._addresses(text)

    def _addresses(self, text: str) -> set[URIRef]:
        if _folded(text) in self._table.authorities:
            return {self._table.authorities[_folded(text)]}
        if self.thing(text.removeprefix("id/")) in self._kinds:
            return {self.thing(text.removeprefix("id/"))}
        return set()

    def _like(self, text: str) -> str:
        close = get_close_matches(_folded(text), self._things, n=1, cutoff=0.6)
        return self.shown(min(self._things[close[0]])) if close else "–"


def _written_out(text: str) -> URIRef | None:
    """The address that a text is, in full or with a prefix that we know."""
    prefix, _, local = text.partition(":")
    if not local or _UNFIT.search(text):
        return None
    if prefix in PREFIXES and not local.startswith("//"):
        return URIRef(PREFIXES[prefix] + local)
    return URIRef(text) if prefix in _SCHEMES else None


def _names(graph: Graph, thing: URIRef, language: str) -> list[str]:
    """The names of a thing, those in the language first."""
    texts = [text for name in NAMES for text in graph.objects(thing, name) if isinstance(text, Literal)]
    return [str(text) for text in sorted(texts, key=lambda text: (text.language != language, str(text)))]


def _folded(text: str) -> str:
    return normalize("NFC", normal(text)).casefold()
