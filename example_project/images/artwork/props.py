"""Things that appear in more than one scene: suns, clouds, birds, trees, houses, boats."""

from __future__ import annotations

import random

from . import shapes
from .canvas import Canvas, Colour, fade, mix
from .palettes import Palette


def sun(canvas: Canvas, palette: Palette, x: float, y: float, radius: float) -> None:
    """Draw the sun by day, the moon by night."""
    canvas.glow(x, y, radius * 4.5, palette.light, 0.55)
    canvas.disc(x, y, radius, palette.light)
    if palette.dark:
        shade = mix(palette.light, palette.low, 0.25)
        for dx, dy, size in ((-0.35, -0.2, 0.2), (0.25, 0.3, 0.26), (0.3, -0.4, 0.12)):
            canvas.disc(x + dx * radius, y + dy * radius, size * radius, shade)


def stars(canvas: Canvas, rng: random.Random, palette: Palette, count: int, floor: float) -> None:
    """Scatter stars above the floor, mostly faint."""
    for _ in range(count):
        size = 0.5 + 1.6 * rng.random() ** 4
        colour = fade(mix(palette.pale, palette.light, rng.random()), rng.uniform(0.4, 1))
        canvas.disc(rng.uniform(0, canvas.width), floor * rng.random(), size, colour)


def clouds(canvas: Canvas, rng: random.Random, palette: Palette, count: int, floor: float) -> None:
    """Draw flat-bottomed clouds above the floor."""
    for _ in range(count):
        x, y = rng.uniform(0, canvas.width), floor * rng.uniform(0.12, 0.8)
        size = rng.uniform(24, 52)
        share = y / canvas.height
        colour = mix(mix(palette.high, palette.low, share), palette.pale, rng.uniform(0.35, 0.7))
        puffs = rng.randint(3, 5)
        for puff in range(puffs):
            middle = 1 - abs(puff - (puffs - 1) / 2) / puffs
            radius = size * middle * rng.uniform(0.45, 0.75)
            canvas.disc(x + (puff - puffs / 2) * size * 0.7, y - radius * 0.75, radius, colour)
        half = puffs * size * 0.5
        canvas.box(x - half, y - size * 0.32, x + half * 0.8, y, colour, size * 0.16)


def birds(canvas: Canvas, rng: random.Random, colour: Colour, count: int, floor: float) -> None:
    """Draw a loose flock, far away."""
    x, y = rng.uniform(0.15, 0.75) * canvas.width, rng.uniform(0.3, 0.8) * floor
    for _ in range(count):
        left, top, span = x + rng.gauss(0, 55), y + rng.gauss(0, 22), rng.uniform(6, 11)
        for side in (-1, 1):
            wing = shapes.curve(
                (left, top), (left + side * span * 0.5, top - span * 0.7), (left + side * span, top)
            )
            canvas.line(wing, colour, 1.6)


def peaks(canvas: Canvas, rng: random.Random, palette: Palette, base: float, tall: float) -> None:
    """Draw a chain of snow-capped peaks, lit from one side."""
    rock = mix(palette.far, palette.low, 0.2)
    shade, snow = mix(rock, palette.near, 0.22), mix(rock, palette.pale, 0.75)
    for _ in range(rng.randint(4, 7)):
        x, height = rng.uniform(0, canvas.width), tall * rng.uniform(0.5, 1)
        half, top = height * rng.uniform(0.7, 1.1), base - height
        canvas.polygon([(x - half, base), (x, top), (x + half, base)], rock)
        cap = ((-0.3, 0.3), (-0.14, 0.24), (-0.02, 0.34), (0.1, 0.25), (0.2, 0.33), (0.3, 0.3))
        edge = [(x + dx * half, top + dy * height) for dx, dy in cap]
        canvas.polygon([(x, top), *reversed(edge)], snow)
        foot = x + half * rng.uniform(-0.1, 0.3)
        canvas.polygon(
            [(x, top), (x + half, base), (foot, base), (x + half * 0.05, top + height * 0.4)],
            fade(shade, 0.6),
        )


def conifer(canvas: Canvas, x: float, base: float, height: float, colour: Colour) -> None:
    """Draw a fir of four tiers."""
    canvas.box(x - height * 0.025, base - height * 0.2, x + height * 0.025, base, colour)
    for tier in range(4):
        top = base - height + tier * height * 0.2
        half = height * (0.09 + 0.045 * tier)
        canvas.polygon(
            [(x, top), (x + half, top + height * 0.32), (x - half, top + height * 0.32)], colour
        )


