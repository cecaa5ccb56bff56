"""What may break a shape, as SPARQL conditions: they may be true where nothing is wrong, and never false where something is."""

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import NamedTuple

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from planverk.store.engine import PLAIN
from planverk.vocab import RDFS, SH

_YES, _NO, _EACH = "true", "false", "?each"
# What says nothing about the data (SHACL 1.0, section 2.1), or is read along with another parameter.
SILENT = {RDF.type, SH.path, SH.severity, SH.message, SH.name, SH.description, RDFS.isDefinedBy, SH.ignoredProperties}
SILENT |= {SH.targetClass, SH.targetSubjectsOf, SH.property, SH.qualifiedMinCount, SH.qualifiedMaxCount}
_KINDS: dict[Node, str] = {SH.IRI: "isIRI", SH.Literal: "isLiteral", SH.BlankNode: "isBlank"}
# Engines differ on what is a space and where a line ends, so a text with one of these is left to the judge.
_UNCOMMON = r"[\u0000-\u001f\u007f-\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f\u3000\ufeff]"


class Doubt(NamedTuple):
    """When something may break a constraint, and when it may keep it; where nothing is known, both are always true."""

    breaks: str
    keeps: str

    @property
    def otherwise(self) -> "Doubt":
        """The doubt about the opposite."""
        return Doubt(self.keeps, self.breaks)


UNSURE = Doubt(_YES, _YES)


