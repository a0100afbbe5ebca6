"""What is behind and below the face: the wall, the shoulders, the collar."""

from __future__ import annotations

import math

from images.artwork.canvas import Canvas, fade, mix

from .figure import Figure

WHITE = (255, 255, 255)
SHOULDERS = 112.0  # the centre of the ellipse that makes the shoulders


def background(canvas: Canvas, figure: Figure) -> None:
    """Paint the wall behind the sitter."""
    rng, wall = figure.rng, figure.background
    tint, shade = fade(WHITE, 0.3), fade(mix(wall, (60, 40, 80), 0.35), 0.35)
    canvas.fill(wall)
    match rng.randrange(6):
        case 0:
            canvas.disc(50, 46, 40, tint)
        case 1:
            canvas.polygon([(0, 100), (100, 0), (100, 100)], shade)
        case 2:
            for row in range(8):
                for column in range(8):
                    canvas.disc(column * 14 + row % 2 * 7, row * 14, 1.6, tint)
        case 3:
            for ray in range(0, 360, 30):
                canvas.pie(50, 50, 90, ray, ray + 15, tint)
        case 4:
            canvas.disc(rng.choice((18, 82)), 20, 34, shade)
        case _:
            canvas.sky(mix(wall, WHITE, 0.35), wall)


def body(canvas: Canvas, figure: Figure) -> None:
    """Draw shoulders, neck and what the sitter wears."""
    rng = figure.rng
    wide, tall = rng.uniform(36, 42), rng.uniform(33, 37)
    canvas.oval(50, SHOULDERS, wide, tall, figure.clothes)
    garment = rng.choice((_crew, _crew, _v_neck, _shirt, _hoodie, _stripes, _dungarees))
    if garment in (_stripes, _dungarees):
        garment(canvas, figure, wide, tall)
    _neck(canvas, figure)
    if garment not in (_stripes, _dungarees):
        garment(canvas, figure, wide, tall)


def _neck(canvas: Canvas, figure: Figure) -> None:
    half = figure.rx * 0.42
    canvas.box(50 - half, figure.y, 50 + half, 78, figure.skin)
    canvas.oval(50, 78, half, 4.5, figure.skin)
    chin = figure.y + figure.ry
    canvas.box(50 - half, chin - 6, 50 + half, chin + 2, figure.shade)
    canvas.oval(50, chin + 2, half, 3, figure.shade)


def _crew(canvas: Canvas, figure: Figure, wide: float, tall: float) -> None:
    half = figure.rx * 0.42
    canvas.arc((50, 77.5), (half + 1, 5.5), (0, 180), mix(figure.clothes, (0, 0, 0), 0.18), 2.4)


def _v_neck(canvas: Canvas, figure: Figure, wide: float, tall: float) -> None:
    half = figure.rx * 0.42
    canvas.polygon([(50 - half, 76), (50 + half, 76), (50, 90)], figure.skin)
    edge = mix(figure.clothes, WHITE, 0.35)
    for side in (-1, 1):
        canvas.line([(50 + side * (half + 0.4), 75), (50, 91)], edge, 2)


def _shirt(canvas: Canvas, figure: Figure, wide: float, tall: float) -> None:
    collar = mix(figure.clothes, WHITE, 0.55)
    half = figure.rx * 0.42
    for side in (-1, 1):
        flap = ((half, 73), (half + 4.5, 78), (half + 1, 86), (0, 81))
        canvas.polygon([(50 + side * dx, y) for dx, y in flap], collar)
    canvas.line([(50, 82), (50, 100)], mix(figure.clothes, (0, 0, 0), 0.2), 0.8)
    for y in (87, 93, 99):
        canvas.disc(50, y, 0.9, collar)


def _hoodie(canvas: Canvas, figure: Figure, wide: float, tall: float) -> None:
    half = figure.rx * 0.42
    hood = mix(figure.clothes, (0, 0, 0), 0.16)
    canvas.arc((50, 77), (half + 4, 8), (-10, 190), hood, 6)
    for side in (-1, 1):
        canvas.line([(50 + side * 5, 86), (50 + side * 5.6, 96)], WHITE, 1)


def _stripes(canvas: Canvas, figure: Figure, wide: float, tall: float) -> None:
    stripe = mix(figure.clothes, WHITE, 0.75)
    for y in range(80, 101, 6):
        half = wide * math.sqrt(max(0.0, 1 - ((y - SHOULDERS) / tall) ** 2))
        canvas.line([(50 - half + 0.8, y), (50 + half - 0.8, y)], stripe, 2.4)


def _dungarees(canvas: Canvas, figure: Figure, wide: float, tall: float) -> None:
    for side in (-1, 1):
        canvas.line([(50 + side * 15, 74), (50 + side * 12, 100)], figure.accent, 5)
        canvas.disc(50 + side * 12.4, 93, 1.4, (240, 205, 110))
    canvas.box(37, 91, 63, 104, figure.accent, 2)
