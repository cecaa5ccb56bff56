"""One county's instance: what its `planverk.toml` says, checked and made into a value."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from rdflib import URIRef

from planverk.limits import Limits

CONFIGURATION = "planverk.toml"


class InstanceError(Exception):
    """A `planverk.toml` that cannot be used; the text says what is wrong, where, and what to do."""


class Topics(NamedTuple):
    """What a plan is about: themes of the EU and of Los, and words by which people search."""

    themes: tuple[URIRef, ...] = ()
    keywords: tuple[str, ...] = ()


class RemoteStore(NamedTuple):
    """A SPARQL 1.1 server that holds the releases: its addresses for queries, the Graph Store Protocol and updates.

    The user and the password stand in the environment, in the variables that are named here, and nowhere else.
    """

    query: str
    graphs: str
    update: str
    user_variable: str | None = None
    password_variable: str | None = None


@dataclass(frozen=True)
class Instance:
    """The settings of an instance: a folder of editors' files and the `planverk.toml` that describes them."""

    folder: Path
    base: str
    titles: dict[str, str]
    descriptions: dict[str, str]
    languages: tuple[str, ...]
    publisher: URIRef
    publisher_name: str
    publisher_number: str
    contact_name: str
    contact_email: str | None
    contact_page: str
    licence: URIRef
    licence_name: str
    topics: Topics
    """What every plan of the instance is about."""
    plan_topics: dict[str, Topics]
    """What one plan is about besides, by the last part of its address."""
    spatial: tuple[URIRef, ...]
    limits: Limits
    store: RemoteStore | None
    """The server that answers from the releases, or None: the service does so itself."""
    endpoints: tuple[str, ...]
    """The SPARQL endpoints of others that queries may ask by SERVICE."""
    proxies: int
    accessibility_statement: str | None
    version: str
    issued: date
    first_issued: date

    @property
    def language(self) -> str:
        """The language the instance speaks first."""
        return self.languages[0]

    @property
    def releases(self) -> Path:
        """The folder of frozen releases; it belongs to the machine, not to the editors' files."""
        return self.folder / "releases"

    @property
    def sources(self) -> list[Path]:
        """The editors' files, in a stable order."""
        return sorted(self.folder.glob("*.ttl"))

    @property
    def workbooks(self) -> list[Path]:
        """The planners' workbooks, in a stable order; not the locks that spreadsheet programs leave beside open files."""
        return [path for path in self._beside if path.suffix == ".xlsx"]

    @property
    def strays(self) -> list[Path]:
        """What lies beside the editors' files and is none of them."""
        return [path for path in self._beside if path.suffix not in (".xlsx", ".ttl")]

    @property
    def _beside(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("*.*") if path.is_file() and path.name[:1] not in (".", "~"))

    @property
    def queries(self) -> list[Path]:
        """The queries that the instance adds to those that come with the software, in a stable order."""
        return sorted((self.folder / "queries").glob("*.rq"))


# table.key of planverk.toml, the type its value has in TOML, and what to write there.
_SETTINGS: dict[str, tuple[type, str]] = {
    "instance.base": (str, "the address that all IRIs begin with, such as https://data.example.no/"),
    "instance.title": (dict, 'one title per language, such as { nb = "…", nn = "…" }'),
    "instance.description": (dict, "one description per language"),
    "instance.languages": (list, 'the languages of the site, the first one first, such as ["nb", "nn", "en"]'),
    "instance.accessibility_statement": (str, "the address of the site's accessibility statement at uustatus.no"),
    "publisher.iri": (str, "the IRI of the organisation that publishes"),
    "publisher.name": (str, "the organisation's name"),
    "publisher.organisation_number": (str, "its nine digits in Enhetsregisteret, in quotes"),
    "contact.name": (str, "the office that answers questions, never a person"),
    "contact.page": (str, "a web page with contact information"),
    "contact.email": (str, "the office's mailbox, never a person's"),
    "licence.iri": (str, "the licence, from the EU's authority table of licences"),
    "licence.name": (str, "what people call the licence, such as NLOD 2.0"),
    "catalogue.themes": (list, "at least one of the EU's data themes, that holds for all plans; LOS themes beside it"),
    "catalogue.keywords": (list, "words by which people search, that hold for all plans"),
    "catalogue.spatial": (list, "IRIs of the area, from the EU's tables or GeoNames"),
    "server.proxies": (int, "how many reverse proxies stand in front and set X-Forwarded-For"),
    "federation.allow": (
        list,
        "addresses of SPARQL endpoints that queries may ask by SERVICE, each as a query writes it",
    ),
    "release.version": (str, "the version of the data, such as 1.0.0; raise it for every release"),
    "release.issued": (date, "the day of this version, such as 2026-11-23, without quotes"),
    "release.first_issued": (date, "the day of the first version; it never changes"),
}


