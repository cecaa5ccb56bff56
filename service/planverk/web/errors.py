"""Trouble -> an answer: the one table of exceptions, as RFC 9457 problem details or as a page."""

from http import HTTPStatus

from flask import Flask, Response, current_app, json, render_template, request
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from werkzeug.exceptions import HTTPException

from planverk import media
from planverk.release import ReleaseError
from planverk.search.index import SearchMissing, SearchTooBroad
from planverk.store.sparql import QueryRefused
from planverk.store.trouble import (
    Busy,
    ClientGone,
    EndpointFailed,
    LimitExceeded,
    NotAcceptable,
    StoreFailed,
    StoreUnreachable,
    TooManyFromClient,
)
from planverk.web.languages import spoken
from planverk.web.responses import here, instance, varies
from planverk.web.shelf import NothingReleased, NothingToHarvest

PROBLEM = media.Representation("json", "application/problem+json", "Problem details", is_rdf=False)

# What an exception is to the client: a status, and a sentence (None: the exception's own).
_ANSWERS: dict[type[Exception], tuple[HTTPStatus, LazyString | None]] = {
    NothingReleased: (HTTPStatus.SERVICE_UNAVAILABLE, _("Ingenting er publisert her ennå. Prøv igjen senere.")),
    NothingToHarvest: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("Det er ingenting å høste her nå, og et tomt svar ville ha slettet alt."),
    ),
    ReleaseError: (HTTPStatus.SERVICE_UNAVAILABLE, _("Utgaven kan ikke åpnes akkurat nå. Prøv igjen litt senere.")),
    StoreFailed: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("Spørringer kan ikke besvares akkurat nå. Prøv igjen litt senere."),
    ),
    StoreUnreachable: (HTTPStatus.SERVICE_UNAVAILABLE, _("Lageret svarer ikke akkurat nå. Prøv igjen litt senere.")),
    Busy: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("Så mange spørringer venter at ingen flere tas imot. Prøv igjen om litt."),
    ),
    TooManyFromClient: (
        HTTPStatus.TOO_MANY_REQUESTS,
        _("Du har så mange spørringer i gang som én klient kan ha. Vent til de er besvart."),
    ),
    SearchMissing: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        _(
            "Søket har ikke noe register for denne utgaven på denne maskinen. Bruk de lagrede spørringene så lenge: /query/."
        ),
    ),
    SearchTooBroad: (
        HTTPStatus.GATEWAY_TIMEOUT,
        _("Søket traff så mye at det ble stoppet. Skriv flere eller lengre ord, eller velg en avgrensning."),
    ),
    # Nobody reads this answer; it stands in the log.
    ClientGone: (HTTPStatus.REQUEST_TIMEOUT, _("Klienten gikk før svaret var ferdig.")),
}
# What a query broke, and how that is answered. An endless query may well end in a while, a too large result never does.
_EXCEEDED = {
    "seconds": (HTTPStatus.GATEWAY_TIMEOUT, _("Spørringen tok lengre tid enn %(allowed)s og ble stoppet.")),
    "memory_mb": (HTTPStatus.GATEWAY_TIMEOUT, _("Spørringen trengte mer minne enn %(allowed)s og ble stoppet.")),
    "service_mb": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("Det som SERVICE henter, er større enn %(allowed)s.")),
    "result_mb": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("Svaret er større enn %(allowed)s og ble ikke sendt.")),
    "rows": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("Lageret gir høyst %(allowed)s rader i ett svar.")),
    "query_kb": (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        _("Spørringen er, med grafer som er navngitt utenfor den, lengre enn %(allowed)s."),
    ),
    "depth": (HTTPStatus.BAD_REQUEST, _("Spørringen har parenteser i mer enn %(allowed)s nivåer.")),
}
# Why another endpoint, which a query fetches from, is of no use to it.
_OF_ENDPOINTS = {
    "refused": _("Et annet endepunkt, som spørringen henter fra, avviser sin del av den."),
    "silent": _("Et annet endepunkt, som spørringen henter fra, ga ikke noe helt svar."),
    "unusable": _("Et annet endepunkt, som spørringen henter fra, ga et svar som ikke kan brukes."),
}
# What may become of a query besides an answer.
TROUBLE: tuple[type[Exception], ...] = (*_ANSWERS, QueryRefused, LimitExceeded, NotAcceptable, EndpointFailed)
# What is said of the text of a query is said in one language, as in other engines.
_OF_ENGINES = "en"
_WAYS_OUT = _("Del opp spørringen (LIMIT og OFFSET), spør om mindre, eller last ned hele datasettet fra /releases/.")
_SENTENCES = {
    404: _("Det finnes ikke noe her. Se etter en skrivefeil i adressen, eller begynn på forsiden."),
    405: _("Denne adressen tar ikke imot den metoden."),
    412: _("Det som finnes her er et annet enn det du har. Spør uten If-Match for å få det."),
    416: _("Filen har ingen slik del. Hvor lang den er, står i Content-Range."),
    500: _("Noe gikk galt hos oss. Feilen er loggført."),
}


