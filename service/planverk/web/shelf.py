"""The edition that is current now: opened once, and again when another release takes its place."""

from threading import Lock

from planverk.store.edition import Edition, Library


class NothingReleased(Exception):
    """There is no release to serve yet."""


class NothingToHarvest(Exception):
    """A harvest document without a single member: answered with 200, it would empty the national catalogue of ours."""


class Shelf:
    """Holds the current edition for all threads of a process."""

    def __init__(self, library: Library) -> None:
        """Take the library; nothing is opened before it is asked for."""
        self._library = library
        self._edition: Edition | None = None
        self._lock = Lock()

    def current(self) -> Edition:
        """The edition of the current release.

        Raises:
            NothingReleased: there is none.
            StoreUnreachable: the library is on another machine, which does not answer.

        """
        version = self._library.current_version()
        if version is None:
            raise NothingReleased
        edition = self._edition
        if edition is None or edition.release.version != version:
            edition = self._open(version)
        return edition

    def at_hand(self, version: str) -> Edition | None:
        """The edition of a version, when that is the one that is open."""
        edition = self._edition
        return edition if edition is not None and edition.release.version == version else None

    def version_at_hand(self) -> str | None:
        """The current version, when it can be told without waiting for another machine."""
        return self._library.version_at_hand()

    def _open(self, version: str) -> Edition:
        with self._lock:
            if self._edition is None or self._edition.release.version != version:
                self._edition = self._library.open(version)
            return self._edition