def round_tree(canvas: Canvas, x: float, base: float, height: float, colour: Colour) -> None:
    """Draw a broad tree, lit from the left."""
    dark = mix(colour, (0, 0, 0), 0.25)
    canvas.box(x - height * 0.035, base - height * 0.5, x + height * 0.035, base, dark)
    crown = ((0, 0.68, 0.3), (-0.18, 0.55, 0.22), (0.2, 0.54, 0.22))
    for dx, up, size in crown:
        canvas.disc(x + dx * height, base - up * height, size * height, dark)
    for dx, up, size in crown:
        canvas.disc(
            x + (dx - 0.04) * height, base - (up + 0.04) * height, size * height * 0.84, colour
        )


def cypress(canvas: Canvas, x: float, base: float, height: float, colour: Colour) -> None:
    """Draw a slender flame of a tree."""
    canvas.polygon(shapes.leaf(x, base, height, height * 0.1, -90), colour)


def house(
    canvas: Canvas,
    x: float,
    base: float,
    size: float,
    wall: Colour,
    roof: Colour,
    window: Colour,
) -> None:
    """Draw a cottage with its left bottom corner at (x, base)."""
    top, peak = base - size * 0.62, base - size * 1.12
    canvas.box(x + size * 0.72, peak - size * 0.04, x + size * 0.84, top, mix(wall, roof, 0.5))
    canvas.box(x, top, x + size, base, wall)
    canvas.box(x + size * 0.62, top, x + size, base, mix(wall, roof, 0.18))
    canvas.polygon([(x - size * 0.1, top), (x + size * 0.5, peak), (x + size * 1.1, top)], roof)
    for left in (0.14, 0.7):
        canvas.box(
            x + left * size, top + size * 0.14, x + (left + 0.17) * size, top + size * 0.34, window
        )
    canvas.box(x + size * 0.4, base - size * 0.36, x + size * 0.56, base, mix(roof, (0, 0, 0), 0.3))


def sailboat(
    canvas: Canvas, x: float, y: float, size: float, hull: Colour, sails: tuple[Colour, Colour]
) -> None:
    """Draw a two-sailed boat whose waterline is at y."""
    hull_outline = ((-0.5, -0.14), (0.55, -0.16), (0.36, 0.03), (-0.38, 0.03))
    canvas.polygon(shapes.scaled(x, y, size, *hull_outline), hull)
    canvas.line(shapes.scaled(x, y, size, (0, -0.14), (0, -1.25)), hull, size * 0.03)
    main = [*shapes.curve((0.03, -1.2), (0.5, -0.6), (0.5, -0.24)), (0.03, -0.24)]
    jib = [*shapes.curve((-0.03, -1.1), (-0.36, -0.5), (-0.46, -0.24)), (-0.03, -0.28)]
    for outline, colour in zip((main, jib), sails, strict=True):
        canvas.polygon(shapes.scaled(x, y, size, *outline), colour)


def ripples(canvas: Canvas, rng: random.Random, colour: Colour, count: int, top: float) -> None:
    """Draw short horizontal strokes on water, longer and wider apart towards the viewer."""
    for _ in range(count):
        depth = rng.random() ** 1.5
        y = top + 4 + depth * (canvas.height - top)
        half = 5 + 34 * depth * rng.random()
        x = rng.uniform(0, canvas.width)
        canvas.line(
            [(x - half, y), (x + half, y)], fade(colour, rng.uniform(0.25, 0.7)), 1 + 1.6 * depth
        )


def glitter(
    canvas: Canvas, rng: random.Random, colour: Colour, x: float, top: float, spread: float
) -> None:
    """Draw the path that a low sun lays on water."""
    y = top + 3
    while y < canvas.height:
        depth = (y - top) / (canvas.height - top)
        for _ in range(3):
            half = rng.uniform(4, 10 + spread * (0.3 + depth))
            middle = x + rng.gauss(0, spread * (0.25 + 0.5 * depth))
            tint = fade(colour, rng.uniform(0.35, 0.85))
            canvas.line([(middle - half, y), (middle + half, y)], tint, 1.2 + 2.5 * depth)
        y += 4 + 12 * depth