_OPTIONAL = {"contact.email", "federation.allow", "instance.accessibility_statement", "server.proxies"}


def read_instance(folder: Path) -> Instance:
    """The instance in a folder.

    Raises:
        InstanceError: the folder has no `planverk.toml`, or a setting is missing or of the wrong kind.

    """
    path = folder / CONFIGURATION
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InstanceError(
            f"{folder} has no {CONFIGURATION}. Name the folder of an instance, or found one with `planverk init`."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise InstanceError(f"{path} is not TOML: {error}.") from None
    values = {name: _setting(path, tables, name) for name in _SETTINGS}
    _check_base(path, values["instance.base"])
    _check_endpoints(path, values["federation.allow"] or [])
    return _instance(
        folder,
        values,
        _plan_topics(path, tables["catalogue"].get("plans", {})),
        _limits(path, tables.get("limits", {})),
        _store(path, tables.get("store", {})),
    )


def _setting(path: Path, tables: dict[str, Any], name: str) -> Any:  # Any: a TOML value, checked against its type here
    kind, meaning = _SETTINGS[name]
    table, _, key = name.partition(".")
    value = tables.get(table, {}).get(key)
    if value is None and name in _OPTIONAL:
        return None
    if value is None:
        raise InstanceError(f"{path} lacks `{key}` in [{table}]: {meaning}.")
    if not isinstance(value, kind) or not value:
        raise InstanceError(f"{path}: `{key}` in [{table}] must be {meaning}; it is {value!r}.")
    return value


def _check_base(path: Path, base: str) -> None:
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path != "/" or parts.query or parts.fragment:
        raise InstanceError(
            f"{path}: `base` in [instance] must be scheme, host and a final slash only; it is {base!r}."
        )


def _check_endpoints(path: Path, endpoints: list[Any]) -> None:  # Any: TOML values
    for endpoint in endpoints:
        if not isinstance(endpoint, str) or not _is_address(endpoint):
            raise InstanceError(
                f"{path}: each of `allow` in [federation] must be a whole address, such as https://data.example.no/sparql, "
                f"without a user; one is {endpoint!r}."
            )


def _plan_topics(path: Path, tables: Any) -> dict[str, Topics]:  # Any: a TOML value
    if not isinstance(tables, dict):
        raise InstanceError(f"{path}: `plans` in [catalogue] must be tables such as [catalogue.plans.name-of-a-plan].")
    return {name: _topics(path, name, table) for name, table in tables.items()}


def _topics(path: Path, name: str, table: Any) -> Topics:  # Any: a TOML value
    if not isinstance(table, dict) or not all(key in Topics._fields and isinstance(table[key], list) for key in table):
        raise InstanceError(f"{path}: [catalogue.plans.{name}] may have lists of {' and '.join(Topics._fields)}.")
    return Topics(tuple(map(URIRef, table.get("themes", ()))), tuple(table.get("keywords", ())))


def _limits(path: Path, table: dict[str, Any]) -> Limits:
    for key, value in table.items():
        if key not in Limits._fields:
            raise InstanceError(f"{path}: [limits] has no `{key}`; it has {', '.join(Limits._fields)}.")
        if type(value) is not int or value < 1:
            raise InstanceError(f"{path}: `{key}` in [limits] must be a whole number above zero; it is {value!r}.")
    return Limits(**table)


# What [store] may hold, and what to write there.
_STORE = {
    "kind": '"embedded", which needs nothing more, or "sparql", a SPARQL 1.1 server',
    "query": "the server's address for queries, such as http://127.0.0.1:3030/planverk/query",
    "graphs": "the server's address for the Graph Store Protocol, such as http://127.0.0.1:3030/planverk/data",
    "update": "the server's address for updates, such as http://127.0.0.1:3030/planverk/update",
    "user_variable": "the name of the environment variable that holds the user's name",
    "password_variable": "the name of the environment variable that holds the password, never the password itself",
}
_ADDRESSES = ("query", "graphs", "update")
_VARIABLES = ("user_variable", "password_variable")


def _store(path: Path, table: dict[str, Any]) -> RemoteStore | None:
    for key in table:
        if key not in _STORE:
            raise InstanceError(f"{path}: [store] has no `{key}`; it has {', '.join(_STORE)}.")
    kind = table.get("kind", "embedded")
    if kind not in ("embedded", "sparql"):
        raise InstanceError(f"{path}: `kind` in [store] must be {_STORE['kind']}; it is {kind!r}.")
    if kind == "embedded":
        if len(table) > ("kind" in table):
            raise InstanceError(
                f'{path}: [store] names a server; write `kind = "sparql"` there too, or remove the rest.'
            )
        return None
    _check_store(path, table)
    return RemoteStore(**{key: value for key, value in table.items() if key != "kind"})


def _check_store(path: Path, table: dict[str, Any]) -> None:
    for key in _ADDRESSES:
        if key not in table:
            raise InstanceError(f"{path} lacks `{key}` in [store]: {_STORE[key]}.")
        if not _is_address(table[key]):
            raise InstanceError(f"{path}: `{key}` in [store] must be {_STORE[key]}; it is {table[key]!r}.")
    for key in _VARIABLES:
        # What is no name may well be a password, so it is not repeated.
        if key in table and not re.fullmatch(r"[A-Za-z_]\w*", str(table[key]), re.ASCII):
            raise InstanceError(f"{path}: `{key}` in [store] must be {_STORE[key]}.")
    if len(set(_VARIABLES) & set(table)) == 1:
        raise InstanceError(f"{path}: [store] needs both {' and '.join(f'`{key}`' for key in _VARIABLES)}, or neither.")


def _is_address(value: Any) -> bool:  # Any: a TOML value
    try:
        parts = urlsplit(str(value))
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.username or parts.fragment)


