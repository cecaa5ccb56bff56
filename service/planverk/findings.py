"""What is wrong with an editor's data: a finding, where it stands, and the sentence that tells it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from planverk.vocab import SH

Triple = tuple[Node, Node, Node]


class Place(NamedTuple):
    """Where a statement stands: a file and its line, counted from 1; in a workbook also the sheet and the column."""

    file: Path
    line: int
    sheet: str = ""
    column: str = ""

    def __str__(self) -> str:
        """Give the form that editors and terminals turn into a link; of a cell the one that people say."""
        if self.sheet:
            return f"{self.file}: {self.sheet}!{self.column}{self.line}"
        return f"{self.file}:{self.line}"


class Severity(IntEnum):
    """How bad a finding is; a Violation stops a release (SHACL 1.0, section 2.1.4)."""

    INFO = 1
    WARNING = 2
    VIOLATION = 3

    @classmethod
    def of(cls, iri: Node | None) -> "Severity":
        """The severity a shape states by `sh:severity`; SHACL's default is Violation."""
        known: dict[Node | None, Severity] = {SH.Info: cls.INFO, SH.Warning: cls.WARNING}
        return known.get(iri, cls.VIOLATION)


@dataclass(frozen=True)
class Finding:
    """One finding: which rule, how bad, where, about what, and a sentence per language."""

    rule: URIRef
    severity: Severity
    sentences: Mapping[str, str]
    place: Place | None = None
    focus: Node | None = None
    path: Node | None = None
    value: Node | None = None
    component: Node | None = None
    """The kind of constraint that was not met (SHACL 1.0, section 3.6.2.6)."""

    @property
    def rule_name(self) -> str:
        """The local name of the rule, by which people refer to it."""
        return self.rule.partition("#")[2] or str(self.rule)

    def sentence(self, languages: Iterable[str]) -> str:
        """The sentence in the first of the languages that has one."""
        spoken = [self.sentences[language] for language in languages if language in self.sentences]
        return next(iter(spoken or self.sentences.values()), self.rule_name)


def by_place(finding: Finding) -> tuple[str, str, int, str, str]:
    """By this, findings are in the order of the editors' files; those without a place come last."""
    if finding.place is None:
        return ("~", "", 0, "", finding.rule)
    file, line, sheet, column = finding.place
    return (str(file), sheet, line, column, finding.rule)


def sentences(rules: Graph, rule: Node, **values: str | Mapping[str, str]) -> dict[str, str]:
    """A rule's messages by language, with `{name}` in them replaced by the values given, which may be by language too."""
    texts = {text.language or "nb": str(text) for text in rules.objects(rule, SH.message) if isinstance(text, Literal)}
    return {language: fill(text, _in(language, values)) for language, text in texts.items()}


def _in(language: str, values: Mapping[str, str | Mapping[str, str]]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value[language] for name, value in values.items()}


def fill(template: str, values: Mapping[str, str]) -> str:
    """A message with its `{name}` and SHACL's `{?name}` replaced; an unknown name stays as it is."""
    return re.sub(r"\{[?$]?(\w+)\}", lambda match: values.get(match[1], match[0]), template)
