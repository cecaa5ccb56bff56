"""A picture of how costs grow with the size of the data: lines in a square of logarithmic axes, as SVG."""

from collections.abc import Iterable, Mapping
from math import ceil, floor, log10

_WIDTH, _HEIGHT, _MARGIN, _KEY = 820, 430, 60, 300
_COLOURS = ("#1f5fa8", "#b3261e", "#2e7d32", "#8a4fbf", "#a15c00", "#00696d")

Points = Iterable[tuple[float, float]]


def picture(lines: Mapping[str, Points], across: str, up: str) -> str:
    """The lines, each with its name beside its end; both axes are logarithmic, so what grows linearly runs beside the dashed line."""
    drawn = {name: sorted(points) for name, points in lines.items()}
    places = _Places([point for points in drawn.values() for point in points])
    parts = [
        *places.grid(),
        places.guide(len(drawn)),
        *(_line(places, *row) for row in zip(_COLOURS, drawn.items(), range(9), strict=False)),
    ]
    title = f'<text x="{_MARGIN}" y="20">{up}</text><text x="{(_WIDTH + _MARGIN - _KEY) // 2}" y="{_HEIGHT - 6}" text-anchor="middle">{across}</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="13" '
        f'role="img" aria-label="{up}">\n<rect width="100%" height="100%" fill="#fff"/>\n{title}\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


class _Places:
    """Where a point comes to stand in the picture."""

    def __init__(self, points: list[tuple[float, float]]) -> None:
        self._left, self._right = (
            edge(log10(select(x for x, _ in points))) for edge, select in ((floor, min), (ceil, max))
        )
        self._low, self._high = (
            edge(log10(select(y for _, y in points))) for edge, select in ((floor, min), (ceil, max))
        )

    def place(self, x: float, y: float) -> tuple[float, float]:
        across = (log10(x) - self._left) / max(1, self._right - self._left)
        up = (log10(y) - self._low) / max(1, self._high - self._low)
        return _MARGIN + across * (_WIDTH - _MARGIN - _KEY), _HEIGHT - _MARGIN + 20 - up * (_HEIGHT - 2 * _MARGIN + 20)

    def grid(self) -> Iterable[str]:
        for power in range(self._low, self._high + 1):
            _, y = self.place(10**self._left, 10**power)
            yield f'<path d="M{_MARGIN} {y:.0f}H{_WIDTH - _KEY}" stroke="#ddd"/><text x="{_MARGIN - 8}" y="{y + 4:.0f}" text-anchor="end">{10**power:g}</text>'
        for power in range(self._left, self._right + 1):
            x, y = self.place(10**power, 10**self._low)
            yield f'<path d="M{x:.0f} 30V{y:.0f}" stroke="#ddd"/><text x="{x:.0f}" y="{y + 18:.0f}" text-anchor="middle">{10**power:,}</text>'

    def guide(self, number: int) -> str:
        """A dashed line that rises as what grows linearly does, and its name below the others."""
        rise = min(self._right - self._left, self._high - self._low)
        ends = (
            self.place(10.0**self._left, 10.0**self._low),
            self.place(10.0 ** (self._left + rise), 10.0 ** (self._low + rise)),
        )
        path = " ".join(f"{x:.0f},{y:.0f}" for x, y in ends)
        return (
            f'<polyline points="{path}" fill="none" stroke="#999" stroke-dasharray="4 4"/>'
            f'<text x="{_WIDTH - _KEY + 14}" y="{40 + 20 * number}" fill="#666">dashed: as the data</text>'
        )


def _line(places: _Places, colour: str, line: tuple[str, list[tuple[float, float]]], number: int) -> str:
    name, points = line
    placed = [places.place(*point) for point in points]
    path = " ".join(f"{x:.0f},{y:.0f}" for x, y in placed)
    dots = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3.5" fill="{colour}"/>' for x, y in placed)
    key = f'<text x="{_WIDTH - _KEY + 14}" y="{40 + 20 * number}" fill="{colour}">{name}</text>'
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}{key}'
