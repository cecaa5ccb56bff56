"""The one table that a workbook is written and read by: its sheets, and for each the columns with heading, property and form."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property
from importlib.resources import files
from typing import NamedTuple

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from planverk.dictionary import Dictionary, Use, read_dictionary
from planverk.vocab import DCT, OWL, PROV, RDF, RDFS, SKOS, XSD, short

KEY, TYPE, DETAILS, GUIDE, LISTS, LEDGER = "Nøkkel", "Type", "Andre opplysninger", "Veiledning", "Lister", "Nøkler"
# What is said of a column that every row needs; such a column has a star.
ALWAYS = "Må fylles ut."
# Sheets whose name begins like this are the planner's own, and are left alone.
NOTES = "Notat"
# What stands in brackets after a heading when the values are not what the property usually has.
VARIANTS = {
    "tekst": XSD.string,
    "dato": XSD.date,
    "måned": XSD.gYearMonth,
    "år": XSD.gYear,
    "heltall": XSD.integer,
    "tall": XSD.decimal,
    "lenke": RDFS.Resource,
}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_HEADING = re.compile(r"(?P<label>.*?)(?: \((?P<variant>[^()]+)\))?(?: \d+)?(?: ?\*)?")


class Form(Enum):
    """How the values of a column are written in cells."""

    KIND = "the kind of thing a row is"
    TEXT = "text in a language"
    VALUE = "a value with one of some datatypes"
    CODE = "a code, by its name"
    THING = "a thing or an address elsewhere"


class Column(NamedTuple):
    """A column: what stands above it, the property and how its values are written, and what the rules want of it.

    `wanted` tells whether some rule misses a value, and `needed`, in words for the planner, what cannot be released without one.
    """

    heading: str
    term: URIRef
    form: Form
    kinds: tuple[URIRef, ...] = ()
    language: str | None = None
    wanted: bool = False
    needed: str = ""
    several: bool = True
    common: bool = True

    def need(self, language: str) -> str:
        """What cannot be released without a value, in an instance that speaks a language first; empty when all can."""
        return self.needed if self.language in (None, language) else ""


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, the kinds of things on it, and the properties that are looked for there."""

    name: str
    classes: tuple[URIRef, ...]
    also: tuple[URIRef, ...] = ()


