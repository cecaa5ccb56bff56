"""Values that a question takes: what a text must look like, the RDF term it means, and what is wrong with one."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from urllib.parse import urlsplit

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from planverk.vocab import CODE, PREFIXES, SKOS, XSD


class Parameter(NamedTuple):
    """A value that a question takes: its name in the query, its type, what it means by language.

    `of` is the class of an iri (`plan:Theme`) or the list of a code (`action-status`), and empty for the other types.
    """

    name: str
    kind: str
    of: str
    required: bool
    meanings: dict[str, str]

    @property
    def range(self) -> URIRef | None:
        """The class that an iri is to be of; None when none is named, or with a prefix that nobody knows."""
        prefix, _, name = self.of.partition(":")
        return URIRef(PREFIXES[prefix] + name) if prefix in PREFIXES else None


# The language of the sentences about faults.
LANGUAGE = "nb"


class Fault(NamedTuple):
    """What is wrong with the values given: the parameter, and a sentence."""

    parameter: str
    reason: str


class Kind(NamedTuple):
    """A type of values: the pattern of its texts (also for JSON Schema), what it takes in words, and the term of a text."""

    pattern: str
    takes: str
    example: str
    term: Callable[[str], Node]


def _typed(datatype: URIRef) -> Callable[[str], Node]:
    return lambda text: Literal(text, datatype=datatype, normalize=False)


def _iri(text: str) -> URIRef:
    urlsplit(text)  # ValueError where the host is none
    return URIRef(text)


def _date(text: str) -> Literal:
    date.fromisoformat(text)  # ValueError where the calendar has no such day
    return Literal(text, datatype=XSD.date, normalize=False)


# What may stand in an IRI (RFC 3987, section 2.2), but for the brackets of numeric hosts; a percent sign begins an escape.
_LETTER = "([!$&-;=?-Z_a-z~\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U000dffff]|%[0-9A-Fa-f]{2})"
_IRI = f"^{_LETTER}+(#{_LETTER}*)?$"
KINDS: dict[str, Kind] = {
    "iri": Kind(_IRI, "en adresse, hel eller som «theme/kompetanse»", "theme/kompetanse", _iri),
    "string": Kind(r"^[\s\S]+$", "en tekst", "næring", Literal),
    "language": Kind(r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", "en språkkode, som «nb»", "nb", lambda tag: Literal(tag.lower())),
    "date": Kind(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "en dato, som «2015-12-31»", "2015-12-31", _date),
    "integer": Kind(r"^[+-]?[0-9]{1,18}$", "et helt tall", "1", _typed(XSD.integer)),
    "year": Kind(r"^[0-9]{4}$", "et årstall, som «2015»", "2015", _typed(XSD.gYear)),
    "code": Kind(r"^[a-z0-9-]+$", "en kode", "accepted", _iri),
}  # fmt: skip


class Values:
    """Reads the values of an instance: things by its base, codes by the lists of its vocabulary."""

    def __init__(self, base: str, vocabulary: Graph) -> None:
        """Take the base of things' addresses, and the vocabulary with its codes."""
        self._base = base
        self._vocabulary = vocabulary

    def read(
        self, parameters: Sequence[Parameter], given: Mapping[str, Sequence[str]]
    ) -> tuple[dict[str, Node], list[Fault]]:
        """The terms of what is given by the parameters' names, and all that is wrong with it; an empty text is none."""
        known = {parameter.name: parameter for parameter in parameters}
        values: dict[str, Node] = {}
        faults = [Fault(name, _unknown(name, known)) for name in given if name not in known]
        for name, parameter in known.items():
            try:
                values.update(self._value(parameter, [text for text in given.get(name, []) if text]))
            except ValueError as error:
                faults.append(Fault(name, f"{error} Parameteren tar {self.takes(parameter)}."))
        return values, faults

    def codes(self, parameter: Parameter) -> list[str]:
        """The codes that a parameter takes; none for other types."""
        if parameter.kind != "code":
            return []
        scheme = URIRef(CODE + parameter.of)
        return sorted(str(code).rpartition("/")[2] for code in self._vocabulary.subjects(SKOS.inScheme, scheme))

    def takes(self, parameter: Parameter) -> str:
        """What a parameter takes, in words."""
        codes = self.codes(parameter)
        return f"én av {', '.join(codes)}" if codes else KINDS[parameter.kind].takes

    def example(self, parameter: Parameter) -> str:
        """A text that a parameter takes."""
        return next(iter(self.codes(parameter)), KINDS[parameter.kind].example)

    def _value(self, parameter: Parameter, texts: Sequence[str]) -> dict[str, Node]:
        if len(texts) > 1:
            raise ValueError(f"«{parameter.name}» er gitt mer enn én gang.")
        if parameter.required and not texts:
            raise ValueError(f"«{parameter.name}» mangler.")
        return {parameter.name: self._term(parameter, texts[0])} if texts else {}

    def _term(self, parameter: Parameter, text: str) -> Node:
        kind, codes = KINDS[parameter.kind], self.codes(parameter)
        try:
            if not re.fullmatch(kind.pattern, text) or (codes and text not in codes):
                raise ValueError
            return kind.term(self._in_full(parameter, text))
        except ValueError:
            raise ValueError(f"«{text}» passer ikke i «{parameter.name}».") from None

    def _in_full(self, parameter: Parameter, text: str) -> str:
        if parameter.kind == "code":
            return f"{CODE}{parameter.of}/{text}"
        if parameter.kind == "iri" and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text):
            return f"{self._base}id/{text}"
        return text


def _unknown(name: str, known: Mapping[str, Parameter]) -> str:
    return f"«{name}» finnes ikke her. Parametrene er: {', '.join(known) or 'ingen'}."
