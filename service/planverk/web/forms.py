"""The form in which people give a question its values: what each means, what was written, and what may be chosen."""

import json
from typing import NamedTuple

from rdflib import Literal, URIRef

from planverk import folders
from planverk.parameters import Parameter, Values
from planverk.questions import Question
from planverk.store.binding import bind
from planverk.store.formats import TABLE
from planverk.store.pool import Result
from planverk.store.sparql import SparqlRequest
from planverk.vocab import CODE
from planverk.web.answers import fetch
from planverk.web.reading import Names
from planverk.web.responses import edition, in_language, instance

_THINGS = folders.QUERIES / "things.rq"
# More than this is no list to choose from.
_MOST = 200


class Choice(NamedTuple):
    """What may be chosen in a form: the value, and what it is called."""

    value: str
    name: str


class Field(NamedTuple):
    """One parameter in a form; without choices it is written."""

    parameter: Parameter
    meaning: str
    written: str
    choices: list[Choice]


def form(question: Question, given: dict[str, list[str]], values: Values) -> list[Field]:
    """The fields of a question, with what was given."""
    return [_field(parameter, given.get(parameter.name, [""])[0], values) for parameter in question.parameters]


def _field(parameter: Parameter, written: str, values: Values) -> Field:
    meaning = in_language(parameter.meanings, instance()) if parameter.meanings else ""
    written = written.removeprefix(f"{instance().base}id/")
    choices = _codes(parameter, values) or _things(parameter)
    if choices and written and written not in {choice.value for choice in choices}:
        choices.append(Choice(written, written))
    return Field(parameter, meaning, written, choices)


def _codes(parameter: Parameter, values: Values) -> list[Choice]:
    names = Names(instance(), edition().vocabulary)
    return [Choice(code, names.link(URIRef(f"{CODE}{parameter.of}/{code}")).text) for code in values.codes(parameter)]


def _things(parameter: Parameter) -> list[Choice]:
    """The things of the class that the parameter wants, unless they are too many."""
    if parameter.range is None:
        return []
    query = bind(_THINGS.read_text(encoding="utf-8"), {"class": parameter.range})
    found = fetch(edition(), SparqlRequest(query), {TABLE: "json"})
    if isinstance(found, Result):
        found.content.close()
        return []
    names: dict[str, list[Literal]] = {}
    for row in json.loads(found.content)["results"]["bindings"]:
        name = Literal(row["name"]["value"], lang=row["name"].get("xml:lang"))
        names.setdefault(row["thing"]["value"], []).append(name)
    best = Names(instance()).best
    choices = [Choice(iri.removeprefix(f"{instance().base}id/"), str(best(known))) for iri, known in names.items()]
    return sorted(choices, key=lambda choice: choice.name) if len(choices) < _MOST else []
