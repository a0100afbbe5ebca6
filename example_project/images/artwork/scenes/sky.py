"""Scenes above: starry nights and hot-air balloons."""

from __future__ import annotations

import random

from .. import props, shapes
from ..canvas import Canvas, Colour, fade, mix
from ..palettes import Palette


def starlight(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    canvas.sky(palette.high, palette.low)
    horizon = canvas.height * rng.uniform(0.76, 0.88)
    tilt, start = rng.uniform(-0.9, 0.9), rng.uniform(0.25, 0.75) * canvas.width
    for step in range(24):
        # The milky way: many faint lights along a slanting band.
        y = horizon * step / 23
        canvas.glow(
            start + tilt * y + rng.gauss(0, 18), y, rng.uniform(40, 110), palette.second, 0.09
        )
    props.stars(canvas, rng, palette, rng.randint(260, 520), horizon)
    for _ in range(170):
        y = horizon * rng.random()
        canvas.disc(
            start + tilt * y + rng.gauss(0, 42), y, rng.uniform(0.5, 1.3), fade(palette.pale, 0.8)
        )
    x, y, radius = (
        canvas.width * rng.uniform(0.15, 0.85),
        horizon * rng.uniform(0.15, 0.45),
        rng.uniform(26, 56),
    )
    if rng.random() < 0.5:
        canvas.glow(x, y, radius * 4, palette.light, 0.3)
        canvas.polygon(shapes.crescent(x, y, radius, rng.uniform(-60, 40)), palette.light)
    else:
        props.sun(canvas, palette, x, y, radius)
    for _ in range(rng.randint(0, 2)):
        x, y = rng.uniform(0, canvas.width), rng.uniform(0.05, 0.4) * horizon
        for part in range(14):
            tail = (x + part * 6, y - part * 2.5)
            canvas.line(
                [tail, (tail[0] + 6, tail[1] - 2.5)], fade(palette.pale, 0.9 - part * 0.06), 1.8
            )
    far = shapes.ridge(rng, canvas.width, horizon, canvas.height * 0.12, 0.5)
    canvas.land(far, palette.far, mix(palette.far, palette.near, 0.6))
    near = shapes.swell(rng, canvas.width, canvas.height * 0.93, 18)
    canvas.land(near, palette.near, palette.ink)
    camp = rng.uniform(0.2, 0.8) * canvas.width
    for _ in range(rng.randint(6, 24)):
        x = rng.uniform(0, canvas.width)
        if abs(x - camp) > 80:
            props.conifer(
                canvas, x, shapes.height_at(near, x) + 6, rng.uniform(36, 100), palette.ink
            )
    if rng.random() < 0.7:
        _tent(canvas, camp, shapes.height_at(near, camp) + 10, rng.uniform(34, 54), palette)


def _tent(canvas: Canvas, x: float, base: float, size: float, palette: Palette) -> None:
    canvas.glow(x, base - size * 0.4, size * 2.4, palette.accent, 0.5)
    for half, colour in ((1.0, palette.accent), (0.28, palette.light)):
        canvas.polygon(shapes.scaled(x, base, size, (-half, 0), (0, -1), (half, 0)), colour)
    canvas.line([(x, base - size), (x, base)], mix(palette.accent, palette.ink, 0.4), 2)


def balloons(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    canvas.sky(palette.high, palette.low)
    horizon = canvas.height * rng.uniform(0.8, 0.9)
    props.sun(
        canvas,
        palette,
        canvas.width * rng.uniform(0.1, 0.9),
        horizon * rng.uniform(0.6, 1),
        rng.uniform(30, 56),
    )
    props.clouds(canvas, rng, palette, rng.randint(2, 6), horizon)
    for step in range(3):
        colour = mix(palette.far, palette.near, step / 2)
        base = horizon + (canvas.height - horizon) * step / 3
        line = shapes.ridge(rng, canvas.width, base, canvas.height * (0.12 - 0.03 * step), 0.42)
        canvas.land(line, colour, mix(colour, palette.low, 0.3 - 0.1 * step))
    colours = [palette.accent, palette.second, palette.pale, palette.near, palette.light]
    count = rng.randint(3, 8)
    sizes = sorted(rng.uniform(18, 46) for _ in range(count - 1))
    for size in [*sizes, rng.uniform(74, 118)]:
        x = rng.uniform(0.1, 0.9) * canvas.width
        y = rng.uniform(0.14, 0.62) * canvas.height
        _balloon(canvas, rng, x, max(y, size * 1.2), size, rng.sample(colours, 3))


def _balloon(
    canvas: Canvas, rng: random.Random, x: float, y: float, size: float, colours: list[Colour]
) -> None:
    mouth, basket = y + size * 1.32, y + size * 1.62
    for side in (-1, 1):
        canvas.line(
            [(x + side * size * 0.2, mouth), (x + side * size * 0.13, basket)],
            colours[2],
            size * 0.02,
        )
    canvas.box(
        x - size * 0.15, basket, x + size * 0.15, basket + size * 0.22, (104, 66, 40), size * 0.04
    )
    gores = rng.choice((5, 7, 9))
    # From the widest gore to the narrowest, so that each covers the middle of the last.
    for gore in range(gores):
        half = size * (1 - gore / gores)
        colour = colours[gore % 2]
        canvas.polygon(_envelope(x, y, half, size), colour)
    if rng.random() < 0.5:
        band = ((-0.99, -0.06), (0.99, -0.06), (0.97, 0.2), (-0.97, 0.2))
        canvas.polygon(shapes.scaled(x, y, size, *band), colours[2])
    collar = ((-0.2, 1.3), (0.2, 1.3), (0.15, 1.36), (-0.15, 1.36))
    canvas.polygon(shapes.scaled(x, y, size, *collar), colours[2])


def _envelope(x: float, y: float, half: float, size: float) -> list[tuple[float, float]]:
    dome = [point for point in shapes.ellipse(x, y, half, size) if point[1] <= y + 0.1]
    right, left = max(dome), min(dome)
    dome = sorted(dome)
    mouth = y + size * 1.32
    down = shapes.curve(right, (right[0], y + size * 0.7), (x + half * 0.2, mouth))
    up = shapes.curve((x - half * 0.2, mouth), (left[0], y + size * 0.7), left)
    return [*dome, *down, *up]
