"""Whether a release, or one dump of it, is what was published: hashes computed anew from the statements themselves."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urljoin
from urllib.request import Request

from planverk import serialization
from planverk.media import RDF_REPRESENTATIONS, Representation
from planverk.packing import PACKINGS, opened
from planverk.release import MANIFEST, SUMS, sha256
from planverk.settings import is_address
from planverk.store.transport import Terms, exchange

_SECONDS = 600
_LARGEST = 16 << 30
_PIECE = 1 << 20
_BY_SUFFIX = {f".{row.suffix}": row for row in RDF_REPRESENTATIONS}
Progress = Callable[[str], None]
Found = TypeVar("Found")
Manifest = dict[str, Any]  # Any: JSON
# What a manifest tells of each file.
_OF_A_FILE = {"name": str, "bytes": int, "sha256": str}


class NotToBeVerified(Exception):
    """What was named is no release and no dump of one; the text says what to do."""


class Hashes(NamedTuple):
    """The SHA-256 of the canonical N-Quads and N-Triples of a dump; the first only where it has named graphs."""

    dataset: str | None
    triples: str


class Verdict(NamedTuple):
    """What was checked, and what differs, in sentences; nothing differs when all is as it was published."""

    checked: list[str]
    differences: list[str]
    hashes: Hashes | None = None


def verify(place: str, progress: Progress) -> Verdict:
    """Check a release by its folder or address, or one dump by its file or address.

    A dump is checked by the manifest beside it; without one its hashes are told and nothing is compared.

    Raises:
        NotToBeVerified: there is no release and no dump there.
        StoreUnreachable: the address does not answer.

    """
    if place.startswith(("http://", "https://")):
        if not is_address(place):
            raise NotToBeVerified(f"«{place}» is no address. Write it like https://data.example.no/releases/1.0.0/.")
        with tempfile.TemporaryDirectory(prefix="planverk-") as folder:
            return _verify(_fetched(place, Path(folder), progress), progress)
    return _verify(Path(place), progress)


def hashes(path: Path) -> Hashes:
    """The hashes of a dump in any of our formats, packed or not (RDFC-1.0, then SHA-256).

    Raises:
        NotToBeVerified: the name of the file tells no format, or it is not written in that.

    """
    return Hashes(*_read(path, serialization.hashes))


def triples(path: Path) -> bytes:
    """The statements of a dump as sorted N-Triples; the names of graphs are left out.

    Raises:
        NotToBeVerified: the name of the file tells no format, or it is not written in that.

    """
    return _read(path, serialization.triples)


def _read(path: Path, reading: Callable[[bytes, Representation], Found]) -> Found:
    representation = _representation(path)
    if representation is None:
        raise NotToBeVerified(f"{path.name} is no dump. Name a file that ends in {', '.join(_BY_SUFFIX)}, .gz or .zst.")
    try:
        return reading(opened(path), representation)
    except (SyntaxError, ValueError, OSError) as error:
        raise NotToBeVerified(f"{path.name} cannot be read as {representation.title}: {error}.") from None


def _verify(path: Path, progress: Progress) -> Verdict:
    if path.is_dir():
        whole = _manifest(path, str(path))
        return _join([_files(path, whole, progress), *_dumps(path, whole, progress)])
    if not path.is_file():
        raise _nothing_at(str(path))
    manifest_beside = path.parent / MANIFEST
    manifest = _manifest(path.parent, str(path.parent)) if manifest_beside.is_file() else None
    return _dump(path, manifest)


def _nothing_at(place: str) -> NotToBeVerified:
    return NotToBeVerified(f"There is nothing at {place}. Name a release's folder or address, or one of its dumps.")


def _manifest(folder: Path, place: str) -> Manifest:
    """The manifest in a folder, which people know as `place`."""
    try:
        manifest: Manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotToBeVerified(f"{place} has no {MANIFEST}, so it is no release.") from None
    except ValueError as error:
        raise NotToBeVerified(f"{place}: {MANIFEST} cannot be read: {error}.") from None
    if not _is_manifest(manifest):
        raise NotToBeVerified(f"{place}: {MANIFEST} is not the manifest of a release.")
    return manifest


def _is_manifest(value: Any) -> bool:  # Any: JSON
    is_whole = isinstance(value, dict) and {"files", "canonicalHash", "triplesHash"} <= value.keys()
    return is_whole and isinstance(value["files"], list) and all(map(_is_row, value["files"]))


def _is_row(value: Any) -> bool:  # Any: JSON
    return isinstance(value, dict) and all(type(value.get(key)) is kind for key, kind in _OF_A_FILE.items())


def _files(folder: Path, manifest: Manifest, progress: Progress) -> Verdict:
    """Check each file by the manifest, and the list of sums by both."""
    checked, differences = [], []
    for row in manifest["files"]:
        progress(row["name"])
        found = _fault(folder / row["name"], row)
        differences += [found] if found else []
        checked.append(row["name"])
    listed = _listed(folder / SUMS)
    wanted = {row["name"]: row["sha256"] for row in manifest["files"]}
    differences += [
        f"{SUMS} and {MANIFEST} do not agree on {name}."
        for name in sorted(wanted.keys() | listed.keys())
        if wanted.get(name) != listed.get(name)
    ]
    return Verdict([*checked, SUMS], differences)


def _fault(path: Path, row: dict[str, Any]) -> str | None:
    if not path.is_file():
        return f"{row['name']} is missing."
    size = path.stat().st_size
    if size != row["bytes"]:
        return f"{row['name']} has {size} bytes; {row['bytes']} were published."
    found = sha256(path)
    return f"{row['name']} has SHA-256 {found}; {row['sha256']} was published." if found != row["sha256"] else None


def _listed(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = (line.partition("  ") for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
    return {name: digest for digest, _, name in lines}


def _dumps(folder: Path, manifest: Manifest, progress: Progress) -> Iterator[Verdict]:
    """Check what each dump says, whatever its bytes are."""
    for row in manifest["files"]:
        path = folder / row["name"]
        if row["name"].startswith("data.") and _representation(path) and path.is_file():
            progress(f"{row['name']} (RDFC-1.0)")
            yield _dump(path, manifest)


def _dump(path: Path, manifest: Manifest | None) -> Verdict:
    checked = [f"{path.name} (RDFC-1.0)"]
    try:
        found = hashes(path)
    except NotToBeVerified as error:
        if manifest is None:
            raise
        return Verdict(checked, [str(error)])
    pairs = {"canonicalHash": found.dataset, "triplesHash": found.triples}
    differences = [
        f"{path.name} holds other statements than were published: {name} is {value}, published was {manifest[name]}."
        for name, value in pairs.items()
        if manifest is not None and value is not None and value != manifest[name]
    ]
    return Verdict(checked, differences, found)


def _join(verdicts: list[Verdict]) -> Verdict:
    checked = [name for verdict in verdicts for name in verdict.checked]
    differences = [sentence for verdict in verdicts for sentence in verdict.differences]
    return Verdict(checked, differences, verdicts[-1].hashes)


def _representation(path: Path) -> Representation | None:
    packed = {f".{row.suffix}" for row in PACKINGS}
    return _BY_SUFFIX.get(path.with_suffix("").suffix if path.suffix in packed else path.suffix)


def _fetched(address: str, folder: Path, progress: Progress) -> Path:
    """Fetch a release, or one dump with the manifest beside it, into a folder; give where it is."""
    name = address.rpartition("/")[2]
    if _representation(Path(name)):
        _fetch(urljoin(address, name), folder / name, progress)
        if not (folder / name).is_file():
            raise _nothing_at(address)
        _fetch(urljoin(address, MANIFEST), folder / MANIFEST, progress)
        return folder / name
    base = address if address.endswith("/") else f"{address}/"
    _fetch(base + MANIFEST, folder / MANIFEST, progress)
    for row in _manifest(folder, base)["files"]:
        # A manifest is the word of who is being checked: a name in it becomes no path outside the folder.
        if Path(row["name"]).name == row["name"]:
            _fetch(base + row["name"], folder / row["name"], progress)
    _fetch(base + SUMS, folder / SUMS, progress)
    return folder


def _fetch(address: str, path: Path, progress: Progress) -> None:
    """Fetch one file; one that is not there is simply not there afterwards."""
    progress(address)
    answer = exchange(Request(address), Terms(_SECONDS, _LARGEST))  # noqa: S310  # the scheme is looked at in verify
    with answer.content:
        if answer.status == HTTPStatus.OK:
            with path.open("wb") as file:
                shutil.copyfileobj(answer.content, file, _PIECE)
