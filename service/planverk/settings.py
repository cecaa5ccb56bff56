"""What may stand at each key of `planverk.toml`: how a value is judged, and what to write there."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from planverk.characters import NOT_IN_XML

# The languages that the site is written in.
LANGUAGES = ("nb", "nn", "en")
# What a release may be called: numbers with dots between, and then a hyphen and what comes before the final one.
VERSION = re.compile(r"\d+(\.\d+)*(-[0-9A-Za-z.-]+)?", re.ASCII)
# RFC 3987, section 2.2, as far as a slip of the pen can break it.
_PART = r"(?:%[0-9A-Fa-f]{2}|[^\x00-\x20\x7f-\x9f%<>\"{}|\\^`\[\]#])"
_IRI = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:(?://\[[0-9A-Fa-f:.]+\]{_PART}*|{_PART}+)(?:#{_PART}*)?")
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_MAILBOX = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+")


class Setting(NamedTuple):
    """Whether a value suits, what to write, and whether it may be left out."""

    suits: Callable[[Any], bool]  # Any: a TOML value
    meaning: str
    is_optional: bool = False


def is_text(value: Any) -> bool:  # Any: a TOML value, as below
    """Whether it is a text that can be published."""
    return isinstance(value, str) and bool(value.strip()) and not NOT_IN_XML.search(value)


def is_iri(value: Any) -> bool:
    """Whether it is a whole IRI."""
    try:
        return isinstance(value, str) and bool(_IRI.fullmatch(value)) and urlsplit(value).port != 0
    except ValueError:
        return False


def is_address(value: Any) -> bool:
    """Whether it is an address on the web, without a user."""
    if not is_iri(value):
        return False
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.username or parts.fragment)


def each(suits: Callable[[Any], bool], least: int = 0) -> Callable[[Any], bool]:
    """Whether it is a list of so many at least that suit."""
    return lambda value: isinstance(value, list) and len(value) >= least and all(map(suits, value))


def _is_base(value: Any) -> bool:
    return is_address(value) and urlsplit(value).path == "/" and "?" not in value and "#" not in value


def _is_page(value: Any) -> bool:
    return isinstance(value, str) and is_address(value.partition("#")[0])


def _is_mailbox(value: Any) -> bool:
    return isinstance(value, str) and bool(_MAILBOX.fullmatch(value)) and is_text(value)


def _is_day(value: Any) -> bool:
    return type(value) is date  # a time of day is a date too


def _is_number(value: Any) -> bool:
    return type(value) is int and value >= 0  # true is a number too


def _is_version(value: Any) -> bool:
    return isinstance(value, str) and bool(VERSION.fullmatch(value))


def _are_languages(value: Any) -> bool:
    return each(LANGUAGES.__contains__, 1)(value) and len(set(value)) == len(value)


def _are_texts(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(map(_TAG.fullmatch, value))
        and all(map(is_text, value.values()))
    )


SETTINGS = {
    "instance.base": Setting(
        _is_base,
        "the address that all IRIs begin with, scheme, host and a final slash only, such as https://data.example.no/",
    ),
    "instance.title": Setting(_are_texts, 'one title per language, such as { nb = "…", nn = "…" }'),
    "instance.description": Setting(_are_texts, 'one description per language, such as { nb = "…", nn = "…" }'),
    "instance.languages": Setting(
        _are_languages,
        'the languages of the site, the first one first, of "nb", "nn" and "en", such as ["nb", "nn", "en"]',
    ),
    "instance.accessibility_statement": Setting(
        _is_page, "the address of the site's accessibility statement at uustatus.no", is_optional=True
    ),
    "publisher.iri": Setting(is_iri, "the IRI of the organisation that publishes, without spaces"),
    "publisher.name": Setting(is_text, "the organisation's name"),
    "publisher.organisation_number": Setting(is_text, "its nine digits in Enhetsregisteret, in quotes"),
    "contact.name": Setting(is_text, "the office that answers questions, never a person"),
    "contact.page": Setting(
        _is_page, "the address of a web page with contact information, such as https://example.no/kontakt"
    ),
    "contact.email": Setting(
        _is_mailbox, "the address of the office's mailbox and no more, such as post@example.no", is_optional=True
    ),
    "licence.iri": Setting(
        is_iri,
        "the IRI of the licence, from the EU's authority table of licences, such as "
        "http://publications.europa.eu/resource/authority/licence/NLOD_2_0",
    ),
    "licence.name": Setting(is_text, "what people call the licence, such as NLOD 2.0"),
    "catalogue.themes": Setting(
        each(is_iri, 1), "IRIs of at least one of the EU's data themes, that holds for all plans; LOS themes beside it"
    ),
    "catalogue.keywords": Setting(
        each(is_text, 1), 'a list of words by which people search, that hold for all plans, such as ["regional plan"]'
    ),
    "catalogue.spatial": Setting(each(is_iri, 1), "IRIs of the area, from the EU's tables or GeoNames"),
    "server.proxies": Setting(
        _is_number, "a whole number: how many reverse proxies stand in front and set X-Forwarded-For", is_optional=True
    ),
    "federation.allow": Setting(
        each(is_address),
        "a list of the SPARQL endpoints that queries may ask by SERVICE, each a whole address as a query writes it, such as "
        "https://data.example.no/sparql, without a user",
        is_optional=True,
    ),
    "release.version": Setting(
        _is_version,
        "the version of the data in quotes, numbers with dots between, such as 1.0.0; raise it for every release",
    ),
    "release.issued": Setting(_is_day, "the day of this version, such as 2026-11-23, without quotes and time of day"),
    "release.first_issued": Setting(
        _is_day, "the day of the first version, such as 2026-11-23, without quotes and time of day; it never changes"
    ),
}
