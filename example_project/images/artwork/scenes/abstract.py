"""Scenes of nothing but form: Bauhaus compositions and paper cut-outs."""

from __future__ import annotations

import math
import random

from .. import shapes
from ..canvas import Canvas, Colour, fade, mix
from ..palettes import Palette


def bauhaus(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    paper = rng.choice((palette.pale, palette.low, mix(palette.pale, palette.far, 0.25)))
    canvas.fill(paper)
    inks = [ink for ink in palette.inks if _apart(ink, paper)]
    if rng.random() < 0.5:
        _tiles(canvas, rng, [*inks, palette.pale, palette.low])
        return
    width, height = canvas.width, canvas.height
    x, y = width * rng.uniform(0.3, 0.7), height * rng.uniform(0.3, 0.6)
    radius = width * rng.uniform(0.2, 0.32)
    canvas.polygon(
        shapes.turned(
            [
                (x - width, y + 40),
                (x + width, y + 40),
                (x + width, y + 40 + radius),
                (x - width, y + 40 + radius),
            ],
            (x, y),
            rng.uniform(-40, 40),
        ),
        rng.choice(inks),
    )
    canvas.disc(x, y, radius, palette.accent)
    canvas.pie(x, y, radius, rng.choice((0, 90, 180, 270)), 360, fade(palette.ink, 0.9))
    for _ in range(rng.randint(7, 11)):
        mark = rng.choice((_ringed, _bar, _half, _triangle))
        mark(canvas, rng, rng.choice(inks))
    slope = rng.uniform(-0.9, 0.9)
    for line in range(rng.randint(3, 7)):
        canvas.line(
            [(0, height * 0.2 + line * 14), (width, height * 0.2 + line * 14 + slope * width)],
            palette.ink,
            2,
        )


def _tiles(canvas: Canvas, rng: random.Random, inks: list[Colour]) -> None:
    """Cover the sheet with squares, each a quarter, a half or a whole of something."""
    side = canvas.width / rng.choice((4, 5, 6))
    for row in range(math.ceil(canvas.height / side)):
        for column in range(round(canvas.width / side)):
            left, top = column * side, row * side
            ground, figure, dot = rng.sample(inks, 3)
            canvas.box(left, top, left + side, top + side, ground)
            form = rng.randrange(5)
            turn = rng.randrange(4)
            corner = (left + side * (turn in (1, 2)), top + side * (turn >= 2))
            if form == 0:
                canvas.pie(*corner, side, 90 * turn, 90 * turn + 90, figure)
                canvas.pie(*corner, side * 0.5, 90 * turn, 90 * turn + 90, dot)
            elif form == 1:
                canvas.disc(left + side / 2, top + side / 2, side * 0.36, figure)
                canvas.disc(left + side / 2, top + side / 2, side * 0.14, dot)
            elif form == 2:
                triangle = [(left, top), (left + side, top), (left, top + side)]
                canvas.polygon(
                    shapes.turned(triangle, (left + side / 2, top + side / 2), 90 * turn), figure
                )
            elif form == 3:
                for stripe in (0, 2, 4):
                    canvas.box(
                        left,
                        top + stripe * side / 5,
                        left + side,
                        top + (stripe + 1) * side / 5,
                        figure,
                    )
            else:
                canvas.pie(
                    left + side / 2, top + side / 2, side * 0.44, 90 * turn, 90 * turn + 180, figure
                )


def _ringed(canvas: Canvas, rng: random.Random, colour: Colour) -> None:
    x, y = rng.uniform(0, canvas.width), rng.uniform(0, canvas.height)
    radius = rng.uniform(24, 80)
    canvas.ring(x, y, radius, colour, radius * rng.uniform(0.15, 0.4))


def _bar(canvas: Canvas, rng: random.Random, colour: Colour) -> None:
    x, y = rng.uniform(0, canvas.width), rng.uniform(0, canvas.height)
    bar = [(x - 130, y - 9), (x + 130, y - 9), (x + 130, y + 9), (x - 130, y + 9)]
    canvas.polygon(shapes.turned(bar, (x, y), rng.choice((0, 45, 90, 135))), colour)


def _half(canvas: Canvas, rng: random.Random, colour: Colour) -> None:
    start = rng.choice((0, 90, 180, 270))
    x, y = rng.uniform(0, canvas.width), rng.uniform(0, canvas.height)
    canvas.pie(x, y, rng.uniform(50, 120), start, start + 180, colour)


def _triangle(canvas: Canvas, rng: random.Random, colour: Colour) -> None:
    x, y, size = rng.uniform(0, canvas.width), rng.uniform(0, canvas.height), rng.uniform(50, 130)
    points = [(x, y - size), (x + size * 0.87, y + size * 0.5), (x - size * 0.87, y + size * 0.5)]
    canvas.polygon(shapes.turned(points, (x, y), rng.uniform(0, 120)), colour)


def cutouts(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    """Paper shapes on coloured panels."""
    columns, rows = rng.choice(((3, 3), (2, 2), (4, 3), (3, 2)))
    wide, tall = canvas.width / columns, canvas.height / rows
    inks = [*palette.inks, palette.pale, palette.low]
    last: Colour = ()
    for row in range(rows):
        for column in range(columns):
            ground = rng.choice([ink for ink in inks if ink != last])
            figure = rng.choice([ink for ink in inks if _apart(ink, ground)] or [palette.pale])
            last = ground
            left, top = column * wide, row * tall
            canvas.box(left, top, left + wide, top + tall, ground)
            size = min(wide, tall) * 0.42
            shape = rng.choice((_frond, _frond, _seaweed, _pebbles, _sunburst))
            shape(canvas, rng, left + wide / 2, top + tall / 2, size, figure)


def _frond(
    canvas: Canvas, rng: random.Random, x: float, y: float, size: float, colour: Colour
) -> None:
    lean, pairs = rng.uniform(-30, 30), rng.randint(4, 7)
    for pair in range(pairs):
        up = y + size * (0.75 - 1.35 * pair / pairs)
        length = size * (0.85 - 0.4 * pair / pairs)
        for degrees in (-32, -148):
            leaf = shapes.leaf(x, up, length, size * 0.11, degrees)
            canvas.polygon(shapes.turned(leaf, (x, y), lean), colour)
    spine = [(x - size * 0.04, y + size), (x + size * 0.04, y + size), (x, y - size)]
    canvas.polygon(shapes.turned(spine, (x, y), lean), colour)
    canvas.polygon(
        shapes.turned(shapes.leaf(x, y - size * 0.4, size * 0.6, size * 0.12, -90), (x, y), lean),
        colour,
    )


def _seaweed(
    canvas: Canvas, rng: random.Random, x: float, y: float, size: float, colour: Colour
) -> None:
    arms = rng.randint(5, 9)
    start = rng.uniform(0, 360)
    for arm in range(arms):
        angle = math.radians(start + 360 * arm / arms)
        end = (x + size * math.cos(angle), y + size * math.sin(angle))
        side = (x + size * 0.8 * math.cos(angle + 0.7), y + size * 0.8 * math.sin(angle + 0.7))
        path = shapes.curve((x, y), side, end)
        canvas.line(path, colour, size * 0.17)
        canvas.disc(*end, size * 0.12, colour)
    canvas.disc(x, y, size * 0.28, colour)


def _pebbles(
    canvas: Canvas, rng: random.Random, x: float, y: float, size: float, colour: Colour
) -> None:
    for dx, dy in ((-0.45, -0.45), (0.5, -0.35), (-0.35, 0.5), (0.45, 0.5)):
        canvas.polygon(
            shapes.blob(rng, x + dx * size, y + dy * size, size * rng.uniform(0.25, 0.42), 0.3),
            colour,
        )


def _sunburst(
    canvas: Canvas, rng: random.Random, x: float, y: float, size: float, colour: Colour
) -> None:
    rays = rng.choice((8, 11, 14))
    for ray in range(rays):
        canvas.polygon(shapes.leaf(x, y, size, size * 0.11, 360 * ray / rays), colour)
    canvas.disc(x, y, size * 0.42, colour)


def _apart(first: Colour, second: Colour) -> bool:
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) > 150
