"""A cat at the window, among plants and curtains."""

from __future__ import annotations

import random

from .. import props, shapes
from ..canvas import Canvas, mix
from ..palettes import Palette


def windowsill(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    wall = mix(palette.far, palette.pale, rng.uniform(0.2, 0.6))
    sill = canvas.height * rng.uniform(0.78, 0.84)
    canvas.sky(palette.high, palette.low, end=sill)
    if palette.dark:
        props.stars(canvas, rng, palette, 90, sill * 0.8)
    props.sun(
        canvas,
        palette,
        canvas.width * rng.uniform(0.3, 0.7),
        sill * rng.uniform(0.2, 0.5),
        rng.uniform(26, 44),
    )
    line = shapes.swell(rng, canvas.width, sill * 0.82, 30)
    canvas.land(line, palette.far, palette.near)
    for _ in range(8):
        x = rng.uniform(0, canvas.width)
        props.round_tree(
            canvas,
            x,
            shapes.height_at(line, x) + 14,
            rng.uniform(40, 90),
            mix(palette.near, palette.far, 0.3),
        )
    left, right, top = canvas.width * 0.13, canvas.width * 0.87, canvas.height * 0.07
    canvas.box(0, 0, left, sill, wall)
    canvas.box(right, 0, canvas.width, sill, wall)
    canvas.box(0, 0, canvas.width, top, wall)
    frame = palette.pale
    panes = rng.choice((2, 3))
    for pane in range(panes + 1):
        x = left + (right - left) * pane / panes
        canvas.box(x - 8, top - 8, x + 8, sill, frame)
    for y in (top, top + (sill - top) * 0.36):
        canvas.box(left - 8, y - 8, right + 8, y + 8, frame)
    canvas.box(0, sill, canvas.width, canvas.height, mix(wall, palette.ink, 0.22))
    canvas.box(left - 44, sill - 6, right + 44, sill + 22, frame, 4)
    if rng.random() < 0.6:
        _curtains(canvas, rng, palette, left, right, sill)
    x = canvas.width * rng.uniform(0.3, 0.7)
    _cat(canvas, rng, x, sill - 4, canvas.height * rng.uniform(0.2, 0.26), palette)
    for spot in (0.2, 0.8):
        if abs(canvas.width * spot - x) > 150 or rng.random() < 0.4:
            _pot(canvas, rng, canvas.width * spot, sill - 4, rng.uniform(34, 46), palette)


def _curtains(
    canvas: Canvas, rng: random.Random, palette: Palette, left: float, right: float, sill: float
) -> None:
    colour = rng.choice((palette.accent, palette.second, palette.near))
    for edge, side in ((left, 1), (right, -1)):
        for fold in range(3):
            outer, inner = edge + side * (fold * 30 - 50), edge + side * (fold * 30 - 18)
            shade = mix(colour, palette.ink, 0.14 * (fold % 2))
            canvas.polygon(
                [
                    (outer, 0),
                    (inner, 0),
                    (inner - side * fold * 12, sill + 40),
                    (outer - side * fold * 12, sill + 40),
                ],
                shade,
            )


def _cat(
    canvas: Canvas, rng: random.Random, x: float, base: float, size: float, palette: Palette
) -> None:
    """Draw a cat that sits and looks out, seen from behind."""
    coat = rng.choice((palette.ink, (205, 120, 60), (120, 112, 108), (236, 226, 212)))
    mark = mix(coat, (0, 0, 0), 0.25)
    facing = rng.choice((-1, 1))
    tail = shapes.curve(
        (x + facing * size * 0.2, base - 6),
        (x + facing * size * 0.95, base + 6),
        (x + facing * size * 0.8, base - size * 0.5),
    )
    canvas.line(tail, coat, size * 0.1)
    canvas.disc(*tail[-1], size * 0.05, coat)
    body = [
        (x + facing * dx, y)
        for dx, y in shapes.curve(
            (-size * 0.36, base), (-size * 0.34, base - size * 1.2), (0, base - size * 0.95)
        )
    ]
    canvas.polygon([*body, *shapes.flipped(body, x)], coat)
    canvas.oval(x, base - size * 0.18, size * 0.39, size * 0.19, coat)
    head = base - size * 0.98
    canvas.oval(x, head, size * 0.25, size * 0.21, coat)
    for side in (-1, 1):
        ear = ((0.06 * side, -0.16), (0.2 * side, -0.4), (0.25 * side, -0.04))
        canvas.polygon(shapes.scaled(x, head, size, *ear), coat)
    for stripe in range(3):
        y = base - size * (0.35 + 0.17 * stripe)
        canvas.arc((x, y - size * 0.06), (size * 0.13, size * 0.07), (20, 160), mark, size * 0.03)


def _pot(
    canvas: Canvas, rng: random.Random, x: float, base: float, size: float, palette: Palette
) -> None:
    clay = rng.choice(((196, 108, 74), palette.accent, palette.pale, palette.second))
    green = mix((70, 130, 84), palette.near, rng.uniform(0, 0.5))
    for _ in range(rng.randint(7, 12)):
        outline = shapes.leaf(
            x,
            base - size,
            size * rng.uniform(1, 1.9),
            size * rng.uniform(0.14, 0.26),
            rng.uniform(-165, -15),
        )
        canvas.polygon(outline, mix(green, palette.pale, rng.uniform(0, 0.3)))
    body = ((-0.6, -1), (0.6, -1), (0.42, 0), (-0.42, 0))
    canvas.polygon(shapes.scaled(x, base, size, *body), clay)
    canvas.box(
        x - size * 0.68,
        base - size * 1.1,
        x + size * 0.68,
        base - size * 0.84,
        mix(clay, palette.ink, 0.14),
        3,
    )
