"""How the server refuses a request that the application does not see."""

from http import HTTPStatus

from planverk.server.finished import Fields, written

_WORDS = {
    HTTPStatus.BAD_REQUEST: "A request has one field Host (RFC 9112, section 3.2).",
    HTTPStatus.REQUEST_TIMEOUT: "It took too long to come.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "A query may have 64 KiB and a request 1 MiB, unless the operator says otherwise.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "Send a query as long as this by POST.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "Say less about the request.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Too many are here at once. Try again later.",
}


def refusal(status: HTTPStatus) -> tuple[Fields, bytes]:
    """The fields of a refusal, which programs of any origin may read, and its text, which says what to do."""
    text = f"{status.phrase}. {_WORDS[status]}\n".encode()
    fields = [
        (b"content-type", b"text/plain"), (b"content-length", b"%d" % len(text)), (b"cache-control", b"no-store"),
        (b"access-control-allow-origin", b"*"), (b"connection", b"close"),
    ]  # fmt: skip
    return fields, text


def refused(status: HTTPStatus) -> bytes:
    """A refusal as it goes out."""
    fields, text = refusal(status)
    return written(status, fields) + b"\r\n" + text
