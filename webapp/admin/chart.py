"""The dashboard's line chart as paths of an SVG, drawn on the server; the page has its table as well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

LEFT, RIGHT, TOP, BOTTOM = 40.0, 752.0, 34.0, 226.0
WIDTH, HEIGHT = 760, 256
_STEPS = (1, 2, 5)


class Point(Protocol):
    """A day and its number."""

    @property
    def day(self) -> date: ...
    @property
    def orders(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Mark:
    """A text or dot at a place of the drawing."""

    x: float
    y: float
    value: int
    day: date


@dataclass(frozen=True, slots=True)
class Chart:
    """Paths and places in a view box of `WIDTH` × `HEIGHT`. Today is apart, because it isn't over."""

    line: str
    today: str
    area: str
    before: str
    grid: tuple[tuple[float, int], ...]
    """Height and value of each line across."""
    days: tuple[tuple[float, date, str], ...]
    """Place, day and text anchor of each word below."""
    last: Mark
    top: Mark | None
    """The day with the most orders, unless it is today or nothing stands out."""
    least: int
    most: int


def draw_chart(days: Sequence[Point], before: Sequence[Point]) -> Chart:
    """Draw `days`, oldest first, the last one today, over as many days `before`."""
    values = [point.orders for point in days]
    earlier = [point.orders for point in before]
    step, top = nice_scale(max([*values, *earlier, 1]))

    def x(index: int) -> float:
        return round(LEFT + (RIGHT - LEFT) * index / max(len(days) - 1, 1), 1)

    def y(value: int) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * value / top, 1)

    points = [(x(i), y(value)) for i, value in enumerate(values)]
    peak = max(range(len(values)), key=values.__getitem__)
    ordinary = sorted(values)[len(values) // 2]
    stands_out = peak < len(values) - 1 and values[peak] >= max(1.5 * ordinary, 3)
    return Chart(
        line=_path(points[:-1]),
        today=_path(points[-2:]),
        area=f"{_path([(LEFT, BOTTOM), *points, (RIGHT, BOTTOM)])}Z",
        before=_path([(x(i), y(value)) for i, value in enumerate(earlier)]),
        grid=tuple((y(value), value) for value in range(0, top + 1, step)),
        days=tuple(_day_words(days, x)),
        last=Mark(*points[-1], values[-1], days[-1].day),
        top=Mark(*points[peak], values[peak], days[peak].day) if stands_out else None,
        least=min(values),
        most=max(values),
    )


def nice_scale(most: int) -> tuple[int, int]:
    """The step and the end of a scale with at most five round steps that holds `most`."""
    power = 1
    while True:
        for factor in _STEPS:
            step = factor * power
            if most <= 4 * step:
                return step, -(-most // step) * step
        power *= 10


def _day_words(days: Sequence[Point], x: Callable[[int], float]) -> list[tuple[float, date, str]]:
    places = [round(i * (len(days) - 1) / 4) for i in range(5)]
    anchors = ("start", "middle", "middle", "middle", "end")
    return [(x(i), days[i].day, anchor) for i, anchor in zip(places, anchors, strict=True)]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x} {y}" for x, y in points)
