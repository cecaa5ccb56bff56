"""What the answer of a SPARQL server means: an answer, a fault of the query, a limit, or a server in trouble."""

import re
from http import HTTPStatus

from planverk.store.sparql import QueryRefused
from planverk.store.transport import Answer
from planverk.store.trouble import LimitExceeded, StoreUnreachable

_MUCH = 1 << 16
_WHAT_TO_DO: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "It wants a user and a password: set the variables that [store] in planverk.toml names.",
    HTTPStatus.FORBIDDEN: "The user may not do that there: give the user the right, or name another.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address: see to [store] in planverk.toml.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not do that: see to [store] in planverk.toml.",
}
# How servers say that they stopped a query: Fuseki (503, or at the end of half an answer), Virtuoso (SQL state), RDF4J.
_STOPPED = re.compile(rb"timed out|due to timeout|took too long|\bS1T(?:AT|00)\b")
_PLACE = re.compile(r"\bline:? (?P<line>\d+)(?:, col(?:umn|):? (?P<column>\d+))?", re.IGNORECASE)
# What is a fault in the query to Virtuoso, though it answers 500 (SQL states of syntax, names and data).
_FAULT = re.compile(rb"Virtuoso (?:37000|42001|22\w{3}) ")


def whole(answer: Answer, address: str, seconds: int) -> Answer:
    """The answer, when it is one and nothing is missing in it.

    Raises:
        QueryRefused: the server found a fault in the query; the text has what it said, often with the place.
        LimitExceeded: the server ended the query, or gave only part of the rows.
        StoreUnreachable: anything else.

    """
    if answer.status == HTTPStatus.OK:
        return _all_of(answer, seconds)
    with answer.content:
        body = answer.content.read(_MUCH)
    if _STOPPED.search(body):
        raise stopped(seconds)
    if answer.status == HTTPStatus.BAD_REQUEST or _FAULT.match(body):
        raise _fault(said(body))
    raise StoreUnreachable(refusal(address, answer.status, body))


def refusal(address: str, status: int, body: bytes) -> str:
    """That an address refused something, and what to do: by its status, or else what it said."""
    return f"{address} answered {status}. {_WHAT_TO_DO.get(status) or said(body)}".strip()


def stopped(seconds: int) -> LimitExceeded:
    """What a query meets that takes too long."""
    return LimitExceeded("seconds", f"{seconds} s")


def broken(answer: Answer, address: str, seconds: int) -> Exception:
    """What an answer shows that cannot be read: a query stopped half-way, or a server that speaks another language."""
    answer.content.seek(max(0, answer.size - _MUCH))
    if _STOPPED.search(answer.content.read()):
        return stopped(seconds)
    return StoreUnreachable(f"{address} answered with something that is no result of a query.")


def said(body: bytes) -> str:
    """What a server said of an error, in a line: the first paragraph of plain text, for the rest is its inside."""
    text = body.decode("utf-8", "replace").strip()
    if text.startswith("<"):
        return ""
    return " ".join(text.partition("\n\n")[0].split())[:300]


def _fault(reason: str) -> QueryRefused:
    found = _PLACE.search(reason)
    place = {name: int(number) for name, number in found.groupdict().items() if number} if found else {}
    return QueryRefused(f"This is not a query that can be answered. {reason}".strip(), **place)


def _all_of(answer: Answer, seconds: int) -> Answer:
    # Virtuoso tells in a field, if at all, that it gave part of an answer, with the status of a whole one.
    if answer.headers.get("X-SQL-State"):
        answer.content.close()
        raise stopped(seconds)
    most = answer.headers.get("X-SPARQL-MaxRows")
    if most:
        answer.content.close()
        raise LimitExceeded("rows", most)
    return answer