class Doubts:
    """Writes the conditions of shapes, SHACL Core by SHACL Core parameter; what it does not know stays in doubt."""

    def __init__(self, shapes: Graph, kinds: Callable[[Node], list[str]]) -> None:
        """Take the shapes, and what gives a class with its subclasses as they are written in SPARQL."""
        self._shapes = shapes
        self._kinds = kinds
        self._numbers = count()

    def about(self, shape: Node, focus: str) -> Doubt:
        """The doubt whether what a variable stands for conforms to a shape."""
        path = self._shapes.value(shape, SH.path)
        value = focus if path is None else self._variable()
        known = {**self._of_values(value), **self._of_sets(focus, path)}
        nested = [self.about(part, value) for part in self._shapes.objects(shape, SH.property)]
        said = [(term, given) for term, given in self._shapes.predicate_objects(shape) if term not in SILENT]
        found = [(term, known[term](shape, given) if term in known else UNSURE) for term, given in said]
        each = _all_of([*(doubt for term, doubt in found if term in _ONE_BY_ONE), *nested])
        together = [doubt for term, doubt in found if term not in _ONE_BY_ONE]
        return _all_of([*together, each if path is None else self._every(focus, path, value, each)])

    def _of_values(self, value: str) -> dict[Node, "_Writer"]:
        """The parameters that look at one value at a time (SHACL 1.0, sections 4.1 and 4.3 to 4.8)."""
        return {
            SH["class"]: lambda _, given: self._class(value, given),
            SH.datatype: lambda _, given: _datatype(value, given),
            SH.nodeKind: lambda _, given: _sure(f"{_KINDS[given]}({value})") if given in _KINDS else UNSURE,
            SH["in"]: lambda _, given: _among(value, list(Collection(self._shapes, given))),
            SH.minInclusive: lambda _, given: _sure(f"{value} >= {given.n3()}"),
            SH.maxInclusive: lambda _, given: _sure(f"{value} <= {given.n3()}"),
            SH.minLength: lambda _, given: _sure(f"!isBlank({value}) && STRLEN(STR({value})) >= {given}"),
            SH.maxLength: lambda _, given: _sure(f"!isBlank({value}) && STRLEN(STR({value})) <= {given}"),
            SH.pattern: lambda shape, given: self._pattern(value, shape, given),
            SH.languageIn: lambda _, given: _languages(value, list(Collection(self._shapes, given))),
            SH["not"]: lambda _, given: self.about(given, value).otherwise,
            SH["or"]: lambda _, given: _any_of([self.about(part, value) for part in Collection(self._shapes, given)]),
            SH["and"]: lambda _, given: _all_of([self.about(part, value) for part in Collection(self._shapes, given)]),
            SH.node: lambda _, given: self.about(given, value),
        }

    def _of_sets(self, focus: str, path: Node | None) -> dict[Node, "_Writer"]:
        """The parameters that look at all values together (SHACL 1.0, sections 4.2, 4.4.5, 4.5, 4.7.3 and 4.8)."""
        if path is None:
            return {
                SH.hasValue: lambda _, given: _same(focus, given),
                SH.closed: lambda shape, given: self._closed(focus, shape, given),
            }
        return {
            SH.hasValue: lambda _, given: self._has(focus, path, given),
            SH.minCount: lambda _, given: _sure(self._count(focus, path, int(str(given)))),
            SH.maxCount: lambda _, given: _sure(self._count(focus, path, int(str(given)) + 1)).otherwise,
            SH.qualifiedValueShape: lambda shape, given: self._qualified(focus, path, shape, given),
            SH.uniqueLang: lambda _, __: Doubt(self._same_language(focus, path), _YES),
            SH.disjoint: lambda _, given: Doubt(self._pair(focus, path, given, _YES, same=True), _YES),
            SH.lessThanOrEquals: lambda _, given: Doubt(self._pair(focus, path, given, "!({} <= {})"), _YES),
        }

    def _variable(self) -> str:
        return f"?v{next(self._numbers)}"

    def _every(self, focus: str, path: Node, value: str, doubt: Doubt) -> Doubt:
        unfit = "" if doubt.keeps == _YES else self._there_is(focus, path, value, f"!({doubt.keeps})")
        return Doubt(self._there_is(focus, path, value, doubt.breaks), f"!({unfit})" if unfit else _YES)

    def _there_is(self, focus: str, path: Node, value: str, condition: str) -> str:
        """That one of the values of a path meets a condition."""
        if condition == _NO:
            return _NO
        steps = list(Collection(self._shapes, path)) if (path, RDF.first, None) in self._shapes else [path]
        # One pattern within one EXISTS: an engine that joins two of them would do so again for each focus node.
        for step, start, end in reversed(self._links(focus, steps, value)):
            condition = f"EXISTS {{ {start} {self._path(step)} {end} FILTER ({condition}) }}"
        return condition

    def _links(self, focus: str, steps: list[Node], value: str) -> list[tuple[Node, str, str]]:
        places = [focus, *(self._variable() for _ in steps[1:]), value]
        return list(zip(steps, places, places[1:], strict=False))

    def _path(self, path: Node) -> str:
        """A path as SPARQL writes it (SHACL 1.0, section 2.3.1)."""
        if isinstance(path, URIRef):
            return path.n3()
        marks = {
            SH.inversePath: "^({})",
            SH.zeroOrMorePath: "({})*",
            SH.oneOrMorePath: "({})+",
            SH.zeroOrOnePath: "({})?",
        }
        for kind, written in marks.items():
            if (inner := self._shapes.value(path, kind)) is not None:
                return written.format(self._path(inner))
        alternatives = self._shapes.value(path, SH.alternativePath)
        mark = "/" if alternatives is None else "|"
        return f"({mark.join(self._path(part) for part in Collection(self._shapes, alternatives or path))})"

    def _count(self, focus: str, path: Node, least: int, condition: str = _YES, before: tuple[str, ...] = ()) -> str:
        """That a path has at least so many values that meet a condition, in which `?each` stands for the value."""
        if least < 1:
            return _YES
        value = self._variable()
        unlike = [f"!sameTerm({value}, {other})" for other in before]
        rest = self._count(focus, path, least - 1, condition, (*before, value))
        return self._there_is(focus, path, value, _and([*unlike, condition.replace(_EACH, value), rest]))

    def _qualified(self, focus: str, path: Node, shape: Node, given: Node) -> Doubt:
        doubt = self.about(given, _EACH)
        surely, perhaps = f"!({doubt.breaks})", doubt.keeps
        least, most = (self._shapes.value(shape, term) for term in (SH.qualifiedMinCount, SH.qualifiedMaxCount))
        found = []
        if least is not None:
            enough = int(str(least))
            found.append(
                Doubt(f"!({self._count(focus, path, enough, surely)})", self._count(focus, path, enough, perhaps))
            )
        if most is not None:
            many = int(str(most)) + 1
            found.append(Doubt(self._count(focus, path, many, perhaps), f"!({self._count(focus, path, many, surely)})"))
        return _all_of(found)

    def _class(self, value: str, given: Node) -> Doubt:
        kind, names = self._variable(), self._kinds(given)
        if len(names) == 1:
            return _sure(f"EXISTS {{ {value} a {names[0]} }}")
        return _sure(f"EXISTS {{ {value} a {kind} FILTER ({kind} IN ({', '.join(names)})) }}")

    def _pattern(self, value: str, shape: Node, given: Node) -> Doubt:
        if (shape, SH.flags, None) in self._shapes:
            return UNSURE
        matches = f"REGEX(STR({value}), {Literal(str(given)).n3()})"
        uncommon = f'isBlank({value}) || REGEX(STR({value}), "{_UNCOMMON}")'
        return Doubt(_or([_careful(f"!{matches}"), _careful(uncommon)]), _or([_careful(matches), _careful(uncommon)]))

    def _closed(self, focus: str, shape: Node, given: Node) -> Doubt:
        ignored = self._shapes.value(shape, SH.ignoredProperties)
        parts = self._shapes.objects(shape, SH.property)
        allowed = [
            *(Collection(self._shapes, ignored) if ignored else []),
            *(self._shapes.value(part, SH.path) for part in parts),
        ]
        names = ", ".join(term.n3() for term in allowed if isinstance(term, URIRef))
        return Doubt(f"EXISTS {{ {focus} ?property ?any FILTER (?property NOT IN ({names})) }}", _YES)

    def _has(self, focus: str, path: Node, given: Node) -> Doubt:
        value = self._variable()
        return (
            _sure(self._there_is(focus, path, value, f"sameTerm({value}, {given.n3()})")) if _is_iri(given) else UNSURE
        )

    def _same_language(self, focus: str, path: Node) -> str:
        one, other = self._variable(), self._variable()
        alike = f'LANG({one}) != "" && !sameTerm({one}, {other}) && LCASE(LANG({one})) = LCASE(LANG({other}))'
        return self._there_is(focus, path, one, self._there_is(focus, path, other, _careful(alike)))

    def _pair(self, focus: str, path: Node, other: Node, condition: str, *, same: bool = False) -> str:
        value = self._variable()
        compared = value if same else self._variable()
        written = condition if same else _careful(condition.format(value, compared))
        return self._there_is(focus, path, value, f"EXISTS {{ {focus} {other.n3()} {compared} FILTER ({written}) }}")


