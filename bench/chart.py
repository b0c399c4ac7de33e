"""Line charts as SVG, readable on light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

Point = tuple[float, float]

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 150, 56, 56  # room around the plot
COLOURS = ("#2f6fde", "#d9730d", "#5f8f3e", "#9a55c7")
STYLE = """
<style>
  text { font: 13px system-ui, sans-serif; fill: #33363b; }
  .title { font-size: 16px; font-weight: 600; }
  .grid { stroke: #8a8f98; stroke-opacity: .25; }
  @media (prefers-color-scheme: dark) { text { fill: #d8dade; } }
</style>
"""


@dataclass(frozen=True)
class Axis:
    """`ticks` are where lines are drawn; on a logarithmic axis they lie evenly."""

    name: str
    ticks: Sequence[float]
    logarithmic: bool = False

    def share(self, value: float) -> float:
        """Where a value lies, from 0 to 1."""
        low, high = self.ticks[0], self.ticks[-1]
        value = min(max(value, low), high)
        if self.logarithmic:
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)


def line_chart(title: str, x: Axis, y: Axis, lines: Mapping[str, Sequence[Point]]) -> str:
    """One line a name, which stands at its end."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title>",
        STYLE,
        f'<text class="title" x="{LEFT}" y="28">{escape(title)}</text>',
        *_grid(x, y),
        *_lines(x, y, lines),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _across(x: Axis, value: float) -> float:
    return LEFT + x.share(value) * (WIDTH - LEFT - RIGHT)


def _down(y: Axis, value: float) -> float:
    return HEIGHT - BOTTOM - y.share(value) * (HEIGHT - TOP - BOTTOM)


def _grid(x: Axis, y: Axis) -> Iterator[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for tick in y.ticks:
        at = _down(y, tick)
        yield f'<line class="grid" x1="{LEFT}" y1="{at:.1f}" x2="{right}" y2="{at:.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{tick:g}</text>'
    for tick in x.ticks:
        at = _across(x, tick)
        yield f'<text x="{at:.1f}" y="{bottom + 20}" text-anchor="middle">{tick:g}</text>'
    middle = (LEFT + right) / 2
    yield f'<text x="{middle}" y="{HEIGHT - 14}" text-anchor="middle">{escape(x.name)}</text>'
    yield f'<text x="{LEFT - 8}" y="{TOP - 10}" text-anchor="end">{escape(y.name)}</text>'


def _lines(x: Axis, y: Axis, lines: Mapping[str, Sequence[Point]]) -> Iterator[str]:
    for (name, points), colour in zip(lines.items(), COLOURS, strict=False):
        places = [(_across(x, a), _down(y, b)) for a, b in points]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
        for a, b in places:
            yield f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>'
        a, b = places[-1]
        yield f'<text x="{a + 10:.1f}" y="{b + 4:.1f}" style="fill:{colour}">{escape(name)}</text>'
