"""Portraits drawn by code: the same username always gives the same face."""

from __future__ import annotations

import random

from PIL import Image

from images.artwork.canvas import Canvas

from ..looks import look_of
from . import clothes, face, hair, headwear
from .figure import Figure

__all__ = ["portrait"]

UNITS = 100.0  # portraits are drawn on a square of a hundred by a hundred


def portrait(username: str, size: int = 256) -> Image.Image:
    """Return the portrait of a member as a square image."""
    canvas = Canvas((size, size), units=UNITS, oversample=3)
    figure = Figure.of(look_of(username), random.Random(username))
    clothes.background(canvas, figure)
    if figure.look.headwear == "headscarf":
        clothes.body(canvas, figure)
        headwear.scarf(canvas, figure)
        face.features(canvas, figure)
        return canvas.finish()
    hair.behind(canvas, figure)
    clothes.body(canvas, figure)
    face.head(canvas, figure)
    face.features(canvas, figure)
    hair.front(canvas, figure)
    headwear.wear(canvas, figure)
    if figure.look.style == "braids":
        hair.braids(canvas, figure)
    return canvas.finish()
