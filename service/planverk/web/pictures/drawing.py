"""What all pictures have in common: boxes with lines of text, links, and the same facts as a table."""

from textwrap import wrap
from typing import NamedTuple

from planverk.web.reading import Value

Rows = list[list[Value]]


class Box(NamedTuple):
    """A thing in a picture: its upper left corner, its size, what it is, its name in lines, and what tone it has."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    lines: list[str]
    value: Value
    tone: str = ""


class Drawing(NamedTuple):
    """A picture: what it is called, how it is drawn (a macro of `_pictures.html`), its size and parts, and its table.

    `cut` says that there was more than fits, and that the table has no more either.
    """

    name: str
    way: str
    width: float
    height: float
    parts: dict[str, object]
    columns: list[str]
    rows: Rows
    cut: bool = False


# The height of a line of text, and what is above the first and below the last; text is set at 13 units.
LINE, ABOVE, BELOW = 17, 10, 9
# How many units a letter takes on the average; Inter at 13 units, wide letters counted in.
_LETTER = 7.1


def folded(text: str, width: float, most: int = 4) -> list[str]:
    """A text in lines that fit a width; what is over ends in an ellipsis, and is whole in the table and the title."""
    letters = max(int(width / _LETTER), 6)
    lines = wrap(text, letters, break_on_hyphens=True) or [""]
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"{lines[most - 1][: letters - 2].rstrip()} …"]


def box(x: float, y: float, width: float, kind: str, value: Value, tone: str = "") -> Box:
    """A box as high as its text."""
    lines = folded(value.text, width - 24)
    return Box(x, y, width, ABOVE + BELOW + LINE * (len(lines) + bool(kind)), kind, lines, value, tone)
