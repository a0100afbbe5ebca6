"""The measures and colours of one sitter."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from PIL import ImageColor

from images.artwork.canvas import Colour, Point, mix

from ..looks import Look

SKIN = {
    "porcelain": "#f9dcc9",
    "fair": "#f1c5a3",
    "olive": "#dfa77d",
    "tan": "#cb8e62",
    "brown": "#a1693f",
    "deep": "#6b412b",
}
HAIR = {
    "black": "#231c20",
    "brown": "#4a2f23",
    "chestnut": "#73442a",
    "auburn": "#a64a25",
    "blond": "#e3b768",
    "grey": "#9a979b",
    "white": "#e9e6e1",
    "pink": "#e0709a",
    "teal": "#2f8f96",
}
BACKGROUNDS = (
    *("#f6c7b0", "#bfe0d6", "#f9dd94", "#c4d2f2", "#e6c6e2", "#cfe3b4"),
    *("#9fc8dd", "#f2a895", "#d9cfc1", "#7fb5a8", "#f0b95c", "#a8a3d6"),
)
CLOTHES = (
    *("#2f4b7c", "#b5403a", "#2e7d6b", "#e0a030", "#5b4a8a", "#3a3f47"),
    *("#d9697d", "#4f86b0", "#7c8f3c", "#c8623a", "#f3ead9", "#1f6f7a"),
)


@dataclass(frozen=True)
class Figure:
    """One sitter; the centre of the head is at (x, y)."""

    look: Look
    rng: random.Random
    skin: Colour
    hair: Colour
    background: Colour
    clothes: Colour
    accent: Colour
    rx: float
    ry: float
    jaw: float
    x: float = 50
    y: float = 45

    @classmethod
    def of(cls, look: Look, rng: random.Random) -> Figure:
        background = ImageColor.getrgb(rng.choice(BACKGROUNDS))
        clothes, accent = (ImageColor.getrgb(colour) for colour in rng.sample(CLOTHES, 2))
        skin, hair = ImageColor.getrgb(SKIN[look.skin]), ImageColor.getrgb(HAIR[look.hair])
        return cls(
            look=look,
            rng=rng,
            skin=mix(skin, (255, 225, 200), rng.uniform(-0.12, 0.12)),
            hair=mix(hair, (90, 50, 30), rng.uniform(0, 0.12)),
            background=background,
            clothes=clothes,
            accent=accent,
            rx=rng.uniform(16.2, 18.6),
            ry=rng.uniform(19.8, 22.4),
            jaw=rng.uniform(0.06, 0.3),
        )

    @property
    def shade(self) -> Colour:
        """The skin in shadow."""
        return mix(self.skin, (110, 40, 30), 0.24)

    @property
    def hair_shade(self) -> Colour:
        """The hair where it lies behind."""
        return mix(self.hair, (10, 5, 15), 0.28)

    def at(self, dx: float, dy: float) -> Point:
        """Return a point given in half-widths and half-heights of the head."""
        return (self.x + dx * self.rx, self.y + dy * self.ry)

    def outline(self, start: int = 0, end: int = 360, grow: float = 0) -> list[Point]:
        """Return the edge of the head between two angles, clockwise from the sitter's left ear."""
        points = []
        for degrees in range(start, end + 1, 4):
            cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
            narrow = 1 - self.jaw * max(0.0, sin) ** 2
            points.append(
                (
                    self.x + (self.rx + grow) * cos * narrow,
                    self.y + (self.ry + grow) * sin,
                )
            )
        return points
