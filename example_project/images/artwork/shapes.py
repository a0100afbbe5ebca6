"""Outlines as lists of points: ridges, swells, leaves, blobs."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import pairwise

from .canvas import Point


def ridge(
    rng: random.Random, width: float, base: float, height: float, roughness: float = 0.5
) -> list[Point]:
    """Return a jagged line across the picture, by midpoint displacement."""
    heights = [rng.uniform(0, height), rng.uniform(0, height)]
    reach = height * 0.7
    for _ in range(7):
        finer: list[float] = []
        for left, right in pairwise(heights):
            finer += [left, (left + right) / 2 + rng.uniform(-reach, reach)]
        heights = [*finer, heights[-1]]
        reach *= roughness
    return _across(heights, width, base)


def swell(rng: random.Random, width: float, base: float, height: float) -> list[Point]:
    """Return a gently rolling line across the picture."""
    waves = [
        (rng.uniform(0.6, 1.3) * count, rng.uniform(0, math.tau), height * 0.6 / count)
        for count in (1, 2, 3)
    ]
    heights = [
        sum(size * math.sin(math.tau * turns * step / 80 + start) for turns, start, size in waves)
        for step in range(81)
    ]
    return _across(heights, width, base)


def _across(heights: Sequence[float], width: float, base: float) -> list[Point]:
    # A little beyond both edges, so that no sky shows in the corners.
    step = (width + 8) / (len(heights) - 1)
    return [(-4 + index * step, base - height) for index, height in enumerate(heights)]


def height_at(line: Sequence[Point], x: float) -> float:
    """Return the height of a left-to-right line at x."""
    for (left, upper), (right, lower) in pairwise(line):
        if left <= x <= right:
            return upper + (lower - upper) * (x - left) / (right - left)
    return line[-1][1]


def turned(points: Sequence[Point], centre: Point, degrees: float) -> list[Point]:
    """Return the points turned clockwise about a centre."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [
        (
            centre[0] + (x - centre[0]) * cos - (y - centre[1]) * sin,
            centre[1] + (x - centre[0]) * sin + (y - centre[1]) * cos,
        )
        for x, y in points
    ]


def scaled(x: float, y: float, size: float, *outline: Point) -> list[Point]:
    """Return an outline given in units of size around (x, y)."""
    return [(x + dx * size, y + dy * size) for dx, dy in outline]


def flipped(points: Sequence[Point], x: float) -> list[Point]:
    """Return the mirror image about a vertical line, in an order that closes the outline."""
    return [(2 * x - left, y) for left, y in reversed(points)]


def ellipse(
    x: float, y: float, rx: float, ry: float, degrees: float = 0, steps: int = 40
) -> list[Point]:
    """Return an ellipse as a polygon, tilted if need be."""
    around = [math.tau * step / steps for step in range(steps)]
    points = [(x + rx * math.cos(angle), y + ry * math.sin(angle)) for angle in around]
    return turned(points, (x, y), degrees) if degrees else points


def leaf(x: float, y: float, length: float, width: float, degrees: float) -> list[Point]:
    """Return a pointed leaf that grows from (x, y); at 0 degrees it points right."""
    steps = [step / 12 for step in range(13)]
    upper = [(x + length * t, y - width * math.sin(math.pi * t**0.8)) for t in steps]
    lower = [(x + length * t, y + width * math.sin(math.pi * t**0.8)) for t in reversed(steps)]
    return turned([*upper, *lower], (x, y), degrees)


def blob(rng: random.Random, x: float, y: float, radius: float, wobble: float = 0.2) -> list[Point]:
    """Return a soft irregular pebble."""
    first, second = rng.uniform(0, math.tau), rng.uniform(0, math.tau)
    points = []
    for step in range(60):
        angle = math.tau * step / 60
        reach = 1 + wobble * (
            0.6 * math.sin(2 * angle + first) + 0.4 * math.sin(3 * angle + second)
        )
        points.append((x + radius * reach * math.cos(angle), y + radius * reach * math.sin(angle)))
    return points


def crescent(x: float, y: float, radius: float, degrees: float) -> list[Point]:
    """Return a young moon."""
    outer = [math.radians(angle) for angle in range(-100, 101, 8)]
    points = [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in outer]
    points += [
        (x + radius * (0.62 * math.cos(a) - 0.12), y + radius * math.sin(a))
        for a in reversed(outer)
    ]
    return turned(points, (x, y), degrees)


def curve(start: Point, bend: Point, end: Point, steps: int = 24) -> list[Point]:
    """Return a line from start to end, pulled towards bend."""
    points = []
    for step in range(steps + 1):
        t = step / steps
        near, pull, far = (1 - t) ** 2, 2 * t * (1 - t), t**2
        points.append(
            (
                near * start[0] + pull * bend[0] + far * end[0],
                near * start[1] + pull * bend[1] + far * end[1],
            )
        )
    return points


def smooth(points: Sequence[Point]) -> list[Point]:
    """Return a soft line that starts and ends where the points do and leans towards the others."""
    line = [points[0]]
    for index in range(1, len(points) - 1):
        (x, y), (after_x, after_y) = points[index], points[index + 1]
        last = index == len(points) - 2
        end = points[-1] if last else ((x + after_x) / 2, (y + after_y) / 2)
        line += curve(line[-1], (x, y), end, 8)[1:]
    return line
