"""One county's instance: what its `planverk.toml` says, checked and made into a value."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any, NamedTuple

from rdflib import URIRef

from planverk.limits import Limits
from planverk.settings import SETTINGS, each, is_address, is_iri, is_text

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
        return [path for path in _files(self.folder) if path.suffix.lower() == ".ttl"]

    @property
    def workbooks(self) -> list[Path]:
        """The planners' workbooks, in a stable order."""
        return [path for path in _files(self.folder) if path.suffix.lower() == ".xlsx"]

    @property
    def strays(self) -> list[Path]:
        """What lies beside the editors' files and is none of them."""
        return [path for path in _files(self.folder) if path.suffix.lower() not in (".xlsx", ".ttl")]

    @property
    def queries(self) -> list[Path]:
        """The queries that the instance adds to those that come with the software, in a stable order."""
        return [path for path in _files(self.folder / "queries") if path.suffix == ".rq"]


def _files(folder: Path) -> list[Path]:
    """The files that people have put into a folder, not what their programs and systems leave beside them."""
    return sorted(path for path in folder.glob("*.*") if not path.is_dir() and path.name[:1] not in (".", "~"))


def read_instance(folder: Path) -> Instance:
    """The instance in a folder.

    Raises:
        InstanceError: the folder has no `planverk.toml`, or a setting is missing or of the wrong kind.

    """
    path = folder / CONFIGURATION
    tables = _tables(path)
    values = {name: _setting(path, tables, name) for name in SETTINGS}
    return _instance(
        folder,
        values,
        _plan_topics(path, tables["catalogue"].get("plans", {})),
        _limits(path, tables.get("limits", {})),
        _store(path, tables.get("store", {})),
    )


def _tables(path: Path) -> dict[str, dict[str, Any]]:  # Any: TOML values
    """What the file says, of which each part is a table."""
    try:
        # Notepad puts a mark before a text (byte order mark), which TOML does not know.
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InstanceError(
            f"{path.parent} has no {CONFIGURATION}. Name the folder of an instance, or found one with `planverk init`."
        ) from None
    except OSError as error:
        raise InstanceError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InstanceError(
            f"{path} is not saved as UTF-8: see line {line}. Save it anew, with UTF-8 as its encoding."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise InstanceError(f"{path} is not TOML: {error}.") from None
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise InstanceError(
                f"{path}: `{name}` must be a table: write [{name}] on a line of its own, and its keys below; it is {table!r}."
            )
    return tables


def _setting(path: Path, tables: dict[str, dict[str, Any]], name: str) -> Any:  # Any: a TOML value, checked here
    setting = SETTINGS[name]
    table, _, key = name.partition(".")
    value = tables.get(table, {}).get(key)
    if value is None and setting.is_optional:
        return None
    if value is None:
        raise InstanceError(f"{path} lacks `{key}` in [{table}]: {setting.meaning}.")
    if not setting.suits(value):
        raise InstanceError(f"{path}: `{key}` in [{table}] must be {setting.meaning}; it is {_written(value)}.")
    return value


def _written(value: Any) -> str:  # Any: a TOML value
    return value.isoformat() if isinstance(value, date | time) else repr(value)


# What [catalogue.plans.NAME] may hold.
_TOPICS = {"themes": each(is_iri), "keywords": each(is_text)}


def _plan_topics(path: Path, tables: Any) -> dict[str, Topics]:  # Any: a TOML value
    if not isinstance(tables, dict):
        raise InstanceError(f"{path}: `plans` in [catalogue] must be tables such as [catalogue.plans.name-of-a-plan].")
    return {name: _topics(path, name, table) for name, table in tables.items()}


def _topics(path: Path, name: str, table: Any) -> Topics:  # Any: a TOML value
    if not isinstance(table, dict) or not all(key in _TOPICS and _TOPICS[key](table[key]) for key in table):
        raise InstanceError(
            f"{path}: [catalogue.plans.{name}] may have lists of themes and keywords: IRIs without spaces, and words, all in "
            f"quotes; it has {table!r}."
        )
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
        if not is_address(table[key]):
            raise InstanceError(f"{path}: `{key}` in [store] must be {_STORE[key]}; it is {table[key]!r}.")
    for key in _VARIABLES:
        # What is no name may well be a password, so it is not repeated.
        if key in table and not re.fullmatch(r"[A-Za-z_]\w*", str(table[key]), re.ASCII):
            raise InstanceError(f"{path}: `{key}` in [store] must be {_STORE[key]}.")
    if len(set(_VARIABLES) & set(table)) == 1:
        raise InstanceError(f"{path}: [store] needs both {' and '.join(f'`{key}`' for key in _VARIABLES)}, or neither.")


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
