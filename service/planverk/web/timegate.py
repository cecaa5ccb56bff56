"""The way from a document to its mementos: by the time that a client asks for, and by links (RFC 7089)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from flask import Response, abort, request
from flask_babel import gettext as _
from werkzeug.http import http_date

from planverk.release import Release
from planverk.web.responses import archive, instance, link, quote_path, to, varies


class Memento(NamedTuple):
    """A document in a release."""

    release: Release
    path: str

    @property
    def time(self) -> datetime:
        """When it became so: the beginning of the day of the release."""
        return datetime.fromisoformat(self.release.issued).replace(tzinfo=UTC)


def travel(name: str, suffix: str | None) -> Response | None:
    """Where a document as it was at the time that the client asks for can be had, or None when it asks for no time.

    The document itself is the gate to its mementos (RFC 7089, section 4.1.1).
    """
    asked = request.headers.get("Accept-Datetime")
    if asked is None:
        return None
    try:
        time = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):  # no date, or none that a calendar has
        abort(400, _("Accept-Datetime er ikke en tid slik HTTP skriver den: Thu, 04 Feb 2016 00:00:00 GMT."))
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    known = list(mementos(name))
    if not known:
        abort(404)
    # Before the first, the first is the closest there is.
    chosen = next((one for one in reversed(known) if one.time <= time), known[0])
    response = to(f"{chosen.path}.{suffix}" if suffix else chosen.path, 302)
    tell_of_time(response, name)
    return varies(response)


def tell_of_time(response: Response, name: str) -> None:
    """Say where the mementos of a document are listed, and that it leads to them by time."""
    response.vary.add("Accept-Datetime")
    here_it_is = quote_path(f"/doc/{name}")
    link(response, f'<{here_it_is}>; rel="original timegate"')
    link(response, f'<{quote_path(f"/timemap/link/doc/{name}")}>; rel="timemap"; type="application/link-format"')


def mementos(name: str) -> Iterator[Memento]:
    """The releases that know a thing, the oldest first."""
    iri = f"{instance().base}id/{name}"
    for release in archive().releases():
        if archive().edition(release.version).about(iri):
            yield Memento(release, f"/releases/{release.version}/doc/{name}")


def links(name: str, known: list[Memento], place: int | None, base: str = "") -> Iterator[str]:
    """The original, its gate, its map, and its mementos: all of them, or those that stand beside one."""
    original = base + quote_path(f"/doc/{name}")
    yield f'<{original}>; rel="original timegate"'
    last = len(known) - 1
    first_time, last_time = http_date(known[0].time), http_date(known[last].time)
    if place is not None:
        map_path = base + quote_path(f"/timemap/link/doc/{name}")
        yield f'<{map_path}>; rel="timemap"; type="application/link-format"; from="{first_time}"; until="{last_time}"'
    near = range(last + 1) if place is None else sorted({0, max(place - 1, 0), place, min(place + 1, last), last})
    for number in near:
        relations = [("first", 0), ("prev", None if place is None else place - 1),
                     ("next", None if place is None else place + 1), ("last", last)]  # fmt: skip
        kinds = " ".join([*(kind for kind, at in relations if at == number), "memento"])
        one = known[number]
        yield f'<{base}{quote_path(one.path)}>; rel="{kinds}"; datetime="{http_date(one.time)}"'
