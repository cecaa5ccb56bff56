"""A query -> its answer over HTTP: from the cache, or from a worker; complete, or an error."""

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from flask import Response, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from planverk import media
from planverk.store.cache import Kept
from planverk.store.edition import Edition
from planverk.store.formats import BY_SUFFIX, FORMATS
from planverk.store.pool import Result
from planverk.store.sparql import SparqlRequest
from planverk.web.responses import pass_by, varies

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

# Where the environment of a request has what became of its query, when that was run before the application was asked.
OUTCOME = "planverk.outcome"
# Larger results are asked for too seldom to be worth the memory.
_WORTH_KEEPING = 1 << 20


class _Question(NamedTuple):
    """What makes two requests the same; the release is told apart by each having a cache of its own."""

    asked: SparqlRequest
    formats: tuple[tuple[str, str], ...]


def answer(edition: Edition, asked: SparqlRequest, wanted: str | None = None) -> Response:
    """The answer to a query, in the format that `wanted` names or else the Accept header.

    Raises what `Pool.query` raises; web/errors.py makes answers of it.
    """
    found = fetch(edition, asked, _formats(wanted))
    if isinstance(found, Result):
        return _streamed(found)
    return _finished(Response(found.content), found.format, etag(found))


def fetch(edition: Edition, asked: SparqlRequest, formats: dict[str, str]) -> Kept | Result:
    """The answer to a query in the format (its suffix) of its kind; a large one is a `Result`, which must be closed.

    Raises what `Pool.query` raises.
    """
    found = request.environ.pop(OUTCOME, None)
    found = look_up(edition, asked, formats, request.environ) if found is None else found.result()
    if isinstance(found, Kept):
        return found
    if not found.lasting:
        pass_by()
    return found if found.size > _WORTH_KEEPING else _read(found)


def look_up(
    edition: Edition, asked: SparqlRequest, formats: dict[str, str], environ: "WSGIEnvironment"
) -> Kept | Result:
    """The answer to a query, from the cache or from a worker.

    Raises what `Pool.query` raises.
    """
    question = _Question(asked, tuple(formats.items()))
    kept = edition.answers.get(question)
    if kept is not None:
        return kept
    gone = environ.get("planverk.gone")
    client = environ.get("REMOTE_ADDR", "")
    return _keep(edition, question, edition.store.query(asked, formats, client, gone.is_set if gone else lambda: False))


async def look_up_meanwhile(
    edition: Edition, asked: SparqlRequest, formats: dict[str, str], client: str
) -> Kept | Result:
    """As `look_up`, on an event loop; it is cancelled when the client is gone."""
    question = _Question(asked, tuple(formats.items()))
    kept = edition.answers.get(question)
    return kept if kept is not None else _keep(edition, question, await edition.store.answer(asked, formats, client))


def etag(kept: Kept) -> str:
    """The strong validator of an answer (RFC 9110, section 8.8.3)."""
    return f"{hashlib.sha256(kept.content).hexdigest()[:40]}.{kept.format}"


@lru_cache(maxsize=256)
def formats(accept: str) -> dict[str, str]:
    """The format to use for each kind of answer, by the Accept header; a kind that the client has no use for is left out."""
    ranges = parse_accept_header(accept, MIMEAccept)
    found = {kind: media.negotiate(ranges, rows) for kind, rows in FORMATS.items()}
    return {kind: row.suffix for kind, row in found.items() if row}


def _keep(edition: Edition, question: _Question, result: Result) -> Kept | Result:
    """Keep a result for the next who asks, when it holds for them and is not too large."""
    if not result.lasting or result.size > _WORTH_KEEPING:
        return result
    kept = _read(result)
    edition.answers.keep(question, kept)
    return kept


def _read(result: Result) -> Kept:
    with result.content as content:
        return Kept(result.format, content.read())


def _streamed(result: Result) -> Response:
    """A large answer, sent from where it was put aside; its length is known, so that a broken one is told apart."""
    hashed = hashlib.file_digest(result.content, "sha256")  # type: ignore[arg-type]  # a spooled file reads like any other
    result.content.seek(0)
    response = Response(iter(lambda: result.content.read(1 << 16), b""))
    response.call_on_close(result.content.close)
    response.content_length = result.size
    return _finished(response, result.format, f"{hashed.hexdigest()[:40]}.{result.format}")


def _finished(response: Response, suffix: str, etag: str) -> Response:
    response.content_type = BY_SUFFIX[suffix].content_type
    response.set_etag(etag)
    response.cache_control.public = True
    response.cache_control.no_cache = True
    return varies(response)


def _formats(wanted: str | None) -> dict[str, str]:
    """The format to use for each kind of answer: the one that `wanted` names, or by the Accept header."""
    if not wanted:
        return formats(request.headers.get("Accept", ""))
    chosen = {kind: [row for row in rows if wanted in (row.suffix, row.media_type)] for kind, rows in FORMATS.items()}
    return {kind: rows[0].suffix for kind, rows in chosen.items() if rows}
