"""Scenes that repeat: quilts and printed waves."""

from __future__ import annotations

import math
import random

from .. import shapes
from ..canvas import Canvas, Colour, fade, mix
from ..palettes import Palette


def quilt(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    canvas.fill(palette.pale)
    side = canvas.width / rng.choice((4, 5, 6))
    rows, columns = math.ceil(canvas.height / side), round(canvas.width / side)
    blocks = rng.sample((_pinwheel, _star, _log_cabin, _diamonds), rng.choice((1, 2)))
    first, *others = palette.inks
    inks = [first, *rng.sample(others, 3)]
    rng.shuffle(inks)
    for row in range(rows):
        for column in range(columns):
            odd = (row + column) % 2
            colours = inks if odd else [inks[2], inks[3], inks[0], inks[1]]
            block = blocks[odd % len(blocks)]
            block(canvas, column * side, row * side, side, colours, palette.pale)
    stitch = fade(palette.pale, 0.5)
    for row in range(rows + 1):
        for dash in range(round(canvas.width / 12)):
            canvas.line([(dash * 12, row * side), (dash * 12 + 6, row * side)], stitch, 1.6)
    for column in range(columns + 1):
        for dash in range(round(canvas.height / 12)):
            canvas.line([(column * side, dash * 12), (column * side, dash * 12 + 6)], stitch, 1.6)


def _pinwheel(
    canvas: Canvas, x: float, y: float, side: float, inks: list[Colour], paper: Colour
) -> None:
    centre = (x + side / 2, y + side / 2)
    canvas.box(x, y, x + side, y + side, mix(paper, inks[1], 0.2))
    for turn in range(4):
        vane = [centre, (x, y), (x + side / 2, y)]
        canvas.polygon(shapes.turned(vane, centre, 90 * turn), inks[0])
        vane = [(x, y), (x + side / 4, y + side / 4), (x, y + side / 2)]
        canvas.polygon(shapes.turned(vane, centre, 90 * turn), inks[2])


def _star(
    canvas: Canvas, x: float, y: float, side: float, inks: list[Colour], paper: Colour
) -> None:
    centre = (x + side / 2, y + side / 2)
    canvas.box(x, y, x + side, y + side, mix(paper, inks[1], 0.75))
    for turn in range(8):
        kite = shapes.scaled(*centre, side, (0, 0), (0.24, -0.1), (0.48, 0), (0.24, 0.1))
        ray = shapes.turned(kite, centre, 45 * turn)
        canvas.polygon(ray, inks[0] if turn % 2 else inks[2])
    canvas.disc(*centre, side * 0.07, paper)


def _log_cabin(
    canvas: Canvas, x: float, y: float, side: float, inks: list[Colour], paper: Colour
) -> None:
    for ring in range(5):
        inset = side * 0.1 * ring
        left, top, right, bottom = x + inset, y + inset, x + side - inset, y + side - inset
        canvas.polygon(
            [(left, top), (right, top), (left, bottom)], mix(inks[0], paper, 0.16 * (ring % 3))
        )
        canvas.polygon(
            [(right, bottom), (right, top), (left, bottom)], mix(inks[1], paper, 0.16 * (ring % 3))
        )
    canvas.box(x + side * 0.42, y + side * 0.42, x + side * 0.58, y + side * 0.58, inks[2])


def _diamonds(
    canvas: Canvas, x: float, y: float, side: float, inks: list[Colour], paper: Colour
) -> None:
    canvas.box(x, y, x + side, y + side, inks[1])
    half = side / 2
    for share, colour in ((1.0, inks[0]), (0.66, paper), (0.4, inks[2])):
        reach = half * share
        diamond = shapes.scaled(x + half, y + half, reach, (0, -1), (1, 0), (0, 1), (-1, 0))
        canvas.polygon(diamond, colour)


def waves(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    """Fans over fans, like printed cotton, under a band of sky."""
    canvas.sky(palette.high, palette.low)
    shore = canvas.height * rng.choice((-0.1, 0.3, 0.42, 0.5))
    if shore > 0:
        x, radius = canvas.width * rng.uniform(0.2, 0.8), rng.uniform(70, 130)
        canvas.disc(x, shore, radius, palette.accent)
        for band in range(4):
            y = shore * (0.15 + 0.2 * band)
            left = rng.uniform(-100, canvas.width * 0.7)
            canvas.box(left, y, left + rng.uniform(160, 420), y + 12, fade(palette.pale, 0.8), 6)
    radius = canvas.width / rng.choice((5, 6, 8))
    rows = math.ceil((canvas.height - shore) / (radius * 0.5)) + 2
    inks = [palette.near, palette.pale, mix(palette.near, palette.high, 0.5), palette.pale]
    odd = rng.choice((palette.accent, palette.second))
    for row in range(rows):
        y = shore + radius * 0.8 + row * radius * 0.5
        for column in range(-1, math.ceil(canvas.width / radius / 2) + 2):
            x = column * radius * 2 + row % 2 * radius
            fan = [odd, *inks[1:]] if rng.random() < 0.1 else inks
            for ring in range(6):
                canvas.disc(x, y, radius * (1 - ring / 6.4), fan[ring % 4])