@dataclass(frozen=True)
class Table:
    """All sheets, and what is known of the words in them."""

    sheets: tuple[Sheet, ...]
    general: tuple[URIRef, ...]
    authorities: dict[str, URIRef]
    segments: dict[URIRef, str]
    properties: dict[str, URIRef]
    dictionary: Dictionary

    @property
    def by_name(self) -> dict[str, Sheet]:
        """The sheets by their names."""
        return {sheet.name: sheet for sheet in self.sheets}

    def sheet_of(self, kinds: Iterable[Node]) -> Sheet:
        """The sheet on which a thing of some classes stands; the last one takes what has no other."""
        kinds = set(kinds)
        return next((sheet for sheet in self.sheets if kinds & set(sheet.classes)), self.sheets[-1])

    def segment(self, kind: URIRef) -> str:
        """The part of an address that tells the kind of thing."""
        return self.segments.get(kind) or re.sub(r"(?<!^)(?=[A-Z])", "-", re.split(r"[#/]", kind)[-1]).lower()

    def label(self, term: Node) -> str:
        """What a term is called in Bokmål."""
        return self._labels.get(term) or short(str(term))

    @cached_property
    def _labels(self) -> dict[Node, str]:
        named = self.dictionary.ontology.subject_objects
        return {
            term: str(text)
            for name in (RDFS.label, SKOS.prefLabel)
            for term, text in named(name)
            if isinstance(text, Literal) and text.language == "nb"
        }

    def explanation(self, term: Node) -> str:
        """What a term means, in Bokmål; empty when the ontology does not say."""
        texts = self.dictionary.ontology.objects(term, SKOS.definition)
        return next((str(text) for text in texts if isinstance(text, Literal) and text.language == "nb"), "")

    def codes(self, column: Column) -> dict[str, URIRef]:
        """The codes, or the kinds of things, that a column takes, by what they are called."""
        if column.form is Form.KIND:
            return {self.label(kind): kind for kind in column.kinds}
        return {name: code for scheme in column.kinds for name, code in self._listed.get(scheme, {}).items()}

    @cached_property
    def _listed(self) -> dict[URIRef, dict[str, URIRef]]:
        known = self.dictionary
        return {scheme: {self.label(code): code for code in known.codes(scheme)} for scheme in known.schemes}

    def columns(self, sheet: Sheet, languages: tuple[str, ...], graph: Graph, things: Iterable[Node]) -> list[Column]:
        """The columns that a sheet is written with: those of its kinds, those for anything, those that its things need."""
        uses = self.uses[sheet]
        found = [self._kind_column(sheet)] if len(sheet.classes) > 1 or sheet == self.sheets[-1] else []
        names = [term for term in (SKOS.prefLabel, DCT.title) if term in uses] or [DCT.title]
        for term in dict.fromkeys([*names, *uses, *sheet.also, *self.general, *self.dictionary.general]):
            found += self._written(sheet, term, languages)
        return list(dict.fromkeys(found + self._needed(sheet, languages, graph, things)))

    def _written(self, sheet: Sheet, term: URIRef, languages: tuple[str, ...]) -> list[Column]:
        column = self.column(sheet, term)
        if column.form is Form.TEXT:
            spoken = languages if term in (DCT.title, SKOS.prefLabel, DCT.description) else languages[:1]
            return [self.column(sheet, term, language) for language in spoken]
        if column.form is Form.VALUE and column.kinds == (RDFS.Literal,) and term in self.uses[sheet]:
            return [self.column(sheet, term, variant) for variant in (languages[0], *VARIANTS)]
        return [column]

    def _needed(self, sheet: Sheet, languages: tuple[str, ...], graph: Graph, things: Iterable[Node]) -> list[Column]:
        terms = {
            (term, value) for thing in things for term, value in graph.predicate_objects(thing) if term != RDF.type
        }
        columns = (self.column_for(sheet, term, value) for term, value in terms if isinstance(term, URIRef))
        return sorted({column for column in columns if column}, key=lambda column: column.heading)

    def column_for(self, sheet: Sheet, term: URIRef, value: Node) -> Column | None:
        """The column in which a value of a property belongs; None when it fits in none."""
        usual = self.column(sheet, term)
        variant = _variant(value)
        if variant is None or term not in self._known:
            return None
        if usual.form is Form.TEXT or usual.kinds == (RDFS.Literal,):
            return self.column(sheet, term, variant)
        kind = VARIANTS.get(variant)
        fits = kind in usual.kinds if usual.form is Form.VALUE else kind == RDFS.Resource
        return usual if fits else self.column(sheet, term, variant)

    def column(self, sheet: Sheet, term: URIRef, variant: str | None = None) -> Column:
        """The column of a property on a sheet, as usual or in a variant: a language or one of `VARIANTS`."""
        wanted = (sheet.name, term, variant)
        if wanted not in self._made:
            self._made[wanted] = self._make(sheet, term, variant)
        return self._made[wanted]

    @cached_property
    def _made(self) -> dict[tuple[str, URIRef, str | None], Column]:
        return {}

    @cached_property
    def _known(self) -> set[URIRef]:
        return set(self.properties.values())

    def _make(self, sheet: Sheet, term: URIRef, variant: str | None) -> Column:
        use = self.uses[sheet].get(term)
        kinds = use.kinds if use else self.dictionary.kinds_of(term)
        heading = self._heading(term) + (f" ({variant})" if variant else "")
        common = bool(use and use.owner not in _ABOVE) or term in (*sheet.also, *self.general[:1])
        several = not use or use.most[0] != 1
        needed = self._need(sheet, term, alternatives=kinds == (RDFS.Literal,))
        rest = (bool(use and use.least[0]), needed, several, common)
        if variant in VARIANTS:
            kind = VARIANTS[variant]
            form = Form.THING if kind == RDFS.Resource else Form.VALUE
            return Column(heading, term, form, (kind,), several=several, common=False)
        if variant or RDF.langString in kinds:
            return Column(heading, term, Form.TEXT, (RDF.langString,), variant, *rest)
        return Column(heading, term, self._form(kinds), kinds, None, *rest)

    def _need(self, sheet: Sheet, term: URIRef, *, alternatives: bool) -> str:
        kinds = [kind for kind in sheet.classes if self.dictionary.is_needed(kind, term)]
        if kinds and alternatives:
            return f"Én av kolonnene «{self._heading(term)}» må fylles ut."
        if len(kinds) == len(sheet.classes) or (kinds and term in _OF_ANYTHING):
            return ALWAYS
        return f"Må fylles ut for {', '.join(map(self.label, kinds))}." if kinds else ""

    def read_heading(self, sheet: Sheet, heading: str, language: str) -> Column | None:
        """The column that a heading stands for; None when nobody knows it. Texts are in `language` unless it says otherwise."""
        found = _HEADING.fullmatch(normal(heading))
        if found is None:
            return None
        if normal(heading).rstrip("* ").casefold() == TYPE.casefold():
            return self._kind_column(sheet)
        label, variant = found["label"], found["variant"]
        term = self.properties.get(label.casefold())
        if term is None or (variant and variant not in VARIANTS and not _LANGUAGE.fullmatch(variant)):
            return None
        column = self.column(sheet, term, variant)
        return column._replace(language=language) if column.form is Form.TEXT and not variant else column

    def _kind_column(self, sheet: Sheet) -> Column:
        return Column(TYPE, RDF.type, Form.KIND, sheet.classes, wanted=True, needed=ALWAYS)

    def _heading(self, term: URIRef) -> str:
        label = self.label(term)
        known = self.properties.get(label.casefold()) == term
        words = label if known else f"{label}, {short(str(term))}"
        return words[:1].upper() + words[1:]

    def _form(self, kinds: tuple[URIRef, ...]) -> Form:
        if all(kind in self.dictionary.schemes for kind in kinds):
            return Form.CODE
        return Form.VALUE if all(kind.startswith(XSD) or kind == RDFS.Literal for kind in kinds) else Form.THING

    @cached_property
    def uses(self) -> dict[Sheet, dict[URIRef, Use]]:
        """The properties that the kinds of things on a sheet have, as the ontology and the rules say."""
        return {sheet: _uses(self.dictionary, sheet) for sheet in self.sheets}