def register(app: Flask) -> None:
    """Make every error of the application an answer that says what is wrong and what to do."""
    app.register_error_handler(HTTPException, _http)
    for kind in _ANSWERS:
        app.register_error_handler(kind, _known)
    app.register_error_handler(QueryRefused, _refused)
    app.register_error_handler(LimitExceeded, _exceeded)
    app.register_error_handler(NotAcceptable, _not_acceptable)
    app.register_error_handler(EndpointFailed, _endpoint_failed)


def problem(status: int, detail: str | LazyString, language: str | None = None, **more: object) -> Response:
    """The answer to a request that went wrong: problem details (RFC 9457), or the error page for who reads HTML.

    `language` is that of the detail when it has only one, whatever the request wants; the page then says so.
    """
    status = HTTPStatus(status)
    members = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": str(detail), **more}
    wanted = media.negotiate(request.accept_mimetypes, (PROBLEM, media.HTML)) or PROBLEM
    ours = spoken(instance())
    if wanted is media.HTML:
        foreign = language if language != ours else None
        body = render_template("error.html", **here(), problem=members, foreign=foreign)
        response = Response(body, status, content_type=media.HTML.content_type)
        response.content_language = [ours]
    else:
        response = Response(json.dumps(members), status, content_type=PROBLEM.media_type)
        response.content_language = [language or ours]
    varies(response)
    return response


def _http(error: HTTPException) -> Response:
    if isinstance(error.response, Response):
        return error.response
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    sentence = _sentence(error)
    # Werkzeug's own words are English.
    response = problem(code, sentence or error.name, None if sentence else "en")
    for name, value in error.get_headers(request.environ):
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def refuse_what_became_another(response: Response) -> Response:
    """Answer 412 with what is wrong, not with what the client wants only if it is the same (RFC 9110, section 15.5.13)."""
    if response.status_code != HTTPStatus.PRECONDITION_FAILED:
        return response
    response.close()
    refused = problem(HTTPStatus.PRECONDITION_FAILED, _SENTENCES[412])
    refused.cache_control.no_store = True
    return refused


def _sentence(error: HTTPException) -> LazyString | str | None:
    # Werkzeug's own sentences are for programmers; what a view said with abort() is for the client.
    said = error.description if error.description != type(error).description else None
    return said or _SENTENCES.get(error.code or 500)


def _refused(error: QueryRefused) -> Response:
    return problem(HTTPStatus.BAD_REQUEST, str(error), _OF_ENGINES, **error.place)


def _exceeded(error: LimitExceeded) -> Response:
    status, sentence = _EXCEEDED[error.limit]
    detail = f"{sentence % {'allowed': error.allowed}} {_WAYS_OUT}"
    return problem(status, detail, limit=error.limit, allowed=error.allowed, download="/releases/current/")


def _not_acceptable(error: NotAcceptable) -> Response:
    return problem(
        406, _("Svaret finnes bare som: %(kinds)s.", kinds=", ".join(error.available)), available=error.available
    )


def _endpoint_failed(error: EndpointFailed) -> Response:
    current_app.logger.warning("%s: %s", error.endpoint, error.known)
    said = {"said": error.said} if error.said else {}
    return problem(HTTPStatus.BAD_GATEWAY, _OF_ENDPOINTS[error.trouble], endpoint=error.endpoint, **said)


def _known(error: Exception) -> Response:
    status, sentence = _ANSWERS[type(error)]
    if isinstance(error, StoreUnreachable):
        # For the operator only: it names addresses inside.
        current_app.logger.error("%s", error)
    response = problem(status, sentence or str(error))
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        response.headers["Retry-After"] = "10"
    return response
