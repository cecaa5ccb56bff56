"""Asking a running service as data.norge.no asks it: the harvester for a document, the quality checker for an address."""

import time
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import HTTPErrorProcessor, OpenerDirector, Request, build_opener

from planverk.harvesting.harvester import LARGEST, Refused
from planverk.settings import is_address

# The harvester waits ten minutes; who sits before a screen does not.
_PATIENCE = 60
# How long the quality checker waits (fdk-mqa-url-checker, url.rs).
_OF_CHECKER = 10


class Standing(NamedTuple):
    """Where a service answers that will stand at another address: the base of its IRIs, and the address for now."""

    base: str
    now: str

    def place(self, url: str) -> str:
        """Where to ask for an address."""
        return self.now + url.removeprefix(self.base) if self.base and url.startswith(self.base) else url


class Probe(NamedTuple):
    """What became of asking for an address: the status, or the trouble, and the seconds it took."""

    status: int | None
    trouble: str
    seconds: float

    @property
    def is_well(self) -> bool:
        """Whether the checker gives points for it."""
        return self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class _AsItIs(HTTPErrorProcessor):
    def http_response(self, request: Request, response: HTTPResponse) -> HTTPResponse:  # urllib's parameters
        """Follow nothing: the harvester is written for 200 and nothing else."""
        return response

    https_response = http_response


def fetch(url: str, accept: str) -> bytes:
    """The document at an address, in one request, as the harvester fetches it (`fetchContent`).

    Raises:
        Refused: it would be refused there; the text says why and what to do.

    """
    check(url)
    request = Request(url, headers={"Accept": accept, "User-Agent": "planverk"})  # noqa: S310  # http, by check
    try:
        with build_opener(_AsItIs).open(request, timeout=_PATIENCE) as answer:
            encoding = answer.headers.get("Content-Encoding")
            if answer.status != HTTPStatus.OK:
                raise Refused(_NOT_OK.format(url=url, status=answer.status))
            if encoding:
                raise Refused(
                    f"{url} svarer med Content-Encoding: {encoding}, som høsteren tar for et tegnsett. "
                    "Komprimer bare når klienten ber om det."
                )
            return bytes(answer.read(LARGEST + 1))
    except (OSError, HTTPException) as error:
        raise Refused(f"{url} svarer ikke: {getattr(error, 'reason', error)}. Er tjenesten i gang?") from None


def probe(url: str) -> Probe:
    """Ask for an address as the quality checker does: HEAD, GET where that is not allowed, redirects followed."""
    started = time.monotonic()
    try:
        check(url)
        status = _status(build_opener(), url, "HEAD")
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            status = _status(build_opener(), url, "GET")
    except Refused as error:
        return Probe(None, str(error), 0)
    except (OSError, HTTPException, ValueError) as error:
        return Probe(None, str(getattr(error, "reason", error)), time.monotonic() - started)
    return Probe(status, "", time.monotonic() - started)


_NOT_OK = "{url} svarer {status}; høsteren tar bare 200, uten omdirigering. Registrer adressen som svarer direkte."


def _status(opener: OpenerDirector, url: str, method: str) -> int:
    request = Request(url, method=method, headers={"User-Agent": "planverk"})  # noqa: S310  # http, by check
    try:
        with opener.open(request, timeout=_OF_CHECKER) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def check(url: str) -> None:
    """Let pass what is an address on the web. Raises Refused."""
    if not is_address(url.partition("#")[0]):
        raise Refused(
            f"«{url}» er ingen adresse på nettet; den må begynne med http:// eller https:// og ha bare tegn som hører til i en."
        )