def _instance(
    folder: Path,
    values: dict[str, Any],  # Any: TOML values, checked
    plan_topics: dict[str, Topics],
    limits: Limits,
    store: RemoteStore | None,
) -> Instance:
    return Instance(
        folder=folder,
        base=values["instance.base"],
        titles=values["instance.title"],
        descriptions=values["instance.description"],
        languages=tuple(values["instance.languages"]),
        publisher=URIRef(values["publisher.iri"]),
        publisher_name=values["publisher.name"],
        publisher_number=values["publisher.organisation_number"],
        contact_name=values["contact.name"],
        contact_email=values["contact.email"],
        contact_page=values["contact.page"],
        licence=URIRef(values["licence.iri"]),
        licence_name=values["licence.name"],
        topics=Topics(tuple(map(URIRef, values["catalogue.themes"])), tuple(values["catalogue.keywords"])),
        plan_topics=plan_topics,
        spatial=tuple(URIRef(iri) for iri in values["catalogue.spatial"]),
        limits=limits,
        store=store,
        endpoints=tuple(values["federation.allow"] or ()),
        proxies=values["server.proxies"] or 0,
        accessibility_statement=values["instance.accessibility_statement"],
        version=values["release.version"],
        issued=values["release.issued"],
        first_issued=values["release.first_issued"],
    )
