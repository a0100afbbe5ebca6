"""A supersampled drawing surface: scenes draw in plain units, edges come out smooth."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import TypeAlias

from PIL import Image, ImageDraw

Colour: TypeAlias = tuple[int, ...]
Point: TypeAlias = tuple[float, float]


GRAIN = 0.02  # enough to keep skies from banding, little enough to keep files small


class Canvas:
    """Draw on an enlarged image and reduce it once, at the end."""

    def __init__(
        self, size: tuple[int, int], *, units: float | None = None, oversample: int = 2
    ) -> None:
        self.width = float(units or size[0])
        self.height = self.width * size[1] / size[0]
        self.oversample = oversample
        self.scale = size[0] * oversample / self.width
        self.image = Image.new("RGB", (size[0] * oversample, size[1] * oversample))
        # An "RGBA" pen on an "RGB" image blends colours that carry an alpha channel.
        self.pen = ImageDraw.Draw(self.image, "RGBA")

    def _pixels(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self.scale, y * self.scale) for x, y in points]

    def fill(self, colour: Colour) -> None:
        self.pen.rectangle((0, 0, *self.image.size), fill=colour)

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        self.pen.polygon(self._pixels(points), fill=colour)

    def line(self, points: Sequence[Point], colour: Colour, width: float = 1) -> None:
        pixels = max(1, round(width * self.scale))
        self.pen.line(self._pixels(points), fill=colour, width=pixels, joint="curve")

    def oval(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        box = self._pixels([(x - rx, y - ry), (x + rx, y + ry)])
        self.pen.ellipse(box, fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        self.oval(x, y, radius, radius, colour)

    def ring(self, x: float, y: float, radius: float, colour: Colour, width: float) -> None:
        box = self._pixels([(x - radius, y - radius), (x + radius, y + radius)])
        self.pen.ellipse(box, outline=colour, width=max(1, round(width * self.scale)))

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        colour: Colour,
        round_by: float = 0,
    ) -> None:
        corners = self._pixels([(left, top), (right, bottom)])
        if round_by:
            self.pen.rounded_rectangle(corners, round_by * self.scale, fill=colour)
        else:
            self.pen.rectangle(corners, fill=colour)

    def frame(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        colour: Colour,
        width: float,
        round_by: float,
    ) -> None:
        """Stroke a box with round corners."""
        self.pen.rounded_rectangle(
            self._pixels([(left, top), (right, bottom)]),
            round_by * self.scale,
            outline=colour,
            width=max(1, round(width * self.scale)),
        )

    def pie(
        self, x: float, y: float, radius: float, start: float, end: float, colour: Colour
    ) -> None:
        """Fill a slice; angles in degrees, clockwise from three o'clock."""
        box = self._pixels([(x - radius, y - radius), (x + radius, y + radius)])
        self.pen.pieslice(box, start, end, fill=colour)

    def arc(
        self,
        centre: Point,
        radii: Point,
        span: Point,
        colour: Colour,
        width: float,
    ) -> None:
        """Stroke part of an ellipse with round ends."""
        start, end = (math.radians(angle) for angle in span)
        steps = [start + (end - start) * step / 16 for step in range(17)]
        points = [
            (centre[0] + radii[0] * math.cos(angle), centre[1] + radii[1] * math.sin(angle))
            for angle in steps
        ]
        self.line(points, colour, width)
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, colour)

    def sky(
        self, top: Colour, bottom: Colour, *, start: float = 0, end: float | None = None
    ) -> None:
        """Fill the band between two heights with a vertical gradient."""
        end = self.height if end is None else end
        band = [(0.0, start), (self.width, start), (self.width, end), (0.0, end)]
        self.shaded(band, top, bottom)

    def land(self, line: Sequence[Point], top: Colour, bottom: Colour) -> None:
        """Fill everything below a line, shading from top to bottom."""
        floor = self.height + 2
        self.shaded([*line, (line[-1][0], floor), (line[0][0], floor)], top, bottom)

    def shaded(self, points: Sequence[Point], top: Colour, bottom: Colour) -> None:
        """Fill a polygon with a vertical gradient."""
        pixels = self._pixels(points)
        left = max(0, math.floor(min(x for x, _ in pixels)))
        upper = max(0, math.floor(min(y for _, y in pixels)))
        right = min(self.image.width, math.ceil(max(x for x, _ in pixels)) + 1)
        lower = min(self.image.height, math.ceil(max(y for _, y in pixels)) + 1)
        if right <= left or lower <= upper:
            return
        size = (right - left, lower - upper)
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).polygon([(x - left, y - upper) for x, y in pixels], fill=255)
        self.image.paste(_gradient(top, bottom, size), (left, upper), mask)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """Lay a soft round light over what is there."""
        side = max(2, round(2 * radius * self.scale))
        # The gradient of Pillow reaches 181 at the middle of an edge and 255 in the corners.
        fall = [max(0.0, 1 - value / 181) ** 2 for value in range(256)]
        light = Image.radial_gradient("L").point([round(255 * strength * v) for v in fall])
        corner = (round((x - radius) * self.scale), round((y - radius) * self.scale))
        self.image.paste(colour[:3], corner, light.resize((side, side)))

    def haze(self, top: float, bottom: float, colour: Colour, strength: float) -> None:
        """Lay a veil over the band, nothing at its top and strongest at its bottom."""
        size = (self.image.width, max(1, round((bottom - top) * self.scale)))
        veil = Image.linear_gradient("L").point([round(v * strength) for v in range(256)])
        self.image.paste(colour[:3], (0, round(top * self.scale)), veil.resize(size))

    def mirror(self, horizon: float) -> None:
        """Reflect what is above the horizon into the water below it."""
        row = round(horizon * self.scale)
        depth = self.image.height - row
        above = self.image.crop((0, max(0, row - depth), self.image.width, row))
        flipped = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        self.image.paste(flipped.resize((self.image.width, depth)), (0, row))

    def finish(self, rng: random.Random | None = None) -> Image.Image:
        """Reduce to the final size, with a little paper grain if there is a source of chance."""
        image = self.image.reduce(self.oversample)
        if rng is None:
            return image
        side = 200
        tile = Image.frombytes("L", (side, side), rng.randbytes(side * side))
        grain = Image.new("L", image.size)
        for left in range(0, image.width, side):
            for top in range(0, image.height, side):
                grain.paste(tile, (left, top))
        return Image.blend(image, grain.convert("RGB"), GRAIN)


def _gradient(top: Colour, bottom: Colour, size: tuple[int, int]) -> Image.Image:
    column = Image.new("RGB", (1, 256))
    column.putdata([mix(top, bottom, row / 255) for row in range(256)])
    return column.resize((1, size[1]), Image.Resampling.BILINEAR).resize(
        size, Image.Resampling.NEAREST
    )


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return the colour between two others; share 0 is the first, 1 the second."""
    return tuple(round(a + (b - a) * share) for a, b in zip(first[:3], second[:3], strict=True))


def fade(colour: Colour, opacity: float) -> Colour:
    """Return the colour made translucent."""
    return (*colour[:3], round(255 * opacity))
