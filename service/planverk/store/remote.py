"""Asking any SPARQL endpoint, through SPARQLWrapper, and setting the answer as a table."""

import json
from contextlib import closing
from typing import Any
from urllib.error import HTTPError, URLError

from SPARQLWrapper import JSON, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException


class RemoteError(Exception):
    """An endpoint that does not answer, or answers with an error; the text says which and what it said."""


def ask(endpoint: str, query: str, timeout: int) -> str:
    """The answer to a SELECT or ASK as a plain-text table.

    Raises:
        RemoteError: the endpoint cannot be reached, refuses the query, or does not answer in `timeout` seconds.

    """
    client = SPARQLWrapper(endpoint, returnFormat=JSON)
    client.setTimeout(timeout)
    client.setQuery(query)
    if len(query) > 2000:
        client.setMethod("POST")  # Servers and proxies need not accept longer addresses (RFC 9110, section 4.1).
    try:
        with closing(client.query().response) as response:
            answer = json.load(response)
    except (SPARQLWrapperException, URLError, OSError, ValueError) as error:
        _hang_up(error)
        raise RemoteError(f"{endpoint}: {_said(error)}") from None
    return table(answer)


def table(answer: dict[str, Any]) -> str:
    """SPARQL 1.1 Query Results JSON as lines with aligned columns; an ASK is `true` or `false`."""
    if "boolean" in answer:
        return str(answer["boolean"]).lower()
    heads = answer["head"]["vars"]
    rows = [[row.get(name, {}).get("value", "") for name in heads] for row in answer["results"]["bindings"]]
    widths = [max(len(cell) for cell in column) for column in zip(heads, *rows, strict=True)]
    lines = [heads, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _hang_up(error: Exception) -> None:
    # SPARQLWrapper raises its own exception over the refusal it got, and leaves that one's connection open.
    for refusal in (error, error.__context__):
        if isinstance(refusal, HTTPError):
            refusal.close()


def _said(error: Exception) -> str:
    return str(getattr(error, "msg", None) or getattr(error, "reason", None) or error)
