"""Earlier releases, opened when they are asked for and closed when others are asked for more often."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock

from planverk.changes import Comparison, Difference, side
from planverk.limits import Limits
from planverk.release import Release, all_releases, neighbours, open_release
from planverk.store.edition import Edition
from planverk.store.frozen import FrozenEdition

# How many are open at once; opening one again costs next to nothing, whatever its size.
MOST_OPEN = 8
_Pair = tuple[str, str]


class Archive:
    """The releases in an instance's folder, for all threads of a process."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        """Take the folder; nothing is opened before it is asked for."""
        self._folder = folder
        self._limits = limits
        self._open: OrderedDict[str, Edition] = OrderedDict()
        self._comparisons: OrderedDict[_Pair, Comparison] = OrderedDict()
        self._counts: dict[_Pair, int] = {}
        self._lock = Lock()

    def releases(self) -> list[Release]:
        """All releases, the oldest first."""
        return all_releases(self._folder)[::-1]

    def release(self, version: str) -> Release | None:
        """A release, or None when there is none of that version."""
        return next((one for one in self.releases() if one.version == version), None)

    def edition(self, version: str) -> Edition:
        """The edition of a version that there is."""
        with self._lock:
            if version not in self._open:
                self._open[version] = FrozenEdition(open_release(self._folder / version), self._limits)
            self._open.move_to_end(version)
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)
            return self._open[version]

    def comparison(self, newer: Release, older: Release | None = None) -> Comparison:
        """What became of things from one release, or else the one before, to another."""
        before = older or neighbours(self._folder, newer)[0]
        pair = _pair(before, newer)
        with self._lock:
            kept = self._comparisons.get(pair)
        if kept is None:
            vocabulary = self.edition(newer.version).vocabulary
            kept = Comparison(side(before) if before else None, side(newer), vocabulary)
        with self._lock:
            kept = self._comparisons.setdefault(pair, kept)
            self._comparisons.move_to_end(pair)
            while len(self._comparisons) > MOST_OPEN:
                self._comparisons.popitem(last=False)
        return kept

    def count(self, release: Release) -> int:
        """How many things are not the same as in the release before; kept of any number of releases."""
        before = neighbours(self._folder, release)[0]
        pair = _pair(before, release)
        if pair not in self._counts:
            self._counts[pair] = len(Difference(side(before) if before else None, side(release)).things)
        return self._counts[pair]


def _pair(older: Release | None, newer: Release) -> _Pair:
    return older.version if older else "", newer.version