_Writer = Callable[[Node, Node], Doubt]
_ONE_BY_ONE = set(Doubts(Graph(), lambda _: [])._of_values("?"))


def _sure(condition: str) -> Doubt:
    """The doubt of a condition that tells exactly, save where it cannot be computed."""
    return Doubt(_careful(f"!({condition})"), _careful(condition))


def _careful(condition: str) -> str:
    # An error is no answer, so it leaves the doubt.
    return condition if condition.startswith(("EXISTS", "!(EXISTS", _YES)) else f"COALESCE({condition}, true)"


def _same(value: str, given: Node) -> Doubt:
    return _sure(f"sameTerm({value}, {given.n3()})") if _is_iri(given) else UNSURE


def _among(value: str, choices: Iterable[Node]) -> Doubt:
    names = [choice.n3() for choice in choices if _is_iri(choice)]
    return _sure(f"{value} IN ({', '.join(names)})") if len(names) == len(list(choices)) else UNSURE


def _datatype(value: str, given: Node) -> Doubt:
    # A value that is not written as nearly all are is left to the judge.
    # DATATYPE of an IRI is an error, which leaves the doubt.
    right = f"DATATYPE({value}) = {given.n3()}"
    plain = f'REGEX(STR({value}), "{PLAIN[given]}")' if PLAIN.get(given) else _YES
    return Doubt(_careful(f"!({right} && {plain})") if given in PLAIN else _YES, _careful(right))


def _languages(value: str, given: Iterable[Node]) -> Doubt:
    exact = ", ".join(Literal(str(tag).lower()).n3() for tag in given)
    broad = _or([f"langMatches(LANG({value}), {Literal(str(tag)).n3()})" for tag in given])
    return Doubt(_careful(f"!(LANG({value}) IN ({exact}))"), _careful(broad))


def _all_of(doubts: Iterable[Doubt]) -> Doubt:
    known = list(doubts)
    return Doubt(_or([doubt.breaks for doubt in known]), _and([doubt.keeps for doubt in known]))


def _any_of(doubts: Iterable[Doubt]) -> Doubt:
    return _all_of([doubt.otherwise for doubt in doubts]).otherwise


def _or(conditions: Iterable[str]) -> str:
    said = [condition for condition in dict.fromkeys(conditions) if condition != _NO]
    return _YES if _YES in said else " || ".join(_bracketed(said)) or _NO


def _and(conditions: Iterable[str]) -> str:
    said = [condition for condition in dict.fromkeys(conditions) if condition != _YES]
    return _NO if _NO in said else " && ".join(_bracketed(said)) or _YES


def _bracketed(conditions: list[str]) -> Iterator[str]:
    return (f"({condition})" for condition in conditions) if len(conditions) > 1 else iter(conditions)


def _is_iri(node: Node) -> bool:
    return isinstance(node, URIRef)
