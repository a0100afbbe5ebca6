"""Scenes in town: skylines, canal houses, birds on a wire."""

from __future__ import annotations

import random

from .. import props, shapes
from ..canvas import Canvas, Colour, fade, mix
from ..palettes import Palette


def skyline(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    canvas.sky(palette.high, palette.low)
    ground = canvas.height * rng.choice((0.78, 1.02, 1.02))
    if palette.dark:
        props.stars(canvas, rng, palette, 90, ground * 0.6)
    props.sun(
        canvas,
        palette,
        canvas.width * rng.uniform(0.12, 0.88),
        ground * rng.uniform(0.12, 0.5),
        rng.uniform(20, 60),
    )
    for step in range(3):
        depth = step / 2
        colour = mix(mix(palette.far, palette.low, 0.3), palette.near, depth)
        tall = ground * (0.62 - 0.17 * depth)
        lit = palette.light if step % 2 else palette.second
        x = rng.uniform(-40, 0)
        while x < canvas.width:
            wide = rng.uniform(38, 95)
            _block(
                canvas,
                rng,
                (x, ground - tall * rng.uniform(0.35, 1), x + wide, ground),
                colour,
                mix(colour, lit, 0.35 + 0.55 * depth),
            )
            x += wide + rng.uniform(-8, 1)
        canvas.haze(ground - tall * 0.5, ground, palette.low, 0.35 * (1 - depth))
    if ground < canvas.height:
        canvas.mirror(ground)
        canvas.box(0, ground, canvas.width, canvas.height, fade(palette.near, 0.4))
        props.ripples(canvas, rng, palette.light, 60, ground)


def _block(
    canvas: Canvas,
    rng: random.Random,
    bounds: tuple[float, float, float, float],
    wall: Colour,
    lit: Colour,
) -> None:
    """Draw one tower with some of its windows lit."""
    left, top, right, bottom = bounds
    middle = (left + right) / 2
    canvas.box(left, top, right, bottom, wall)
    roof = rng.random()
    if roof < 0.2:
        canvas.line([(middle, top), (middle, top - rng.uniform(20, 60))], wall, 3)
    elif roof < 0.35:
        canvas.polygon([(left, top), (middle, top - (right - left) * 0.5), (right, top)], wall)
    elif roof < 0.55:
        canvas.box(left + 8, top - 14, right - 8, top, wall)
    elif roof < 0.65:
        canvas.pie(middle, top + 1, (right - left) / 2, 180, 360, wall)
    across, down = rng.choice(((12, 15), (10, 12), (15, 19)))
    awake = rng.uniform(0.2, 0.7)
    columns = int((right - left - 8) // across)
    start = middle - columns * across / 2
    for row in range(int((bottom - top - 10) // down)):
        for column in range(columns):
            if rng.random() < awake:
                x, y = start + column * across + 2, top + 8 + row * down
                canvas.box(x, y, x + across - 5, y + down - 7, lit)


def canal(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    quay = canvas.height * rng.uniform(0.72, 0.8)
    canvas.sky(palette.high, palette.low, end=quay)
    if palette.dark:
        props.stars(canvas, rng, palette, 100, quay * 0.5)
    else:
        props.clouds(canvas, rng, palette, rng.randint(1, 4), quay * 0.5)
    walls = [palette.accent, palette.second, palette.far, palette.near, palette.pale]
    walls += [mix(palette.accent, palette.near, 0.5), mix(palette.second, palette.pale, 0.5)]
    x, last = rng.uniform(-30, 0), palette.ink
    while x < canvas.width:
        wide = rng.uniform(84, 138)
        last = rng.choice([wall for wall in walls if wall != last])
        top = quay - canvas.height * rng.uniform(0.36, 0.54)
        _gable(canvas, rng, palette, (x, top, x + wide, quay), last)
        x += wide
    canvas.mirror(quay)
    canvas.box(0, quay, canvas.width, canvas.height, fade(mix(palette.high, palette.ink, 0.5), 0.5))
    canvas.box(0, quay - 5, canvas.width, quay + 7, palette.ink)
    props.ripples(canvas, rng, palette.low, 70, quay + 8)


def _gable(
    canvas: Canvas,
    rng: random.Random,
    palette: Palette,
    bounds: tuple[float, float, float, float],
    wall: Colour,
) -> None:
    left, top, right, bottom = bounds
    wide, middle = right - left, (left + right) / 2
    style = rng.choice(("point", "step", "bell", "flat"))
    trim = mix(palette.pale, wall, 0.15)
    if style == "point":
        canvas.polygon([(left, top), (middle, top - wide * 0.6), (right, top)], wall)
    elif style == "step":
        for step in range(4):
            inset = wide * 0.12 * step
            canvas.box(left + inset, top - wide * 0.14 * step, right - inset, top + 2, wall)
    elif style == "bell":
        canvas.box(middle - wide * 0.22, top - wide * 0.42, middle + wide * 0.22, top + 2, wall)
        canvas.pie(middle, top - wide * 0.42, wide * 0.22, 180, 360, wall)
        canvas.pie(middle, top + wide * 0.05, wide * 0.46, 180, 360, wall)
    else:
        canvas.box(left - 3, top - 10, right + 3, top, trim)
    canvas.box(left, top, right, bottom, wall)
    canvas.box(right - 4, top, right, bottom, fade(palette.ink, 0.18))
    if style != "flat":
        canvas.disc(middle, top - wide * 0.14, wide * 0.08, trim)
    columns = 2 if wide < 105 else 3
    floors = max(2, int((bottom - top) // 66))
    cell, storey = wide / columns, (bottom - top - 12) / floors
    for floor in range(floors):
        for column in range(columns):
            x, y = left + cell * (column + 0.5), top + storey * (floor + 0.14)
            pane = (
                palette.light
                if rng.random() < (0.6 if palette.dark else 0.25)
                else mix(palette.ink, palette.high, 0.25)
            )
            half, tall = cell * 0.24, storey * (0.66 if floor < floors - 1 or column else 0.9)
            canvas.box(x - half - 3, y - 3, x + half + 3, y + tall + 3, trim)
            canvas.box(x - half, y, x + half, y + tall, pane)
            canvas.line([(x, y), (x, y + tall)], trim, 2)
            canvas.line([(x - half, y + tall * 0.4), (x + half, y + tall * 0.4)], trim, 2)


def wires(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    canvas.sky(palette.high, palette.low)
    if rng.random() < 0.8:
        x, y = canvas.width * rng.uniform(0.2, 0.8), canvas.height * rng.uniform(0.3, 0.8)
        props.sun(canvas, palette, x, y, rng.uniform(50, 120))
    props.clouds(canvas, rng, palette, rng.randint(0, 4), canvas.height * 0.9)
    _rooftops(canvas, rng, palette)
    pole = canvas.width * rng.choice((0.12, 0.3, 0.86))
    canvas.box(pole - 6, canvas.height * 0.1, pole + 6, canvas.height, palette.ink)
    top, gap = canvas.height * rng.uniform(0.16, 0.3), canvas.height * rng.uniform(0.08, 0.12)
    for wire in range(5 if canvas.height > 700 else 4):
        y, sag = top + wire * gap, rng.uniform(24, 70)
        canvas.box(pole - 46, y - 5, pole + 46, y + 2, palette.ink)
        left = shapes.curve((-20, y + sag * 0.3), (pole / 2, y + sag), (pole, y))
        right = shapes.curve(
            (pole, y),
            ((pole + canvas.width) / 2, y + sag * 1.6),
            (canvas.width + 20, y + sag * 0.3),
        )
        line = [*left, *right[1:]]
        canvas.line(line, palette.ink, 2)
        for x in rng.sample(range(16, round(canvas.width), 22), rng.randint(1, 9)):
            colour = rng.choice((palette.ink, palette.ink, palette.accent))
            _perched(canvas, rng, x, shapes.height_at(line, x), colour)


def _rooftops(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    for step in range(2):
        colour = mix(palette.near, palette.ink, step)
        x = rng.uniform(-60, 0)
        while x < canvas.width:
            wide, top = rng.uniform(70, 150), canvas.height * rng.uniform(0.84, 0.9) + 26 * step
            canvas.box(x + wide * 0.7, top - wide * 0.3, x + wide * 0.82, top, colour)
            canvas.polygon(
                [(x - 8, top), (x + wide / 2, top - wide * 0.36), (x + wide + 8, top)], colour
            )
            canvas.box(x, top, x + wide, canvas.height, colour)
            if rng.random() < 0.6:
                left = x + wide * rng.uniform(0.2, 0.6)
                canvas.box(left, top + 12, left + 12, top + 28, palette.light)
            x += wide + rng.uniform(-10, 12)


def _perched(canvas: Canvas, rng: random.Random, x: float, y: float, colour: Colour) -> None:
    size, facing = rng.uniform(11, 15), rng.choice((-1, 1))
    canvas.polygon(shapes.ellipse(x, y - size * 0.8, size * 0.5, size * 0.9, facing * 18), colour)
    canvas.disc(x + facing * size * 0.34, y - size * 1.6, size * 0.42, colour)
    for outline in (
        ((0.6, -1.75), (1.2, -1.55), (0.6, -1.45)),
        ((-0.2, -0.3), (-0.7, 0.9), (-0.25, 0.8)),
    ):
        canvas.polygon([(x + facing * size * dx, y + size * dy) for dx, dy in outline], colour)
