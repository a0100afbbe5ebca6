"""The world below the surface: fish, weed and coral."""

from __future__ import annotations

import math
import random

from .. import shapes
from ..canvas import Canvas, Colour, fade, mix
from ..palettes import Palette


def reef(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    canvas.sky(mix(palette.high, palette.low, 0.45), mix(palette.high, palette.ink, 0.62))
    source = canvas.width * rng.uniform(0.1, 0.9)
    for _ in range(rng.randint(4, 8)):
        x, wide = source + rng.gauss(0, 170), rng.uniform(30, 110)
        slant = (x - source) * 0.8
        beam = [
            (x, -5),
            (x + wide * 0.5, -5),
            (x + slant + wide * 1.6, canvas.height),
            (x + slant, canvas.height),
        ]
        canvas.polygon(beam, fade(palette.light, 0.07))
    back = shapes.ridge(rng, canvas.width, canvas.height * 0.88, canvas.height * 0.16, 0.5)
    canvas.land(back, mix(palette.high, palette.ink, 0.5), mix(palette.near, palette.ink, 0.7))
    for _ in range(rng.randint(6, 14)):
        _weed(
            canvas,
            rng,
            mix(palette.near, rng.choice((palette.far, palette.accent)), rng.uniform(0, 0.6)),
        )
    tribes = [
        (palette.accent, palette.pale),
        (palette.second, palette.ink),
        (palette.pale, palette.accent),
    ]
    for _ in range(rng.randint(2, 3)):
        body, stripe = rng.choice(tribes)
        x, y = rng.uniform(0.2, 0.8) * canvas.width, rng.uniform(0.18, 0.7) * canvas.height
        size, facing = rng.uniform(14, 46), rng.choice((-1, 1))
        for _ in range(round(rng.uniform(90, 230) / size)):
            left, top = x + rng.gauss(0, 110), y + rng.gauss(0, 60)
            _fish(canvas, left, top, size * rng.uniform(0.8, 1.2), facing, (body, stripe))
    for _ in range(rng.randint(3, 5)):
        x, stem = rng.uniform(0, canvas.width), rng.uniform(50, 120)
        _coral(
            canvas,
            rng,
            x,
            canvas.height + 4,
            stem,
            -90,
            rng.choice((palette.accent, palette.second)),
        )
    sand = shapes.swell(rng, canvas.width, canvas.height * 0.95, 10)
    canvas.land(
        sand, mix(palette.low, palette.second, 0.35), mix(palette.near, palette.second, 0.5)
    )
    for _ in range(rng.randint(8, 26)):
        x, y = rng.uniform(0, canvas.width), rng.uniform(0, canvas.height * 0.9)
        canvas.ring(x, y, rng.uniform(2, 9), fade(palette.pale, 0.6), 1.4)


def _weed(canvas: Canvas, rng: random.Random, colour: Colour) -> None:
    x, tall = rng.uniform(0, canvas.width), canvas.height * rng.uniform(0.14, 0.46)
    phase = rng.uniform(0, math.tau)
    for blade in range(rng.randint(2, 4)):
        points = [
            (
                x + blade * 15 + 11 * math.sin(phase + blade + 5 * t / 20),
                canvas.height - tall * t / 20,
            )
            for t in range(21)
        ]
        canvas.line(points, colour, rng.uniform(5, 10))


def _fish(
    canvas: Canvas, x: float, y: float, size: float, facing: int, colours: tuple[Colour, Colour]
) -> None:
    forward = size * facing
    tail = [
        (x + forward * dx, y + size * dy)
        for dx, dy in ((-0.7, 0), (-1.5, -0.5), (-1.3, 0), (-1.5, 0.5))
    ]
    fin = [
        (x + forward * dx, y + size * dy) for dx, dy in ((0.3, -0.4), (-0.5, -0.85), (-0.5, -0.3))
    ]
    canvas.polygon(tail, colours[0])
    canvas.polygon(fin, mix(colours[0], colours[1], 0.3))
    canvas.oval(x, y, size, size * 0.55, colours[0])
    for stripe in (0.25, -0.3):
        middle = x + facing * size * stripe
        canvas.oval(middle, y, size * 0.11, size * 0.5, colours[1])
    canvas.disc(x + facing * size * 0.62, y - size * 0.1, size * 0.12, (250, 250, 250))
    canvas.disc(x + facing * size * 0.65, y - size * 0.1, size * 0.065, (20, 20, 30))


def _coral(
    canvas: Canvas,
    rng: random.Random,
    x: float,
    y: float,
    length: float,
    degrees: float,
    colour: Colour,
) -> None:
    """Grow a branch and, while there is length left, its own branches."""
    angle = math.radians(degrees)
    end = (x + length * math.cos(angle), y + length * math.sin(angle))
    canvas.line([(x, y), end], colour, length * 0.17)
    canvas.disc(*end, length * 0.085, colour)
    if length > 18:
        for turn in (-32, 26):
            bend = degrees + turn + rng.uniform(-12, 12)
            _coral(canvas, rng, *end, length * rng.uniform(0.6, 0.75), bend, colour)
