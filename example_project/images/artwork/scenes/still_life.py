"""Scenes on a table: flowers in a vase, fruit in a bowl."""

from __future__ import annotations

import math
import random

from .. import shapes
from ..canvas import Canvas, Colour, Point, fade, mix
from ..palettes import Palette


def _table(canvas: Canvas, rng: random.Random, palette: Palette) -> float:
    """Draw a wall and a table top; return the height of its far edge."""
    edge = canvas.height * rng.uniform(0.66, 0.76)
    wall = rng.choice(
        (palette.low, palette.far, palette.high, mix(palette.accent, palette.low, 0.55))
    )
    canvas.sky(mix(wall, palette.pale, 0.15), wall)
    pattern = rng.random()
    tint = fade(palette.pale, 0.22)
    if pattern < 0.3:
        for x in range(0, round(canvas.width), 64):
            canvas.box(x, 0, x + 32, edge, tint)
    elif pattern < 0.55:
        for row in range(round(edge / 46) + 1):
            for column in range(round(canvas.width / 46) + 2):
                canvas.disc(column * 46 + row % 2 * 23, row * 46, 5, tint)
    elif pattern < 0.75:
        canvas.pie(canvas.width * rng.uniform(0.3, 0.7), edge, canvas.width * 0.36, 180, 360, tint)
    top = rng.choice((palette.near, palette.second, palette.pale, palette.accent))
    if top == wall:
        top = palette.near
    canvas.sky(mix(top, palette.light, 0.12), mix(top, palette.ink, 0.22), start=edge)
    return edge


