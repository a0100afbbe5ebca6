"""Hats, caps, scarves and turbans."""

from __future__ import annotations

from images.artwork import shapes
from images.artwork.canvas import Canvas, Colour, mix

from .figure import Figure


def wear(canvas: Canvas, figure: Figure) -> None:
    """Put on what the sitter wears, if anything."""
    draw = {
        "beanie": _beanie,
        "cap": _cap,
        "hat": _hat,
        "headband": _headband,
        "turban": _turban,
    }.get(figure.look.headwear)
    if draw is not None:
        draw(canvas, figure, figure.accent, mix(figure.accent, (0, 0, 0), 0.22))


def scarf(canvas: Canvas, figure: Figure) -> None:
    """Draw a headscarf with the face in it."""
    colour = figure.accent
    fold = mix(colour, (0, 0, 0), 0.18)
    drape = [figure.at(dx, dy) for dx, dy in ((-1.28, 0), (-1.2, 1.0), (-1.55, 1.75), (0, 2.25))]
    left = shapes.smooth(drape)
    canvas.polygon([*left, *shapes.flipped(left, figure.x)], colour)
    canvas.polygon(figure.outline(0, 360, 5.2), colour)
    canvas.polygon(_inner(figure, 1.5), fold)
    canvas.polygon(_inner(figure, 0), figure.skin)
    for start, bend, end in (
        ((-0.9, 0.9), (0.1, 1.5), (0.95, 1.3)),
        ((-1.1, 1.2), (-0.2, 1.75), (0.6, 1.85)),
    ):
        line = shapes.curve(figure.at(*start), figure.at(*bend), figure.at(*end))
        canvas.line(line, fold, 1.2)


def _inner(figure: Figure, grow: float) -> list[tuple[float, float]]:
    return shapes.ellipse(
        figure.x, figure.y + 1.5, figure.rx * 0.88 + grow, figure.ry * 0.86 + grow, steps=60
    )


def _dome(figure: Figure, base: float, grow: float, lift: float) -> list[tuple[float, float]]:
    """Return the top of the head above a line, raised."""
    _, floor = figure.at(0, base)
    top = [(x, y - lift) for x, y in figure.outline(180, 360, grow) if y <= floor]
    return [(top[0][0], floor), *top, (top[-1][0], floor)]


def _beanie(canvas: Canvas, figure: Figure, colour: Colour, shade: Colour) -> None:
    canvas.polygon(_dome(figure, -0.4, 3.2, 3), colour)
    left, top = figure.at(-1.14, -0.68)
    right, bottom = figure.at(1.14, -0.34)
    canvas.box(left, top, right, bottom, shade, 2.4)
    if figure.rng.random() < 0.6:
        canvas.disc(figure.x, figure.y - figure.ry - 7, 4.2, mix(colour, (255, 255, 255), 0.6))


def _cap(canvas: Canvas, figure: Figure, colour: Colour, shade: Colour) -> None:
    side = figure.rng.choice((-1, 1))
    canvas.polygon(_dome(figure, -0.46, 2.6, 2), colour)
    edge = [
        figure.at(side * dx, dy)
        for dx, dy in (
            (-0.6, -0.5),
            (0.4, -0.66),
            (1.72, -0.44),
            (1.5, -0.3),
            (0.4, -0.4),
            (-0.6, -0.46),
        )
    ]
    canvas.polygon(shapes.smooth(edge), shade)
    canvas.disc(figure.x, figure.y - figure.ry - 4.4, 1.4, shade)


def _hat(canvas: Canvas, figure: Figure, colour: Colour, shade: Colour) -> None:
    canvas.polygon(_dome(figure, -0.56, 0.6, 6), colour)
    left, top = figure.at(-1.0, -0.78)
    right, bottom = figure.at(1.0, -0.56)
    canvas.box(left, top, right, bottom, shade)
    canvas.oval(*figure.at(0, -0.56), figure.rx * 1.75, 3.6, colour)


def _headband(canvas: Canvas, figure: Figure, colour: Colour, shade: Colour) -> None:
    ends = figure.at(-1.06, -0.42), figure.at(1.06, -0.42)
    canvas.line(shapes.curve(ends[0], figure.at(0, -1.15), ends[1]), colour, 4.4)


def _turban(canvas: Canvas, figure: Figure, colour: Colour, shade: Colour) -> None:
    outline = ((-1.06, -0.1), (-1.4, -0.9), (-0.7, -1.6), (0, -1.62))
    left = shapes.smooth([figure.at(dx, dy) for dx, dy in outline])
    brow = shapes.smooth([figure.at(1.06, -0.1), figure.at(0.5, -0.5), figure.at(0, -0.62)])
    canvas.polygon(
        [*left, *shapes.flipped(left, figure.x), *brow, *shapes.flipped(brow, figure.x)], colour
    )
    for step in range(4):
        height = -0.62 - 0.24 * step
        for side in (-1, 1):
            start, end = figure.at(side * 1.12, -0.3 - 0.22 * step), figure.at(-side * 0.1, height)
            canvas.line(shapes.curve(start, figure.at(side * 0.6, height), end), shade, 0.9)
