"""The queries that an instance adds -> what is wrong with them, by file and line."""

import re
from collections.abc import Iterator
from pathlib import Path

from planverk.findings import Finding, Place, Severity, sentences
from planverk.instance import Instance
from planverk.parameters import Values
from planverk.questions import RESERVED, Heading, Question, is_name, read_heading, read_question
from planverk.store.binding import bind
from planverk.store.embedded import judge
from planverk.store.sparql import QueryRefused, is_deeper, quoted
from planverk.vocab import SHAPE
from planverk.vocabulary import Vocabulary


def judge_questions(instance: Instance, vocabulary: Vocabulary) -> list[Finding]:
    """A finding for each thing that keeps a file of the instance from becoming an address below /query/."""
    judges = (_Judge(path, instance, vocabulary) for path in instance.queries)
    return [finding for one in judges for finding in one.findings()]


class _Judge:
    """Knows a file, what it says, and whose it is."""

    def __init__(self, path: Path, instance: Instance, vocabulary: Vocabulary) -> None:
        self._path = path
        self._instance = instance
        self._vocabulary = vocabulary
        self._values = Values(instance.base, vocabulary.ontology)

    def findings(self) -> Iterator[Finding]:
        if not is_name(self._path.stem):
            yield self._finding("name", 1, value=self._path.name)
        try:
            text = self._path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            yield self._finding("syntax", 1, reason="the file is not saved as UTF-8")
            return
        heading, question = read_heading(text), read_question(self._path.stem, text)
        yield from self._heading(heading)
        unfit = list(self._parameters(question, text))
        yield from unfit or self._query(question, text)

    def _heading(self, heading: Heading) -> Iterator[Finding]:
        for number, line in heading.unread:
            yield self._finding("heading", number, value=line)
        known = {*RESERVED, *(parameter.name for parameter in heading.parameters)}
        for word in heading.texts.keys() - known:
            yield self._finding("heading", 1, value=word)
        if self._instance.language not in heading.texts.get("title", {}):
            yield self._finding("title", 1, value=self._instance.language)

    def _parameters(self, question: Question, text: str) -> Iterator[Finding]:
        names = [parameter.name for parameter in question.parameters]
        for parameter in question.parameters:
            name = re.compile(rf"\$(?:{parameter.name}\b|\{{{parameter.name}\}})")
            unfit = parameter.name in RESERVED or names.count(parameter.name) > 1
            astray = any(name.search(part) for part in quoted(question.query))
            wanting = parameter.kind == "code" and not self._values.codes(parameter)
            unknown = parameter.kind == "iri" and parameter.of and not parameter.range
            if unfit or astray or wanting or unknown or not name.search(question.query):
                line = text[: text.index(f"# parameter: {parameter.name} ")].count("\n") + 1
                yield self._finding("parameter", line, value=parameter.name)

    def _query(self, question: Question, text: str) -> Iterator[Finding]:
        """The query as it stands, and with a value for each parameter."""
        examples = {parameter.name: [self._values.example(parameter)] for parameter in question.parameters}
        values, _ = self._values.read(question.parameters, examples)
        above = text[: text.find(question.query.strip())].count("\n")
        for query in dict.fromkeys((question.query, bind(question.query, values))):
            try:
                if is_deeper(query, self._instance.limits.depth):
                    raise QueryRefused(f"brackets are nested more than {self._instance.limits.depth} levels deep")
                judge(query, self._instance.endpoints)
            except QueryRefused as refused:
                yield self._finding("syntax", above + refused.place.get("line", 1), reason=str(refused))
                return

    def _finding(self, fault: str, line: int, **values: str) -> Finding:
        rule = SHAPE[f"Source-query-{fault}"]
        told = sentences(self._vocabulary.shapes, rule, **values)
        return Finding(rule, Severity.VIOLATION, told, Place(self._path, line))
