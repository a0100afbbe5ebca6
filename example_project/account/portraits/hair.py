"""Hair: what falls behind the head, and what frames the face."""

from __future__ import annotations

import math
from collections.abc import Callable

from images.artwork import shapes
from images.artwork.canvas import Canvas, Point, fade, mix

from .figure import Figure

# Where the hair ends on the forehead, from the sitter's left to right; see Figure.at.
HAIRLINES: dict[str, tuple[Point, ...]] = {
    "crop": ((1, -0.1), (0.86, -0.5), (0.4, -0.62), (-0.4, -0.62), (-0.86, -0.5), (-1, -0.1)),
    "buzz": ((1, -0.15), (0.84, -0.56), (0.4, -0.68), (-0.4, -0.68), (-0.84, -0.56), (-1, -0.15)),
    "side": ((1, -0.1), (0.9, -0.42), (0.2, -0.4), (-0.5, -0.86), (-0.84, -0.5), (-1, -0.1)),
    "quiff": ((1, -0.12), (0.86, -0.55), (0.5, -0.7), (-0.5, -0.66), (-0.86, -0.55), (-1, -0.12)),
    "fringe": ((1, 0.3), (0.98, -0.24), (0.4, -0.3), (-0.4, -0.3), (-0.98, -0.24), (-1, 0.3)),
    "centre": (
        (1, 0.3),
        (0.92, -0.3),
        (0.2, -0.55),
        (0, -0.9),
        (-0.2, -0.55),
        (-0.92, -0.3),
        (-1, 0.3),
    ),
    "swept": ((1, 0.3), (0.96, -0.3), (0.3, -0.4), (-0.5, -0.9), (-0.9, -0.4), (-1, 0.3)),
    "tied": ((1, -0.05), (0.9, -0.4), (0.4, -0.72), (-0.4, -0.72), (-0.9, -0.4), (-1, -0.05)),
}
# Style -> hairline, and how far the hair stands out from the head.
FRONTS = {
    "crop": ("crop", 2.0),
    "buzz": ("buzz", 0.5),
    "side": ("side", 3.4),
    "quiff": ("quiff", 2.4),
    "curls": ("tied", 3.0),
    "afro": ("crop", 4.0),
    "bob": ("swept", 3.0),
    "long": ("centre", 2.8),
    "wavy": ("swept", 3.2),
    "bun": ("tied", 1.8),
    "ponytail": ("tied", 2.0),
    "braids": ("centre", 2.2),
    "fringe": ("fringe", 2.8),
}


def behind(canvas: Canvas, figure: Figure) -> None:
    """Draw what falls behind head and shoulders."""
    covered = figure.look.headwear in ("hat", "cap", "beanie", "turban")
    draw = BACKS.get(figure.look.style)
    if draw is not None and not (covered and draw is _bun):
        draw(canvas, figure)


def front(canvas: Canvas, figure: Figure) -> None:
    """Draw the hair above the forehead."""
    if figure.look.style == "bald" or figure.look.headwear == "turban":
        return
    name, grow = FRONTS[figure.look.style]
    hairline = shapes.smooth([figure.at(dx, dy) for dx, dy in HAIRLINES[name]])
    if figure.rng.random() < 0.5:
        hairline = shapes.flipped(hairline, figure.x)
    colour = fade(figure.hair, 0.8) if figure.look.style == "buzz" else figure.hair
    top = figure.outline(180, 360, grow)
    if figure.look.style == "quiff":
        top = [(x + 2 * _crest(x, figure), y - 6 * _crest(x, figure)) for x, y in top]
    canvas.polygon([*top, *hairline], colour)
    if figure.look.style == "curls" and figure.look.headwear == "bareheaded":
        _locks(canvas, figure)


def _crest(x: float, figure: Figure) -> float:
    return max(0.0, math.cos((x - figure.x) / figure.rx * 1.3))


def _locks(canvas: Canvas, figure: Figure) -> None:
    """Set round curls along the top of the head."""
    for number, (x, y) in enumerate(figure.outline(190, 350, 0.5)[::4]):
        shine = mix(figure.hair, (255, 220, 190), 0.07 * (number % 3))
        canvas.disc(x, y, figure.rng.uniform(4.2, 5.4), shine)


def _long(canvas: Canvas, figure: Figure) -> None:
    sides = [(-1.22, -0.2), (-1.34, 0.9), (-1.3, 1.95), (-0.4, 2.05)]
    left = shapes.smooth([figure.at(dx, dy) for dx, dy in sides])
    over = reversed(figure.outline(180, 360, 3))
    canvas.polygon([*left, *shapes.flipped(left, figure.x), *over], figure.hair_shade)


def _wavy(canvas: Canvas, figure: Figure) -> None:
    for step in range(9):
        _, y = figure.at(0, -0.5 + step * 0.24)
        for side in (-1, 1):
            wave = 1.02 + 0.1 * math.sin(step * 1.7)
            canvas.disc(figure.x + side * figure.rx * wave, y, 6.4, figure.hair_shade)
    canvas.box(
        figure.x - figure.rx, figure.y, figure.x + figure.rx, figure.y + 28, figure.hair_shade
    )


def _bob(canvas: Canvas, figure: Figure) -> None:
    left, top = figure.at(-1.24, -0.7)
    right, bottom = figure.at(1.24, 1.02)
    canvas.box(left, top, right, bottom, figure.hair_shade, 8)


def _curly(canvas: Canvas, figure: Figure) -> None:
    for x, y in [*figure.outline(130, 408, 3.5)[::5]]:
        canvas.disc(x, y, figure.rng.uniform(6, 7.6), figure.hair_shade)


def _afro(canvas: Canvas, figure: Figure) -> None:
    x, y = figure.at(0, -0.35)
    canvas.disc(x, y, figure.rx * 1.62, figure.hair)


def _bun(canvas: Canvas, figure: Figure) -> None:
    x, y = figure.at(0, -1.22)
    canvas.disc(x, y, figure.rng.uniform(6.5, 8.5), figure.hair_shade)


def _ponytail(canvas: Canvas, figure: Figure) -> None:
    side = figure.rng.choice((-1, 1))
    tail = ((0.7, -0.9), (1.7, -0.7), (1.75, 0.6), (1.35, 1.6), (1.15, 0.6), (1.0, -0.1))
    points = [figure.at(side * dx, dy) for dx, dy in tail]
    canvas.polygon(shapes.smooth(points), figure.hair_shade)


def braids(canvas: Canvas, figure: Figure) -> None:
    """Lay a plait over each shoulder."""
    for side in (-1, 1):
        for step in range(7):
            x, y = figure.at(side * (1.0 + 0.045 * step), 0.45 + step * 0.27)
            shade = figure.hair if step % 2 else mix(figure.hair, (255, 220, 190), 0.1)
            canvas.oval(x, y, 3.6 - 0.15 * step, 3.9, shade)
        x, y = figure.at(side * 1.28, 0.45 + 6.9 * 0.27)
        canvas.box(x - 2.4, y - 1, x + 2.4, y + 1.2, figure.accent, 0.8)


BACKS: dict[str, Callable[[Canvas, Figure], None]] = {
    "afro": _afro,
    "bob": _bob,
    "bun": _bun,
    "curls": _curly,
    "fringe": _bob,
    "long": _long,
    "ponytail": _ponytail,
    "wavy": _wavy,
}
