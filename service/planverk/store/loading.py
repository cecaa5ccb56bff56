"""A release into a SPARQL server: its graphs beside those of the others, then one triple that makes it the current one."""

from collections import Counter
from collections.abc import Callable, Iterator, Set
from pathlib import Path

from rdflib import RDF, Graph, Literal
from rdflib.term import Node

from planverk.limits import Limits
from planverk.release import CATALOGUE, CONCEPTS, DATA, MODEL, NEIGHBOURS, VOCABULARY, VOID, Release
from planverk.serialization import statements
from planverk.store import graphs
from planverk.store.lookups import Lookups
from planverk.store.register import Description, Register
from planverk.store.remote import RemoteError, Server
from planverk.store.trouble import LimitExceeded, StoreUnreachable

_PARTS = (DATA, VOCABULARY, CATALOGUE, CONCEPTS, MODEL, VOID, NEIGHBOURS)
# Whoever pushes waits as long as it takes to count a large graph.
_LIMITS = Limits(seconds=300)
Progress = Callable[[str], None]


def push(release: Release, server: Server, progress: Progress) -> None:
    """Load a release into the server and make it the current one there; once it is, all but the one before it are dropped.

    Killed anywhere, it leaves the one that was current, or this one. It may be done again at any time.

    Raises:
        RemoteError: the server does not take it, or has other content under this version; the text says what to do.

    """
    try:
        _Loader(release, server, progress).push()
    except StoreUnreachable as error:
        raise RemoteError(str(error)) from None


class _Loader:
    """Knows a release and where it goes."""

    def __init__(self, release: Release, server: Server, progress: Progress) -> None:
        self._release = release
        self._server = server
        self._progress = progress
        self._register = Register(Lookups(server, _LIMITS), str(release.manifest["base"]))
        self._description = _description(release)

    def push(self) -> None:
        version, before = self._release.version, self._register.current()
        self._refuse_other_content(before)
        if version == before and not self._missing():
            self._progress(f"Utgave {version} er gjeldende på {self._server.store.query} fra før")
            return
        self._load()
        self._switch()
        if version != before:
            self._drop_all_but({version, before})

    def _refuse_other_content(self, current: str | None) -> None:
        version, known = self._release.version, self._register.descriptions()
        # A version that is not current may have been loaded half; the one that is has been read.
        if version == current and known.get(version, self._description) != self._description:
            raise RemoteError(
                f"{self._server.store.query} has version {version} with other content, and a release never changes. "
                "Raise `version` (and set `issued`) in planverk.toml."
            )

    def _load(self) -> None:
        # What it will be is written first, so that what is left of an attempt that dies can be found and dropped.
        self._describe()
        for public, own in self._description.graphs.items():
            self._progress(f"Laster {public} ({self._description.sizes[public]} utsagn)")
            graphs.replace(self._server, own, _lines_of(self._release, public))
        missing = self._missing()
        if missing:
            raise RemoteError(
                f"{self._server.store.graphs} took everything, but {', '.join(missing)}. What was current there still is. "
                "See the server's log, and push again."
            )

    def _missing(self) -> list[str]:
        """What the server lacks of the release, or has too much, in words."""
        sizes = self._description.sizes
        found = {public: self._register.size(own) for public, own in self._description.graphs.items()}
        return [
            f"{public} has {found[public]} of {sizes[public]} statements"
            for public in found
            if found[public] != sizes[public]
        ]

    def _describe(self) -> None:
        self._update("redescribe", release=self._register.release(self._release.version))
        described = Graph()
        described.add((self._register.release(self._release.version), RDF.value, Literal(self._description.as_json())))
        graphs.add(self._server, self._register.graph, statements(described))

    def _switch(self) -> None:
        version = self._release.version
        self._progress(f"Gjør utgave {version} gjeldende")
        position = Literal(1 + max(self._register.switches().values(), default=0))
        self._update("switch", release=self._register.release(version), position=position)
        if self._register.current() != version:
            raise RemoteError(
                f"{self._server.store.update} was switched to another release meanwhile. Push again if this one is newer."
            )
        self._update("tidy", position=position)

    def _drop_all_but(self, kept: Set[str | None]) -> None:
        for version, description in self._register.descriptions().items():
            if version not in kept:
                self._progress(f"Fjerner utgave {version}")
                self._update("forget", release=self._register.release(version))
                for own in description.graphs.values():
                    graphs.drop(self._server, own)

    def _update(self, name: str, **values: Node) -> None:
        address = self._server.store.update
        try:
            answer = self._register.lookups.update(name, {"register": self._register.graph, **values})
        except (TimeoutError, LimitExceeded) as error:
            raise StoreUnreachable(f"{address}: {error}.") from None
        graphs.accepted(answer, address)


def _description(release: Release) -> Description:
    sizes = Counter(_graph_of(line) for line in _lines(release))
    queries = {path.name: path.read_text(encoding="utf-8") for path in sorted(release.folder.glob("*.rq"))}
    return Description(release.manifest, dict(sorted(sizes.items())), queries)


def _lines_of(release: Release, graph: str) -> Iterator[bytes]:
    """The statements of one graph as N-Triples, those with blank nodes first."""
    end = f" <{graph}> .\n".encode()
    for with_nodes in (True, False):
        for line in _lines(release):
            if line.endswith(end) and (b"_:" in line) is with_nodes:
                yield line.removesuffix(end) + b" .\n"


def _lines(release: Release) -> Iterator[bytes]:
    for part in filter(Path.exists, (release.folder / name for name in _PARTS)):
        with part.open("rb") as file:
            yield from file


def _graph_of(line: bytes) -> str:
    return line.rsplit(b" ", 2)[1][1:-1].decode()
