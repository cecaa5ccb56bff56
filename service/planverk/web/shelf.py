"""The edition that is current now: opened once, and again when another release takes its place."""

from pathlib import Path
from threading import Lock

from planverk import release
from planverk.limits import Limits
from planverk.store.edition import Edition


class NothingReleased(Exception):
    """There is no release to serve yet."""


class Shelf:
    """Holds the current edition for all threads of a process."""

    def __init__(self, releases: Path, limits: Limits) -> None:
        """Take the folder of releases and what a query may cost; nothing is opened before it is asked for."""
        self.releases = releases
        self._limits = limits
        self._edition: Edition | None = None
        self._lock = Lock()

    def current(self) -> Edition:
        """The edition of the current release.

        Raises:
            NothingReleased: there is none.

        """
        version = release.current_version(self.releases)
        if version is None:
            raise NothingReleased
        edition = self._edition
        if edition is None or edition.release.version != version:
            edition = self._open(version)
        return edition

    def _open(self, version: str) -> Edition:
        with self._lock:
            if self._edition is None or self._edition.release.version != version:
                self._edition = Edition(release.open_release(self.releases / version), self._limits)
            return self._edition
