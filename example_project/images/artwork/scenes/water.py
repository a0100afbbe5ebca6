"""Scenes on the water: boats, a lighthouse, a regatta."""

from __future__ import annotations

import random

from .. import props, shapes
from ..canvas import Canvas, Colour, fade, mix
from ..palettes import Palette


def sea(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    horizon = canvas.height * rng.uniform(0.38, 0.62)
    canvas.sky(palette.high, palette.low, end=horizon)
    x, radius = canvas.width * rng.uniform(0.18, 0.82), rng.uniform(30, 80)
    if palette.dark:
        props.stars(canvas, rng, palette, 120, horizon)
    props.sun(canvas, palette, x, horizon - radius * rng.uniform(-0.1, 1.9), radius)
    props.clouds(canvas, rng, palette, rng.randint(0, 4), horizon * 0.8)
    _water(canvas, palette, horizon)
    if rng.random() < 0.5:
        island = shapes.ridge(rng, canvas.width * 0.4, horizon + 1, 34, 0.45)
        start = rng.choice((-0.1, 0.7)) * canvas.width
        outline = [(start + left, min(top, horizon + 1)) for left, top in island]
        canvas.polygon(
            [*outline, (outline[-1][0], horizon + 1), (outline[0][0], horizon + 1)], palette.far
        )
    props.glitter(canvas, rng, palette.light, x, horizon, radius)
    props.ripples(canvas, rng, palette.low, 50, horizon)
    for _ in range(rng.randint(1, 4)):
        depth = rng.random() ** 1.4
        size = 26 + 120 * depth
        y = horizon + 6 + depth * (canvas.height - horizon) * 0.62
        boat = rng.choice((_dinghy, _trawler))
        boat(canvas, rng, rng.uniform(0.12, 0.88) * canvas.width, y, size, palette)


def _dinghy(
    canvas: Canvas, rng: random.Random, x: float, y: float, size: float, palette: Palette
) -> None:
    canvas.oval(x, y + size * 0.1, size * 0.45, size * 0.07, fade(palette.ink, 0.25))
    colours = (palette.pale, palette.accent, palette.second)
    sails = (rng.choice(colours), rng.choice(colours))
    props.sailboat(canvas, x, y, size, palette.ink, sails)


def _trawler(
    canvas: Canvas, rng: random.Random, x: float, y: float, size: float, palette: Palette
) -> None:
    hull = rng.choice((palette.accent, palette.ink, palette.near))
    canvas.oval(x, y + size * 0.08, size * 0.55, size * 0.07, fade(palette.ink, 0.25))
    outline = [(-0.55, -0.28), (0.6, -0.36), (0.46, 0.05), (-0.46, 0.05)]
    canvas.polygon([(x + size * dx, y + size * dy) for dx, dy in outline], hull)
    canvas.line(
        [(x - size * 0.53, y - size * 0.22), (x + size * 0.57, y - size * 0.28)],
        palette.pale,
        size * 0.03,
    )
    canvas.box(x - size * 0.34, y - size * 0.6, x + size * 0.02, y - size * 0.26, palette.pale)
    canvas.box(x - size * 0.38, y - size * 0.65, x + size * 0.06, y - size * 0.58, hull)
    window = palette.light if palette.dark else palette.ink
    for left in (-0.28, -0.12):
        canvas.box(
            x + size * left, y - size * 0.53, x + size * (left + 0.1), y - size * 0.42, window
        )
    canvas.line(
        [(x + size * 0.2, y - size * 0.3), (x + size * 0.2, y - size * 0.95)],
        palette.ink,
        size * 0.025,
    )
    canvas.line(
        [(x + size * 0.2, y - size * 0.9), (x + size * 0.56, y - size * 0.36)],
        palette.ink,
        size * 0.012,
    )


def lighthouse(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    horizon = canvas.height * rng.uniform(0.6, 0.72)
    canvas.sky(palette.high, palette.low, end=horizon)
    side = rng.choice((-1, 1))
    if palette.dark:
        props.stars(canvas, rng, palette, 160, horizon)
    else:
        props.sun(
            canvas,
            palette,
            canvas.width * (0.5 - side * 0.28),
            horizon * rng.uniform(0.3, 0.9),
            rng.uniform(24, 60),
        )
        props.clouds(canvas, rng, palette, rng.randint(1, 5), horizon * 0.8)
    _water(canvas, palette, horizon)
    props.ripples(canvas, rng, mix(palette.low, palette.pale, 0.5), 80, horizon)
    x = canvas.width * (0.5 + side * rng.uniform(0.1, 0.26))
    reach = canvas.width * rng.uniform(0.34, 0.42)
    rock = shapes.ridge(rng, reach * 2, horizon + 8, 30, 0.55)
    cliff = [
        (x - reach + left, y + (abs(left - reach) / reach) ** 3 * canvas.height * 0.5)
        for left, y in rock
    ]
    canvas.land(cliff, mix(palette.far, palette.near, 0.55), palette.ink)
    _tower(
        canvas,
        rng,
        palette,
        x,
        shapes.height_at(cliff, x) + 8,
        canvas.height * rng.uniform(0.38, 0.5),
        side,
    )
    props.birds(canvas, rng, palette.pale, rng.randint(2, 6), horizon * 0.7)


def _tower(
    canvas: Canvas,
    rng: random.Random,
    palette: Palette,
    x: float,
    base: float,
    tall: float,
    side: int,
) -> None:
    foot, head = tall * 0.13, tall * 0.08
    lamp = base - tall * 1.07
    if palette.dark:
        for reach, strength in ((1.0, 0.10), (0.6, 0.14)):
            beam = [
                (x, lamp),
                (x - side * 900, lamp - 110 * reach),
                (x - side * 900, lamp + 90 * reach),
            ]
            canvas.polygon(beam, fade(palette.light, strength))
    bands = rng.choice((1, 5, 7))
    for band in range(bands):
        low, high = band / bands, (band + 1) / bands
        colour = palette.pale if band % 2 else palette.accent
        wide, thin = foot + (head - foot) * low, foot + (head - foot) * high
        left = [(x - wide, base - tall * low), (x - thin, base - tall * high)]
        canvas.polygon([*left, *shapes.flipped(left, x)], colour if bands > 1 else palette.pale)
    right = [
        (x + foot * 0.3, base),
        (x + foot, base),
        (x + head, base - tall),
        (x + head * 0.3, base - tall),
    ]
    canvas.polygon(right, fade(palette.ink, 0.16))
    canvas.box(x - head * 1.4, base - tall * 1.02, x + head * 1.4, base - tall, palette.ink)
    canvas.box(
        x - head * 0.75, base - tall * 1.13, x + head * 0.75, base - tall * 1.02, palette.light
    )
    canvas.pie(x, base - tall * 1.13, head * 1.05, 180, 360, palette.accent)
    canvas.glow(x, lamp, tall * 0.3, palette.light, 0.7)
    canvas.box(x - foot * 0.22, base - tall * 0.12, x + foot * 0.22, base, palette.ink, foot * 0.2)
    for up in (0.38, 0.68):
        canvas.box(x - 3, base - tall * up - 9, x + 3, base - tall * up, palette.ink, 3)


def regatta(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    horizon = canvas.height * rng.uniform(0.26, 0.4)
    canvas.sky(palette.high, palette.low, end=horizon)
    props.clouds(canvas, rng, palette, rng.randint(1, 5), horizon)
    shore = shapes.swell(rng, canvas.width, horizon - 4, 16)
    canvas.land(shore, palette.far, palette.far)
    _water(canvas, palette, horizon)
    props.ripples(canvas, rng, palette.pale, 110, horizon)
    colours = (palette.pale, palette.pale, palette.accent, palette.second, palette.light)
    heel = rng.uniform(-9, 9)
    count = rng.randint(7, 16)
    for step in range(count):
        depth = (step / (count - 1)) ** 1.6
        size = 34 + 150 * depth
        x = rng.uniform(0.03, 0.97) * canvas.width
        y = horizon + 8 + depth * (canvas.height - horizon) * 0.82
        canvas.oval(x, y + size * 0.06, size * 0.55, size * 0.06, fade(palette.pale, 0.4))
        _racer(canvas, x, y, size, heel, (palette.ink, rng.choice(colours), rng.choice(colours)))


def _racer(
    canvas: Canvas, x: float, y: float, size: float, heel: float, colours: tuple[Colour, ...]
) -> None:
    """Draw a lean racing boat, heeled over by the wind."""
    hull = [(-0.42, -0.1), (0.5, -0.12), (0.3, 0.02), (-0.36, 0.02)]
    main = [*shapes.curve((0, -1.45), (0.44, -0.7), (0.4, -0.2)), (0, -0.2)]
    jib = [*shapes.curve((-0.03, -1.2), (-0.42, -0.62), (-0.4, -0.18)), (-0.04, -0.26)]
    for outline, colour in zip((hull, main, jib), colours, strict=True):
        points = shapes.scaled(x, y, size, *outline)
        canvas.polygon(shapes.turned(points, (x, y), heel), colour)


def _water(canvas: Canvas, palette: Palette, horizon: float) -> None:
    near = mix(palette.high, palette.near, 0.55)
    canvas.sky(mix(palette.high, palette.low, 0.5), near, start=horizon)
