"""A Turtle file as its author wrote it: the passage on each thing, in the order of the file, under its heading."""

import re
from pathlib import Path
from typing import NamedTuple

# A passage begins with its subject at the margin; all that belongs to it is indented.
_MARGIN = re.compile(r"\n(?=\S)")
_SUBJECT = re.compile(r"<[^>\s]*>|\w[\w-]*:[^\s;,]+")
_PREFIX = re.compile(r"^@prefix (?P<name>[\w-]*): .*$", re.MULTILINE)
_HEADING = re.compile(r"# --- (\w+)")


class Passage(NamedTuple):
    """What a file says of one thing: its subject as written, the text, and the first word of the heading above it."""

    subject: str
    text: str
    heading: str

    @property
    def name(self) -> str:
        """The subject without its prefix: `Goal` of `plan:Goal`."""
        return self.subject.partition(":")[2]


def passages(file: Path) -> list[Passage]:
    """The passages of a file, without its prefixes and the comments between them."""
    found, heading = [], ""
    for part in _MARGIN.split(file.read_text(encoding="utf-8")):
        if title := _HEADING.match(part):
            heading = title[1].lower()
        elif subject := _SUBJECT.match(part):
            found.append(Passage(subject[0], part.rstrip(), heading))
    return found


def beyond_prefixes(file: Path) -> str:
    """A file's text without its prefixes, as people read an example."""
    parts = _MARGIN.split(file.read_text(encoding="utf-8"))
    return "\n".join(part for part in parts if not part.startswith("@prefix")).strip()


def with_prefixes(file: Path, text: str) -> str:
    """A text from a file below the prefixes that it uses, so that it can be read by itself."""
    prefixes = _PREFIX.finditer(file.read_text(encoding="utf-8"))
    used = [found[0] for found in prefixes if re.search(rf"(?<![\w<-]){found['name']}:", text)]
    return "\n".join([*used, "", text])