# Classes so wide that what they bring is rarely looked for.
_ABOVE = (PROV.Entity, PROV.Activity)
# What any row may have and mostly needs.
_OF_ANYTHING = (SKOS.prefLabel, DCT.title, DCT.source)


def _uses(dictionary: Dictionary, sheet: Sheet) -> dict[URIRef, Use]:
    found: dict[URIRef, Use] = {}
    for kind in sheet.classes:
        for use in dictionary.uses(kind):
            found[use.term] = _wider(found[use.term], use) if use.term in found else use
    return found


def _wider(one: Use, other: Use) -> Use:
    """A use of a property that lets through what either of two does."""
    kinds = tuple(dict.fromkeys((*one.kinds, *other.kinds)))
    return Use(one.term, one.owner, kinds, tuple(rule for rule in one.rules if rule in other.rules))


def _variant(value: Node) -> str | None:
    if isinstance(value, URIRef):
        return "lenke"
    if not isinstance(value, Literal):
        return None
    if value.language:
        return str(value.language) if _LANGUAGE.fullmatch(value.language) else None
    datatype = value.datatype or XSD.string
    return next((word for word, kind in VARIANTS.items() if kind == datatype), None)


def normal(text: str) -> str:
    """A text as names and headings are compared: all white space, also of the kind that does not break, is one space."""
    return " ".join(text.split())


@cache
def read_table() -> Table:
    """The table of the vocabulary that came with the software."""
    dictionary = read_dictionary()
    written = tomllib.loads(files("planverk.sources.workbook").joinpath("sheets.toml").read_text(encoding="utf-8"))

    def terms(names: Iterable[str]) -> tuple[URIRef, ...]:
        return tuple(_expanded(dictionary, name) for name in names)

    return Table(
        sheets=tuple(Sheet(row["name"], terms(row["classes"]), terms(row.get("also", ()))) for row in written["sheet"]),
        general=terms(written["general"]["properties"]),
        authorities={name: URIRef(iri) for name, iri in written["authorities"].items()},
        segments={_expanded(dictionary, name): segment for name, segment in written["addresses"].items()},
        properties=_properties(dictionary),
        dictionary=dictionary,
    )


def _expanded(dictionary: Dictionary, name: str) -> URIRef:
    prefix, _, local = name.partition(":")
    return URIRef(dictionary.context[prefix] + local)


def _properties(dictionary: Dictionary) -> dict[str, URIRef]:
    """The properties by their names in Bokmål; where two share one, the later is told by its prefixed name too."""
    known: dict[str, URIRef] = {}
    declared = dictionary.ontology
    order = [SKOS.prefLabel, *dictionary.properties, *dictionary.borrowed]
    for term in dict.fromkeys(order):
        if (term, RDF.type, OWL.Class) in declared:
            continue
        labels = [str(text) for text in declared.objects(term, RDFS.label) if getattr(text, "language", "") == "nb"]
        label = labels[0].casefold() if labels else short(str(term)).casefold()
        known.setdefault(label if label not in known else f"{label}, {short(str(term)).casefold()}", term)
    return known
