"""Frozen releases: a folder that is written whole, hashed, named by its version, and never changed."""

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from planverk.settings import VERSION

CURRENT = "current"
MANIFEST = "manifest.json"
# The parts of a release that the service reads; the dumps are made of the first.
DATA, VOCABULARY, CATALOGUE, VOID = "data.nq", "vocabulary.nq", "catalogue.nq", "void.nq"
CONCEPTS, MODEL = "concepts.nq", "model.nq"
INCOMING, STORE, SEARCH = "incoming.nq", "store", "search.db"
REPORT, SUMS, NEIGHBOURS = "shacl-report.nq", "SHA256SUMS", "neighbours.nq"
_DRAFT = ".draft"
_NUMBER, _WORD = re.compile("[0-9]+"), re.compile("([0-9]+)|([A-Za-z-]+)")
# Day, numbers, whether it is final, and the numbers and words that tell one rehearsal from another.
Order = tuple[str, tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]


class ReleaseError(Exception):
    """A release that cannot be made, or is not what its manifest says; the text says what to do."""


@dataclass(frozen=True)
class Release:
    """One frozen release, as its manifest describes it."""

    folder: Path
    manifest: dict[str, Any]  # Any: JSON

    @property
    def version(self) -> str:
        """The version of the data, which is also the name of the folder."""
        return str(self.manifest["version"])

    @property
    def issued(self) -> str:
        """The day of the release, as year-month-day."""
        return str(self.manifest["issued"])

    @property
    def numbers(self) -> tuple[int, ...]:
        """All numbers of the version."""
        return tuple(map(int, _NUMBER.findall(self.version)))

    @property
    def order(self) -> Order:
        """What releases are ordered by: the day, and on one day the version, before which come its rehearsals (SemVer 2.0.0, section 11)."""
        final, _, rehearsal = self.version.partition("-")
        words = tuple((bool(word), int(number or 0), word) for number, word in _WORD.findall(rehearsal))
        return self.issued, tuple(map(int, final.split("."))), not rehearsal, words

    def issued_before(self, other: "Release") -> bool:
        """Whether this release is older than another."""
        return self.order < other.order

    @property
    def files(self) -> list[dict[str, Any]]:  # Any: JSON
        """What can be downloaded: name, size in bytes, media type and sha256 of each file."""
        return list(self.manifest["files"])

    @property
    def internal_files(self) -> list[dict[str, Any]]:  # Any: JSON
        """What the service reads and offers to nobody; told as `files` are."""
        return list(self.manifest["internal"])

    @property
    def content_hash(self) -> str:
        """The sha256 of the canonical N-Quads, the same for the same statements on any machine."""
        return str(self.manifest["canonicalHash"])


def open_release(folder: Path) -> Release:
    """The release in a folder.

    Raises:
        ReleaseError: there is none.

    """
    path = folder / MANIFEST
    try:
        return Release(folder, _manifest(path, path.stat().st_mtime_ns))
    except FileNotFoundError:
        raise ReleaseError(f"There is no release in {folder}. Make one with `planverk release`.") from None


def current(releases: Path) -> Release | None:
    """The release that the service should answer from, or None before the first."""
    version = current_version(releases)
    return open_release(releases / version) if version else None


def current_version(releases: Path | str) -> str | None:
    """The version that `current` points to; reading it is one system call, so it may be asked at every request."""
    try:
        return os.readlink(f"{releases}/{CURRENT}")  # noqa: PTH115  # a request must not pay for a Path
    except FileNotFoundError:
        return None


def all_releases(releases: Path) -> list[Release]:
    """Every release, the newest first."""
    folders = (path.parent for path in releases.glob(f"*/{MANIFEST}") if not path.parent.name.startswith(_DRAFT))
    found = [open_release(folder) for folder in folders if not folder.is_symlink()]
    return sorted(found, key=lambda release: release.order, reverse=True)


