"""Scenes where people live: fields with a farm, a village in the snow."""

from __future__ import annotations

import random

from .. import props, shapes
from ..canvas import Canvas, Point, fade, mix
from ..palettes import Palette


def fields(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    horizon = canvas.height * rng.uniform(0.3, 0.5)
    canvas.sky(palette.high, palette.low, end=horizon + 60)
    props.sun(
        canvas, palette, canvas.width * rng.uniform(0.1, 0.9), horizon * 0.5, rng.uniform(18, 40)
    )
    props.clouds(canvas, rng, palette, rng.randint(0, 5), horizon)
    crops = [palette.far, palette.second, mix(palette.near, palette.second, 0.5), palette.near]
    crops += [mix(palette.far, palette.accent, 0.45), mix(palette.far, palette.near, 0.5)]
    rng.shuffle(crops)
    farm = rng.randint(1, 3)
    for step, crop in enumerate(crops):
        depth = step / (len(crops) - 1)
        base = horizon + 20 + (canvas.height * 0.9 - horizon) * depth**1.25
        line = shapes.swell(rng, canvas.width, base, canvas.height * (0.04 + 0.05 * depth))
        colour = mix(crop, palette.low, 0.35 * (1 - depth))
        canvas.land(line, mix(colour, palette.light, 0.2), mix(colour, palette.near, 0.25))
        _furrows(canvas, rng, palette, line, depth)
        for _ in range(rng.randint(1, 6)):
            x = rng.uniform(0, canvas.width)
            tree = rng.choice((props.round_tree, props.cypress))
            tree(
                canvas,
                x,
                shapes.height_at(line, x) + 3,
                22 + 58 * depth * rng.uniform(0.6, 1),
                mix(palette.near, palette.far, 0.35 - 0.35 * depth),
            )
        if step == farm:
            x = rng.uniform(0.15, 0.75) * canvas.width
            y = shapes.height_at(line, x) + 8
            props.house(canvas, x, y, 34 + 14 * step, palette.pale, palette.accent, palette.ink)


def _furrows(
    canvas: Canvas, rng: random.Random, palette: Palette, line: list[Point], depth: float
) -> None:
    """Rule the field in rows that follow the hill, or that run towards the viewer."""
    ink = fade(palette.near, 0.16)
    if rng.random() < 0.5:
        for row in range(1, 9):
            canvas.line([(x, y + row * (6 + 9 * depth)) for x, y in line], ink, 1 + 1.5 * depth)
        return
    vanish = rng.uniform(0.2, 0.8) * canvas.width
    for x, y in line[::3]:
        reach = 60 + 160 * depth
        canvas.line([(x, y + 1), (x + (x - vanish) * 0.6, y + reach)], ink, 1 + 1.5 * depth)


def village(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    canvas.sky(palette.high, palette.low)
    horizon = canvas.height * rng.uniform(0.4, 0.52)
    if palette.dark:
        props.stars(canvas, rng, palette, 110, horizon)
    props.sun(
        canvas, palette, canvas.width * rng.uniform(0.1, 0.9), horizon * 0.4, rng.uniform(16, 34)
    )
    hills = mix(palette.far, palette.pale, 0.25)
    canvas.land(shapes.ridge(rng, canvas.width, horizon, canvas.height * 0.2), hills, palette.low)
    snow = mix(palette.pale, palette.high, 0.12)
    shade = mix(palette.pale, palette.high, 0.4)
    for step in range(4):
        depth = step / 3
        base = horizon + (canvas.height * 0.88 - horizon) * depth + 12
        line = shapes.swell(rng, canvas.width, base, canvas.height * 0.035)
        for _ in range(rng.randint(5, 10)):
            x, tall = rng.uniform(0, canvas.width), (34 + 60 * depth) * rng.uniform(0.7, 1.2)
            green = mix(palette.near, palette.far, 0.4 - 0.4 * depth)
            props.conifer(canvas, x, shapes.height_at(line, x) + 6, tall, green)
        for _ in range(rng.randint(2, 4) if step < 3 else 0):
            x, size = (
                rng.uniform(0.03, 0.9) * canvas.width,
                (34 + 40 * depth) * rng.uniform(0.8, 1.2),
            )
            wall = rng.choice(
                (
                    palette.accent,
                    palette.second,
                    palette.near,
                    mix(palette.accent, palette.near, 0.5),
                )
            )
            props.house(
                canvas, x, shapes.height_at(line, x) + 10, size, wall, palette.pale, palette.light
            )
        canvas.land(line, snow, shade)
    for _ in range(rng.choice((0, 110, 260))):
        x, y = rng.uniform(0, canvas.width), rng.uniform(0, canvas.height)
        canvas.disc(x, y, rng.uniform(0.8, 3), fade(palette.pale, rng.uniform(0.5, 1)))
