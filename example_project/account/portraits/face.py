"""The face: head and ears, eyes, nose, mouth, and what grows or sits on it."""

from __future__ import annotations

from images.artwork import shapes
from images.artwork.canvas import Canvas, Colour, fade, mix

from .figure import Figure

INK = (43, 30, 34)
GOLD = (236, 190, 84)


def head(canvas: Canvas, figure: Figure) -> None:
    """Draw the head and, on either side, an ear and perhaps an earring."""
    for side in (-1, 1):
        x, y = figure.at(side * 1.0, 0.12)
        canvas.oval(x, y, 3.2, 4.2, figure.skin)
        canvas.oval(x, y, 1.5, 2.3, figure.shade)
        if "earrings" in figure.look.extras:
            canvas.disc(x + side * 0.6, y + 5.4, 1.8, GOLD)
    canvas.polygon(figure.outline(), figure.skin)


def features(canvas: Canvas, figure: Figure) -> None:
    """Draw everything on the face, from the beard up."""
    _cheeks(canvas, figure)
    _facial_hair(canvas, figure)
    gap = figure.rx * figure.rng.uniform(0.4, 0.46)
    _eyes(canvas, figure, gap)
    _nose(canvas, figure)
    _mouth(canvas, figure)
    if figure.look.extras & {"glasses", "rounds"}:
        _glasses(canvas, figure, gap)


def _cheeks(canvas: Canvas, figure: Figure) -> None:
    for side in (-1, 1):
        x, y = figure.at(side * 0.58, 0.3)
        canvas.oval(x, y, 3.6, 2.6, fade((232, 90, 80), 0.22))
        if "freckles" in figure.look.extras:
            for dx, dy in ((-2, -1.2), (0, 0.2), (2, -1.2), (-1, 1.4), (1.2, 1.6)):
                canvas.disc(x + dx, y + dy, 0.45, fade(figure.shade, 0.9))


def _eyes(canvas: Canvas, figure: Figure, gap: float) -> None:
    rng = figure.rng
    laughing, size = rng.random() < 0.12, rng.uniform(1.7, 2.2)
    lashes, lift = rng.random() < 0.4 and figure.look.facial == "shaven", rng.uniform(-0.4, 0.8)
    brow = mix(figure.hair, INK, 0.35)
    for side in (-1, 1):
        x, y = figure.x + side * gap, figure.y + 0.5
        if laughing:
            canvas.arc((x, y + 1), (2.6, 2.2), (200, 340), INK, 1)
        else:
            canvas.oval(x, y, size, size * 1.25, INK)
            canvas.disc(x + 0.6, y - 0.8, size * 0.32, (255, 255, 255))
        if lashes:
            canvas.line([(x + side * 1.4, y - 1.4), (x + side * 3.1, y - 2.6)], INK, 0.8)
        canvas.arc((x, y - 3 - lift), (3.6, 2.2), (215, 325), brow, 1.1)


def _nose(canvas: Canvas, figure: Figure) -> None:
    wide = figure.rng.uniform(1.4, 2.4)
    match figure.rng.randrange(3):
        case 0:
            canvas.arc(figure.at(0, 0.24), (wide, 1.6), (20, 160), figure.shade, 1.1)
        case 1:
            x, y = figure.at(0, 0.08)
            bridge = [(x, y), (x + wide, y + 4.6), (x - 0.4, y + 4.8)]
            canvas.line(bridge, figure.shade, 1.1)
        case _:
            canvas.oval(*figure.at(0, 0.26), wide, 1.4, figure.shade)


def _mouth(canvas: Canvas, figure: Figure) -> None:
    rng = figure.rng
    x, y = figure.at(0, 0.5)
    lips = mix(figure.skin, (165, 40, 50), 0.55)
    wide = rng.uniform(3.6, 5.2)
    match rng.randrange(4):
        case 0:
            canvas.arc((x, y - 1.5), (wide, 3.4), (20, 160), lips, 1.2)
        case 1:
            canvas.pie(x, y - 0.8, wide, 0, 180, (122, 30, 38))
            canvas.box(x - wide * 0.8, y - 0.8, x + wide * 0.8, y + 0.7, (255, 252, 246), 0.6)
        case 2:
            canvas.arc((x + 0.8, y - 2), (wide, 3), (40, 140), lips, 1.2)
        case _:
            canvas.oval(x, y + 0.5, wide * 0.72, 1.7, lips)
            smile = shapes.curve((x - wide * 0.85, y), (x, y + 1.6), (x + wide * 0.85, y))
            canvas.line(smile, mix(lips, INK, 0.5), 0.7)


def _facial_hair(canvas: Canvas, figure: Figure) -> None:
    facial = figure.look.facial
    if facial in ("beard", "stubble"):
        grow = figure.rng.uniform(1.2, 3.6) if facial == "beard" else 0
        colour = figure.hair if facial == "beard" else fade(figure.hair, 0.22)
        line = ((-1.0, 0.05), (-0.84, 0.2), (-0.6, 0.42), (-0.34, 0.3), (0, 0.34))
        left = [figure.at(dx, dy) for dx, dy in line]
        line_across = shapes.smooth([*left, *shapes.flipped(left, figure.x)[1:]])
        canvas.polygon([*line_across, *figure.outline(0, 180, grow)], colour)
        if facial == "beard":
            canvas.oval(*figure.at(0, 0.52), 5.2, 2.6, mix(figure.skin, figure.hair, 0.25))
    if facial == "moustache":
        x, y = figure.at(0, 0.36)
        for side in (-1, 1):
            wing = ((0, -0.6), (4, -1.2), (7.2, 2.4), (3.4, 1.8), (0, 1.4))
            outline = [(x + side * dx, y + dy) for dx, dy in wing]
            canvas.polygon(shapes.smooth([*outline, outline[0]]), figure.hair)


def _glasses(canvas: Canvas, figure: Figure, gap: float) -> None:
    frame: Colour = figure.rng.choice((INK, (150, 60, 50), (60, 80, 130), GOLD))
    y = figure.y + 0.6
    for side in (-1, 1):
        x = figure.x + side * gap
        if "rounds" in figure.look.extras:
            canvas.disc(x, y, 5.2, fade((255, 255, 255), 0.2))
            canvas.ring(x, y, 5.4, frame, 1.1)
        else:
            canvas.box(x - 5.6, y - 3.8, x + 5.6, y + 4.2, fade((255, 255, 255), 0.2), 2)
            canvas.frame(x - 5.8, y - 4, x + 5.8, y + 4.4, frame, 1.3, 2)
        canvas.line([(x + side * 5.4, y - 1), figure.at(side * 0.99, -0.04)], frame, 1)
    canvas.line([(figure.x - gap + 5.4, y - 1), (figure.x + gap - 5.4, y - 1)], frame, 1.1)
