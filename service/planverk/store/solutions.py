"""What another endpoint found -> the VALUES that stand for it in a query. Nothing in it is believed before it is looked at."""

import json
import re
from typing import IO, Any
from uuid import UUID, uuid4, uuid5

from planverk.store.prologue import ABSOLUTE
from planverk.store.tokens import disguised

_VARIABLE = re.compile(r"[^\W\d][\w\u00b7\u203f\u2040]*|\d[\w\u00b7\u203f\u2040]*")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


class Unusable(Exception):
    """What came is no table of solutions, or holds something that cannot be carried into a query."""


def as_values(content: IO[bytes]) -> str:
    """A table in SPARQL 1.1 Query Results JSON as a VALUES clause on one line.

    Blank nodes have no name outside the endpoint they come from, so each becomes an IRI that nothing else has
    (RDF 1.1 Concepts, section 3.5).

    Raises:
        Unusable: it is no such table.

    """
    try:
        answer = json.load(content)
        names = answer["head"]["vars"]
        if not all(_VARIABLE.fullmatch(name) for name in names):
            raise Unusable("It names variables that are none.")
        nodes = uuid4()
        rows = [
            " ".join(_term(row[name], nodes) if name in row else "UNDEF" for name in names)
            for row in answer["results"]["bindings"]
        ]
        clause = f"VALUES ({' '.join(f'?{name}' for name in names)}) {{ {' '.join(f'({row})' for row in rows)} }}"
        clause.encode()  # half a character, which JSON can write, is none
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Unusable("It is no table of results.") from None
    return clause


def _term(term: dict[str, Any], nodes: UUID) -> str:  # Any: JSON
    kind, value = term["type"], term["value"]
    if kind == "uri" and ABSOLUTE.fullmatch(value):
        return f"<{value}>"
    if kind == "bnode":
        return f"<{uuid5(nodes, value).urn}>"
    if kind not in ("literal", "typed-literal"):  # the second is Virtuoso's
        raise Unusable("It has terms of an unknown kind.")
    return _string(value) + _ending(term)


def _ending(term: dict[str, Any]) -> str:  # Any: JSON
    language, datatype = term.get("xml:lang"), term.get("datatype")
    if language and _LANGUAGE.fullmatch(language):
        return f"@{language}"
    if language or (datatype and not ABSOLUTE.fullmatch(datatype)):
        raise Unusable("It has literals that are none.")
    return f"^^<{datatype}>" if datatype else ""


def _string(text: str) -> str:
    return f'"{disguised(text.translate(_ESCAPES))}"'
