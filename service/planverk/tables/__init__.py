"""A release as tables: one for each class, so that no RDF is needed to count and draw (CSVW, sections 3-5)."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from rdflib import RDF, RDFS, XSD, Literal, URIRef
from rdflib.term import Node

from planverk.dictionary import Dictionary
from planverk.findings import Severity
from planverk.serialization.dumps import by_subject, subjects
from planverk.vocab import CODE, NAMES, PLAN, PREFIXES, SKOS

# What a cell with several values may be divided by: the first that none of the values has in it.
SEPARATORS = ("|", "¦", "␟")
_RUN = re.compile("␟+")
THINGS, LINKS, CODES = "things", "links", "codes"
# The files that have all tables of a release: a workbook, and an archive of the CSV files with what describes them.
WORKBOOK, ZIPPED = "tables.xlsx", "tables.zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cells = list[str]
Statements = list[tuple[URIRef, Node]]

# Names of things are in the table of all things; kinds are what the tables are made by.
_TYPE = RDF.type
_ELSEWHERE = {_TYPE, RDFS.label}
_NAMING = frozenset(NAMES)
_LANGUAGES = ("nb", "nn", "en")


class Column(NamedTuple):
    """A column: the property and language its cells are of, their datatype, and the table they lead to if they do.

    A cell has several values where there is a separator.
    """

    name: str
    titles: dict[str, str]
    meanings: dict[str, str]
    property: URIRef | None = None
    datatype: str = "string"
    language: str | None = None
    separator: str | None = None
    leads_to: str | None = None


class Table(NamedTuple):
    """A table: what its rows are, and its columns, of which the first is the key unless the table has none."""

    name: str
    titles: dict[str, str]
    meanings: dict[str, str]
    columns: list[Column]
    kind: URIRef | None = None
    has_key: bool = True


class Seen:
    """What the values of a property in one language have been like, for the things of one class."""

    def __init__(self) -> None:
        """Begin with no value seen."""
        self.most = 0
        self.datatypes: set[URIRef | None] = set()
        self.targets: set[str | None] = set()
        self._separators = list(SEPARATORS)
        self._longest_run = 0

    def note(self, values: list[Node], known: set[str]) -> None:
        """Take in the values of one thing."""
        self.most = max(self.most, len(values))
        for value in values:
            self.datatypes.add(_datatype(value))
            self.targets.add(_target(value, known))
            text = str(value)
            self._separators = [one for one in self._separators if one not in text]
            self._longest_run = max([self._longest_run, *map(len, _RUN.findall(text))])

    @property
    def separator(self) -> str:
        """What divides the values in a cell: one sign that none of them has, or several that none of them has in a row."""
        return next(iter(self._separators), f"|{'␟' * (self._longest_run + 1)}")


class Tables:
    """The tables of a release, laid out by what stands in its canonical N-Quads; rows are read anew from there."""

    def __init__(self, data: Path, dictionary: Dictionary) -> None:
        """Read the data twice, to know all things first and then what is said of them."""
        self._data = data
        self._dictionary = dictionary
        self._known = set(subjects(data)) | set(map(str, _codes(dictionary)))
        self._kinds = _narrowest(dictionary)
        # Few sets of classes and few properties come many times over.
        self._narrowed: dict[frozenset[URIRef], list[URIRef]] = {}
        self._names: dict[URIRef, str] = {}
        self._own = self._lay_out()

    def __iter__(self) -> Iterator[Table]:
        """Give all tables: those of all things, links and codes first, then those of the classes by name."""
        return chain(_GENERAL, (self._own[kind] for kind in sorted(self._own, key=lambda kind: self._own[kind].name)))

    def rows(self) -> Iterator[tuple[str, Cells]]:
        """Each row with the name of its table, in the order of the things."""
        for code in _codes(self._dictionary):
            yield CODES, self._code(code)
        for thing, said in by_subject(self._data):
            kinds = self._kinds_of(said)
            yield THINGS, [str(thing), "|".join(self._own[kind].name for kind in kinds), *_names(said)]
            for kind in kinds:
                yield self._own[kind].name, _cells(thing, said, self._own[kind].columns)
            for term, value in said:
                if isinstance(value, URIRef) and str(value) in self._known and term != _TYPE:
                    yield LINKS, [str(thing), str(term), str(value), self._name(term)]

    def _lay_out(self) -> dict[URIRef, Table]:
        seen: dict[URIRef, dict[tuple[URIRef, str | None], Seen]] = {}
        for _, said in by_subject(self._data):
            grouped = _grouped(said)
            for kind in self._narrow(said):
                of_kind = seen.setdefault(kind, {})
                for key, values in grouped.items():
                    of_kind.setdefault(key, Seen()).note(values, self._known)
        names = _unique_names(sorted(seen))
        return {kind: self._table(kind, names[kind], seen[kind]) for kind in seen}

    def _narrow(self, said: Statements) -> list[URIRef]:
        """The classes of a thing that none of its other classes is a part of."""
        kinds = frozenset(value for term, value in said if term == _TYPE and isinstance(value, URIRef))
        if kinds not in self._narrowed:
            above = {wide for kind in kinds for wide in self._kinds.get(kind, ())}
            self._narrowed[kinds] = sorted(kinds - above)
        return self._narrowed[kinds]

    def _name(self, term: URIRef) -> str:
        """The name of a property in bokmål."""
        if term not in self._names:
            self._names[term] = _label(self._dictionary, term, "nb")
        return self._names[term]

    def _kinds_of(self, said: Statements) -> list[URIRef]:
        return [kind for kind in self._narrow(said) if kind in self._own]

    def _table(self, kind: URIRef, name: str, seen: dict[tuple[URIRef, str | None], Seen]) -> Table:
        uses = self._dictionary.uses(kind)
        # What things are called comes first, then the properties as the class has them.
        order = {term: place for place, term in enumerate((*NAMES, *(use.term for use in uses)))}
        single = {use.term for use in uses if use.most == (1, Severity.VIOLATION)}
        keys = sorted(seen, key=lambda key: (order.get(key[0], len(order)), key[0], key[1] or ""))
        names = _unique_names(sorted({term for term, _ in keys}))
        columns = [
            self._column(names[term], term, language, seen[term, language], is_single=term in single)
            for term, language in keys
        ]
        return Table(name, self._titles(kind), self._meanings(kind), [_key(THINGS), *columns], kind)

    def _column(self, name: str, term: URIRef, language: str | None, seen: Seen, *, is_single: bool) -> Column:
        datatypes = {_CSVW.get(datatype, "string") for datatype in seen.datatypes}
        targets = seen.targets if len(seen.targets) == 1 else {None}
        many = seen.most > 1 or not (is_single or language)
        return Column(
            name=f"{name}_{language}" if language else name,
            titles=self._titles(term),
            meanings=self._meanings(term),
            property=term,
            datatype=datatypes.pop() if len(datatypes) == 1 else "string",
            language=language,
            separator=seen.separator if many else None,
            leads_to=None if many else targets.pop(),
        )

    def _titles(self, term: URIRef) -> dict[str, str]:
        return _texts(self._dictionary, term, RDFS.label) or {"en": _local(term)}

    def _meanings(self, term: URIRef) -> dict[str, str]:
        return _texts(self._dictionary, term, SKOS.definition)

    def _code(self, code: URIRef) -> Cells:
        scheme = str(self._dictionary.ontology.value(code, SKOS.inScheme))
        return [str(code), scheme.removeprefix(CODE), *(_label(self._dictionary, code, tag) for tag in _LANGUAGES)]


def _key(leads_to: str | None) -> Column:
    titles = {"nb": "Adresse", "nn": "Adresse", "en": "Address"}
    return Column("iri", titles, {}, datatype="anyURI", leads_to=leads_to)


def _plain(name: str, nb: str, nn: str, en: str, **more: str) -> Column:
    return Column(name, {"nb": nb, "nn": nn, "en": en}, {}, **more)  # type: ignore[arg-type]  # the fields of text


_GENERAL = (
    Table(
        THINGS,
        {"nb": "Alle ting", "nn": "Alle ting", "en": "All things"},
        {
            "nb": "Hver ting med navnet sitt og tabellen den står i.",
            "nn": "Kvar ting med namnet sitt og tabellen han står i.",
            "en": "Each thing with its name and the table it is in.",
        },
        [
            _key(None),
            _plain("table", "Tabell", "Tabell", "Table", separator="|"),
            *(_plain(f"name_{tag}", "Navn", "Namn", "Name", language=tag) for tag in _LANGUAGES),
            _plain("name", "Navn uten språk", "Namn utan språk", "Name without a language"),
        ],
    ),
    Table(
        LINKS,
        {"nb": "Lenker", "nn": "Lenkjer", "en": "Links"},
        {
            "nb": "Hver lenke fra en ting til en annen eller til en kode, én per rad.",
            "nn": "Kvar lenkje frå ein ting til ein annan eller til ein kode, éi per rad.",
            "en": "Each link from one thing to another or to a code, one in each row.",
        },
        [
            _plain("from", "Fra", "Frå", "From", datatype="anyURI", leads_to=THINGS),
            _plain("property", "Egenskap", "Eigenskap", "Property", datatype="anyURI"),
            _plain("to", "Til", "Til", "To", datatype="anyURI"),
            _plain("property_name", "Egenskapens navn", "Namnet på eigenskapen", "Name of the property", language="nb"),
        ],
        has_key=False,
    ),
    Table(
        CODES,
        {"nb": "Koder", "nn": "Kodar", "en": "Codes"},
        {
            "nb": "Kodene i vokabularet.",
            "nn": "Kodane i vokabularet.",
            "en": "The codes of the vocabulary.",
        },
        [
            _key(None),
            _plain("list", "Kodeliste", "Kodeliste", "Code list"),
            *(_plain(f"name_{tag}", "Navn", "Namn", "Name", language=tag) for tag in _LANGUAGES),
        ],
    ),
)  # fmt: skip

# The datatypes of CSVW (Metadata Vocabulary, section 5.11.1) that our data may have; anything else is a string.
_SAME = ("anyURI", "boolean", "date", "dateTime", "decimal", "duration", "gYear", "gYearMonth", "integer",
         "nonNegativeInteger", "positiveInteger")  # fmt: skip
_RESOURCE, _STRING = RDFS.Resource, XSD.string
_CSVW: dict[URIRef | None, str] = {RDFS.Resource: "anyURI", **{XSD[name]: name for name in _SAME}}


def _datatype(value: Node) -> URIRef | None:
    if isinstance(value, Literal):
        return _STRING if value.language else value.datatype
    return _RESOURCE


def _target(value: Node, known: set[str]) -> str | None:
    if isinstance(value, Literal) or str(value) not in known:
        return None
    return CODES if str(value).startswith(CODE) else THINGS


def _grouped(said: Statements) -> dict[tuple[URIRef, str | None], list[Node]]:
    """What is said of a thing by property and language."""
    grouped: dict[tuple[URIRef, str | None], list[Node]] = {}
    for term, value in said:
        if term not in _ELSEWHERE:
            grouped.setdefault((term, value.language if isinstance(value, Literal) else None), []).append(value)
    return grouped


def _cells(thing: Node, said: Statements, columns: list[Column]) -> Cells:
    grouped = _grouped(said)
    values = ([str(value) for value in grouped.get((one.property, one.language), ())] for one in columns[1:])  # type: ignore[arg-type]  # all but the key are of a property
    return [str(thing), *((one.separator or "").join(texts) for one, texts in zip(columns[1:], values, strict=True))]


def _names(said: Statements) -> Cells:
    found: dict[str, str] = {}
    names = [(term, value) for term, value in said if term in _NAMING]
    for kind in NAMES:
        for term, value in names:
            if term == kind and isinstance(value, Literal):
                found.setdefault(value.language or "", str(value))
    return [found.get(tag, "") for tag in (*_LANGUAGES, "")]


def _narrowest(dictionary: Dictionary) -> dict[URIRef, list[URIRef]]:
    return {kind: dictionary.wider(kind) for kind in set(dictionary.vocabulary.terms)}


def _codes(dictionary: Dictionary) -> list[URIRef]:
    return [code for scheme in dictionary.schemes for code in dictionary.codes(scheme)]


def _texts(dictionary: Dictionary, term: URIRef, kind: URIRef) -> dict[str, str]:
    found = (text for text in dictionary.ontology.objects(term, kind) if isinstance(text, Literal))
    return dict(sorted((text.language or "en", str(text)) for text in found))


def _label(dictionary: Dictionary, term: URIRef, language: str) -> str:
    for kind in (RDFS.label, SKOS.prefLabel):
        texts = _texts(dictionary, term, kind)
        if texts:
            return texts.get(language, "")
    return _local(term)


def _unique_names(terms: Iterable[URIRef]) -> dict[URIRef, str]:
    """A name for each term: the last part of its address, with the prefix of its namespace where two would be the same."""
    taken = {THINGS, LINKS, CODES, "iri"}
    names: dict[URIRef, str] = {}
    for term in sorted(terms, key=lambda term: (not term.startswith(PLAN), term)):
        name = _local(term)
        names[term] = name if name.lower() not in taken else f"{_prefix(term)}_{name}"
        taken.add(names[term].lower())
    return names


def _local(term: str) -> str:
    return term.rpartition("#")[2].rpartition("/")[2]


def _prefix(term: str) -> str:
    return next((prefix for prefix, namespace in PREFIXES.items() if term.startswith(namespace)), "other")
