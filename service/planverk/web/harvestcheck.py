"""What data.norge.no would make of our own documents, as a release has them; nothing is asked of any address."""

from collections import Counter
from functools import lru_cache, partial
from typing import NamedTuple

from planverk import serialization
from planverk.harvesting import examination
from planverk.harvesting.examination import Examined, Judgement
from planverk.harvesting.retrieval import Probe
from planverk.media import TURTLE
from planverk.store.edition import Edition


class Checked(NamedTuple):
    """A document of ours, what would become of it, and how many of each kind would be taken up."""

    path: str
    url: str
    examined: Examined
    counts: Counter[str]


def check(base: str, now: Edition) -> tuple[list[Checked], list[str]]:
    """The documents of an edition, and where one would overwrite what another has."""
    documents = (now.catalogue, now.concepts, now.model)
    files = frozenset(row["name"] for row in now.release.files)
    examined = _examined(base, now.release.version, documents, files)
    rows = [Checked(path, one.url, one, Counter(entry.type for entry in one.entries)) for path, one in examined.items()]
    return rows, examination.in_conflict(examined.values())


@lru_cache(maxsize=2)
def _examined(base: str, version: str, documents: tuple[bytes, ...], files: frozenset[str]) -> dict[str, Examined]:
    """The three documents examined; a release never changes, so it is done once for each."""
    folder = f"{base}releases/{version}/"

    def ask(url: str) -> Probe:
        name = url.removeprefix(folder)
        return Probe(200, "", 0) if url.startswith(folder) and (not name or name in files) else Probe(None, "", 0)

    judgement = Judgement(None, ask)
    return {
        path: examination.examine(
            base.rstrip("/") + path, TURTLE.media_type, partial(serialization.write, lines, TURTLE), judgement, None
        )
        for path, lines in zip(("/katalog", "/begreper", "/informasjonsmodell"), documents, strict=True)
    }