def flowers(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    edge = _table(canvas, rng, palette)
    x, base = canvas.width * rng.uniform(0.4, 0.6), edge + (canvas.height - edge) * 0.45
    wide, tall = canvas.width * rng.uniform(0.09, 0.13), canvas.height * rng.uniform(0.24, 0.32)
    mouth = base - tall
    stem = mix(palette.near, (60, 130, 80), 0.5)
    petals = [palette.accent, palette.second, palette.pale, mix(palette.accent, palette.pale, 0.5)]
    heads: list[Point] = []
    for _ in range(rng.randint(7, 13)):
        angle = math.radians(rng.uniform(-155, -25))
        reach = canvas.height * rng.uniform(0.2, 0.42)
        heads.append((x + reach * 0.9 * math.cos(angle), max(46, mouth + reach * math.sin(angle))))
    for head in heads:
        bend = ((x + head[0]) / 2 - (head[0] - x) * 0.35, (mouth + head[1]) / 2)
        path = shapes.curve((x, mouth + 20), bend, head)
        canvas.line(path, stem, 4)
        left, top = path[rng.randint(9, 18)]
        canvas.polygon(
            shapes.leaf(left, top, rng.uniform(36, 70), 11, rng.uniform(-170, -10)), stem
        )
    for head in heads:
        bloom = rng.choice((_daisy, _daisy, _poppy, _tulip))
        bloom(canvas, rng, head, rng.uniform(24, 48), rng.choice(petals), palette)
    canvas.oval(x + wide * 0.7, base, wide * 1.8, 14, fade(palette.ink, 0.25))
    _vase(canvas, rng, x, base, wide, tall, palette)


def _daisy(
    canvas: Canvas, rng: random.Random, at: Point, size: float, colour: Colour, palette: Palette
) -> None:
    count, start = rng.choice((8, 10, 13)), rng.uniform(0, 40)
    for petal in range(count):
        degrees = start + 360 * petal / count
        shade = mix(colour, palette.ink, 0.1 if petal % 2 else 0)
        canvas.polygon(shapes.leaf(*at, size, size * 0.2, degrees), shade)
    canvas.disc(*at, size * 0.3, palette.second if colour != palette.second else palette.ink)


def _poppy(
    canvas: Canvas, rng: random.Random, at: Point, size: float, colour: Colour, palette: Palette
) -> None:
    start = rng.uniform(0, 90)
    for petal in range(5):
        angle = math.radians(start + petal * 72)
        shade = mix(colour, palette.ink, 0.05 * petal)
        canvas.disc(
            at[0] + size * 0.42 * math.cos(angle),
            at[1] + size * 0.42 * math.sin(angle),
            size * 0.5,
            shade,
        )
    canvas.disc(*at, size * 0.24, palette.ink)
    canvas.disc(*at, size * 0.1, mix(palette.second, palette.pale, 0.4))


def _tulip(
    canvas: Canvas, rng: random.Random, at: Point, size: float, colour: Colour, palette: Palette
) -> None:
    x, y = at
    for degrees, shade in ((-118, 0.16), (-62, 0.16), (-90, 0.0)):
        outline = shapes.leaf(
            x, y + size * 0.5, size * 1.35, size * 0.34, degrees + rng.uniform(-4, 4)
        )
        canvas.polygon(outline, mix(colour, palette.ink, shade))


def _vase(
    canvas: Canvas,
    rng: random.Random,
    x: float,
    base: float,
    wide: float,
    tall: float,
    palette: Palette,
) -> None:
    colour = rng.choice((palette.ink, palette.high, palette.pale, palette.accent))
    shade = (
        mix(colour, palette.ink, 0.25) if colour != palette.ink else mix(colour, palette.pale, 0.15)
    )
    profile = rng.choice(
        (
            ((0.5, 0), (0.5, 0.12), (1.1, 0.55), (0.95, 0.85), (0.6, 1)),
            ((0.85, 0), (0.8, 0.3), (0.75, 0.7), (0.7, 1)),
            ((0.7, 0), (0.42, 0.18), (0.85, 0.5), (1.0, 0.75), (0.7, 1)),
        )
    )
    right = [(x + wide * half, base - tall * (1 - down)) for half, down in profile]
    canvas.polygon([*right, *shapes.flipped(right, x)], colour)
    canvas.polygon([*right, *((x + wide * 0.3, y) for _, y in reversed(right))], shade)
    canvas.oval(x, base, wide * profile[-1][0], 7, mix(colour, shade, 0.6))
    canvas.oval(x, base - tall, wide * profile[0][0], 7, mix(shade, palette.ink, 0.5))
    if rng.random() < 0.6:
        y = base - tall * 0.42
        for dot in range(-2, 3):
            canvas.disc(x + dot * wide * 0.34, y, wide * 0.1, palette.second)


def fruit(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    edge = _table(canvas, rng, palette)
    half = min(canvas.width * 0.27, canvas.height * 0.3) * rng.uniform(0.85, 1.05)
    x, base = canvas.width * rng.uniform(0.4, 0.6), edge + (canvas.height - edge) * 0.5
    y = base - half * 0.78
    canvas.oval(x + 24, base, half * 0.9, 16, fade(palette.ink, 0.25))
    kinds = (_apple, _pear, _orange)
    heap = [(-0.5, -0.12), (0.5, -0.14), (0.0, -0.1), (-0.27, -0.5), (0.27, -0.48), (0.0, -0.82)]
    for dx, dy in heap[: rng.randint(4, 6)]:
        kind = rng.choice(kinds)
        kind(
            canvas,
            x + dx * half,
            y + dy * half * 0.85,
            half * rng.uniform(0.27, 0.33),
            rng,
            palette,
        )
    bowl = rng.choice((palette.pale, palette.ink, palette.high, palette.second))
    shade = mix(bowl, palette.ink if bowl != palette.ink else palette.pale, 0.15)
    canvas.box(x - half * 0.36, base - half * 0.14, x + half * 0.36, base + 4, shade, 5)
    canvas.polygon(
        [point for point in shapes.ellipse(x, y, half, half * 0.7) if point[1] >= y - 1], bowl
    )
    canvas.box(x - half * 1.05, y - 12, x + half * 1.05, y + 6, shade, 8)
    for stripe in range(rng.randint(0, 2)):
        wide = half * (0.93 - 0.1 * stripe)
        canvas.box(x - wide, y + 24 + stripe * 18, x + wide, y + 30 + stripe * 18, palette.accent)
    for side in rng.sample((-1, 1), rng.randint(1, 2)):
        left, size = x + side * half * rng.uniform(1.2, 1.6), half * rng.uniform(0.22, 0.32)
        base = edge + (canvas.height - edge) * rng.uniform(0.55, 0.85)
        canvas.oval(left + 8, base, size * 1.1, size * 0.22, fade(palette.ink, 0.25))
        rng.choice(kinds)(canvas, left, base - size * 0.9, size, rng, palette)


def _apple(
    canvas: Canvas, x: float, y: float, size: float, rng: random.Random, palette: Palette
) -> None:
    colour = rng.choice((mix(palette.accent, (200, 40, 44), 0.7), (146, 178, 74), (190, 52, 48)))
    for side in (-0.28, 0.28):
        canvas.oval(x + side * size, y, size * 0.74, size * 0.95, colour)
    canvas.polygon(
        shapes.ellipse(x - size * 0.5, y - size * 0.25, size * 0.12, size * 0.3, 20),
        mix(colour, palette.pale, 0.55),
    )
    canvas.line([(x, y - size * 0.7), (x + size * 0.1, y - size * 1.25)], palette.ink, size * 0.08)
    canvas.polygon(
        shapes.leaf(x + size * 0.06, y - size, size * 0.6, size * 0.16, -28), (86, 140, 80)
    )


def _pear(
    canvas: Canvas, x: float, y: float, size: float, rng: random.Random, palette: Palette
) -> None:
    colour = mix(palette.second, (170, 190, 80), rng.uniform(0.3, 0.8))
    canvas.oval(x, y + size * 0.1, size * 0.88, size * 0.85, colour)
    shoulders = ((-0.8, -0.2), (-0.4, -1), (0.4, -1), (0.8, -0.2))
    canvas.polygon(shapes.scaled(x, y, size, *shoulders), colour)
    canvas.oval(x, y - size, size * 0.42, size * 0.42, colour)
    canvas.polygon(
        shapes.ellipse(x - size * 0.4, y, size * 0.13, size * 0.4, 8),
        mix(colour, palette.pale, 0.5),
    )
    canvas.line([(x, y - size * 1.3), (x + size * 0.12, y - size * 1.7)], palette.ink, size * 0.09)


def _orange(
    canvas: Canvas, x: float, y: float, size: float, rng: random.Random, palette: Palette
) -> None:
    colour = mix((240, 140, 40), palette.second, rng.uniform(0, 0.6))
    canvas.disc(x, y, size * 0.95, colour)
    canvas.disc(x - size * 0.3, y - size * 0.35, size * 0.22, mix(colour, palette.pale, 0.45))
    canvas.disc(x + size * 0.1, y - size * 0.7, size * 0.08, (70, 100, 50))
