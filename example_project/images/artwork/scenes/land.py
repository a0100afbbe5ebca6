"""Scenes of open land: mountains, woods, dunes, a lake."""

from __future__ import annotations

import random

from .. import props, shapes
from ..canvas import Canvas, Point, fade, mix
from ..palettes import Palette


def ridges(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    canvas.sky(palette.high, palette.low)
    horizon = canvas.height * rng.uniform(0.3, 0.48)
    if palette.dark:
        props.stars(canvas, rng, palette, 90, horizon)
    if rng.random() < 0.7:
        x = canvas.width * rng.uniform(0.15, 0.85)
        props.sun(canvas, palette, x, horizon * rng.uniform(0.45, 0.9), rng.uniform(20, 58))
    if rng.random() < 0.5:
        props.peaks(canvas, rng, palette, horizon + canvas.height * 0.16, canvas.height * 0.36)
    count = rng.randint(4, 7)
    roughness = rng.uniform(0.4, 0.56)
    line: list[Point] = []
    for step in range(count):
        depth = step / (count - 1)
        base = horizon + (canvas.height * 0.93 - horizon) * depth
        height = canvas.height * rng.uniform(0.1, 0.34) * (1 - 0.5 * depth)
        line = shapes.ridge(rng, canvas.width, base, height, roughness)
        colour = mix(palette.far, palette.near, depth**1.2)
        canvas.land(line, colour, mix(colour, palette.low, 0.6 * (1 - depth)))
    if rng.random() < 0.6:
        for _ in range(rng.randint(12, 40)):
            x = rng.uniform(0, canvas.width)
            props.conifer(
                canvas, x, shapes.height_at(line, x) + 8, rng.uniform(26, 62), palette.near
            )
    if not palette.dark:
        props.birds(canvas, rng, palette.near, rng.randint(0, 7), horizon)


def _wood(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    """Draw what shows between the trees: a sky with the light somewhere behind."""
    canvas.sky(mix(palette.high, palette.low, 0.3), palette.low)
    x = canvas.width * rng.uniform(0.2, 0.8)
    canvas.glow(x, canvas.height * 0.4, canvas.width * 0.5, palette.light, 0.8)


def firs(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    _wood(canvas, rng, palette)
    for step in range(5):
        depth = step / 4
        colour = mix(palette.far, palette.near, depth)
        base = canvas.height * (0.56 + 0.4 * depth)
        line = shapes.swell(rng, canvas.width, base, canvas.height * 0.05)
        for _ in range(round(34 - 24 * depth)):
            x = rng.uniform(-20, canvas.width + 20)
            tall = canvas.height * rng.uniform(0.16, 0.26) * (1 + 1.3 * depth)
            props.conifer(canvas, x, shapes.height_at(line, x) + 10, tall, colour)
        canvas.land(line, colour, colour)
        canvas.haze(base - 30, base + canvas.height * 0.14, palette.low, 0.4 * (1 - depth))


def birches(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    _wood(canvas, rng, palette)
    for step in range(3):
        depth = step / 2
        trunk = mix(mix(palette.far, palette.low, 0.3), palette.pale, depth)
        bark = mix(palette.far, palette.ink, depth)
        base = canvas.height * (0.74 + 0.14 * depth)
        canvas.land(
            shapes.swell(rng, canvas.width, base - 14, 10),
            mix(palette.far, palette.second, 0.3 + 0.3 * depth),
            mix(palette.far, palette.near, depth),
        )
        for _ in range(round(15 - 8 * depth)):
            x, half = rng.uniform(0, canvas.width), (3 + 11 * depth) * rng.uniform(0.7, 1.2)
            lean = rng.uniform(-18, 18)
            canvas.polygon(
                [
                    (x - half, base),
                    (x + half, base),
                    (x + lean + half * 0.7, -5),
                    (x + lean - half * 0.7, -5),
                ],
                trunk,
            )
            for _ in range(rng.randint(8, 15)):
                y = rng.uniform(0, base)
                edge = x + lean * (1 - y / base) + rng.choice((-0.75, 0.1)) * half
                canvas.line(
                    [(edge, y), (edge + half * rng.uniform(0.4, 0.9), y + 1)], bark, 1 + 2.2 * depth
                )
        for _ in range(150):
            x, y = rng.uniform(0, canvas.width), canvas.height * rng.betavariate(1, 3.5)
            tint = mix(rng.choice((palette.accent, palette.second)), palette.low, 0.6 - 0.6 * depth)
            canvas.polygon(
                shapes.leaf(x, y, 8 + 14 * depth, 3 + 3 * depth, rng.uniform(0, 360)), tint
            )


def desert(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    canvas.sky(palette.high, palette.low)
    horizon = canvas.height * rng.uniform(0.46, 0.6)
    if palette.dark:
        props.stars(canvas, rng, palette, 140, horizon)
    x = canvas.width * rng.uniform(0.2, 0.8)
    props.sun(canvas, palette, x, horizon * rng.uniform(0.5, 0.98), rng.uniform(34, 88))
    mesa = mix(palette.far, palette.low, 0.35)
    for _ in range(rng.randint(0, 3)):
        left, wide, tall = rng.uniform(0, canvas.width), rng.uniform(60, 190), rng.uniform(40, 110)
        canvas.polygon(
            [
                (left - 18, horizon + 20),
                (left, horizon - tall),
                (left + wide, horizon - tall),
                (left + wide + 24, horizon + 20),
            ],
            mesa,
        )
    sand = mix(palette.far, palette.second, 0.4)
    line: list[Point] = []
    for step in range(4):
        depth = step / 3
        base = horizon + (canvas.height * 0.86 - horizon) * depth
        line = shapes.swell(rng, canvas.width, base, canvas.height * 0.07)
        lit = mix(sand, palette.near, 0.75 * depth)
        canvas.land(line, mix(lit, palette.light, 0.35 - 0.2 * depth), lit)
        for fold in range(5):
            crest = [(x, y + 12 + fold * (9 + 9 * depth)) for x, y in line]
            canvas.line(crest, fade(palette.near, 0.10), 1.5)
    for _ in range(rng.randint(1, 4)):
        x, tall = rng.uniform(0.06, 0.94) * canvas.width, rng.uniform(0.14, 0.36) * canvas.height
        _cactus(canvas, rng, x, shapes.height_at(line, x) + 14, tall, palette)


def _cactus(
    canvas: Canvas, rng: random.Random, x: float, base: float, tall: float, palette: Palette
) -> None:
    colour = mix(palette.ink, palette.near, 0.35)
    half = tall * 0.075
    canvas.box(x - half, base - tall, x + half, base, colour, half)
    for side in (-1, 1):
        if rng.random() < 0.8:
            elbow, up = base - tall * rng.uniform(0.35, 0.55), tall * rng.uniform(0.2, 0.4)
            reach, thin = x + side * tall * 0.23, half * 0.72
            left, right = sorted((x, reach))
            canvas.box(left - thin, elbow - thin, right + thin, elbow + thin, colour, thin)
            canvas.box(reach - thin, elbow - up, reach + thin, elbow + thin, colour, thin)
            canvas.disc(reach, elbow - up, thin * 0.6, palette.accent)


def lake(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    shore = canvas.height * rng.uniform(0.5, 0.6)
    canvas.sky(palette.high, palette.low, end=shore)
    if palette.dark:
        props.stars(canvas, rng, palette, 120, shore)
    else:
        props.clouds(canvas, rng, palette, rng.randint(0, 4), shore * 0.6)
    props.sun(
        canvas,
        palette,
        canvas.width * rng.uniform(0.1, 0.9),
        shore * rng.uniform(0.25, 0.6),
        rng.uniform(18, 44),
    )
    if rng.random() < 0.5:
        props.peaks(canvas, rng, palette, shore - 2, canvas.height * 0.4)
    for step in range(3):
        depth = step / 2
        height = canvas.height * (0.34 - 0.13 * step) * rng.uniform(0.7, 1)
        line = shapes.ridge(rng, canvas.width, shore - 4, height, 0.47)
        colour = mix(palette.far, palette.near, 0.8 * depth)
        canvas.land(
            line, mix(colour, palette.pale, 0.3 - 0.3 * depth), mix(colour, palette.low, 0.25)
        )
    for _ in range(rng.randint(10, 60)):
        x = rng.uniform(0, canvas.width)
        props.conifer(canvas, x, shore + 2, rng.uniform(18, 56), palette.near)
    canvas.mirror(shore)
    canvas.box(
        0, shore, canvas.width, canvas.height, fade(mix(palette.high, palette.near, 0.4), 0.3)
    )
    canvas.line([(0, shore), (canvas.width, shore)], fade(palette.pale, 0.6), 2)
    props.ripples(canvas, rng, mix(palette.low, palette.pale, 0.4), 70, shore)
    x = rng.uniform(0.2, 0.8) * canvas.width
    y = shore + rng.uniform(0.25, 0.6) * (canvas.height - shore)
    canvas.polygon(shapes.curve((x - 46, y - 6), (x, y + 22), (x + 46, y - 6)), palette.accent)
    canvas.oval(x, y - 5, 40, 3, mix(palette.accent, palette.ink, 0.6))