def neighbours(releases: Path, release: Release) -> tuple[Release | None, Release | None]:
    """The releases before and after one, or None where there is none."""
    newest_first = all_releases(releases)
    place = next((place for place, one in enumerate(newest_first) if one.version == release.version), None)
    if place is None:
        return None, None
    return next(iter(newest_first[place + 1 :]), None), newest_first[place - 1] if place else None


def freeze(releases: Path, version: str, write: Callable[[Path], dict[str, Any]]) -> Release:  # Any: JSON
    """Make a release: `write` fills a draft folder and gives the manifest's own statements; then it is published.

    All or nothing: a release exists when its draft has got its name, and is current when `current` points to it. An
    attempt that dies leaves a draft that the next one removes. Files are hashed into the manifest by their order.

    Raises:
        ReleaseError: the version is no version, or is already published with other content.

    """
    if not VERSION.fullmatch(version):
        raise ReleaseError(f"«{version}» is no version. Write numbers with dots between, such as 1.2.0.")
    with _alone(releases):
        draft = _empty_draft(releases)
        manifest = write(draft)
        _save(draft / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
        release = _publish(draft, releases / version)
        point(releases, version)
    return release


def point(releases: Path, version: str) -> None:
    """Make a version the current one, in one step."""
    beside = releases / f".{CURRENT}"
    beside.unlink(missing_ok=True)
    beside.symlink_to(version)
    beside.replace(releases / CURRENT)
    _sync(releases)


def described_files(
    folder: Path, media_types: dict[str, str], packed: Collection[str] = ()
) -> list[dict[str, Any]]:  # Any: JSON
    """The manifest's rows for files of a draft, in the order given; those made by a packing library are marked."""
    return [
        {
            "name": name,
            "mediaType": media_type,
            "bytes": (folder / name).stat().st_size,
            "sha256": sha256(folder / name),
        }
        | ({"packed": True} if name in packed else {})
        for name, media_type in media_types.items()
    ]


def verify(release: Release) -> list[str]:
    """The names of the files that are missing or are not what the manifest says; none when all is well."""
    return [
        row["name"]
        for row in release.files + release.internal_files
        if not (release.folder / row["name"]).is_file() or sha256(release.folder / row["name"]) != row["sha256"]
    ]


def sha256(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _alone(releases: Path) -> Iterator[None]:
    # The system drops the lock of a process that dies, so nothing has to be cleaned up by hand.
    releases.mkdir(parents=True, exist_ok=True)
    with (releases / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ReleaseError(f"Another release is being made in {releases}. Wait for it to end.") from None
        yield


def _empty_draft(releases: Path) -> Path:
    draft = releases / _DRAFT
    if draft.exists():
        shutil.rmtree(draft)
    draft.mkdir()
    return draft


def _publish(draft: Path, folder: Path) -> Release:
    if folder.exists():
        return _same_or_refuse(draft, folder)
    for path in sorted(draft.rglob("*")):
        _sync(path)
    _sync(draft)
    draft.rename(folder)
    _sync(folder.parent)
    return open_release(folder)


def _same_or_refuse(draft: Path, folder: Path) -> Release:
    published, wanted = open_release(folder), open_release(draft)
    shutil.rmtree(draft)
    if _content(published.manifest) != _content(wanted.manifest):
        raise ReleaseError(
            f"Version {published.version} is already published with other content, and a release never changes. "
            "Raise `version` (and set `issued`) in planverk.toml."
        )
    return published


def _content(manifest: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """What makes two releases the same: all but how a file came to be packed, which another zlib does otherwise."""
    files = [row | {"bytes": 0, "sha256": ""} if row.get("packed") else row for row in manifest["files"]]
    return manifest | {"files": files}


@lru_cache(maxsize=128)
def _manifest(path: Path, _: int) -> dict[str, Any]:  # Any: JSON
    """What a manifest says; a release never changes, so the time of its file tells only a folder that was made anew."""
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def _save(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _sync(path: Path) -> None:
    # rename() is atomic for readers, but only what is synced survives a power cut (fsync(2)).
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
