"""Palettes: nine colours with a time of day or a mood in common."""

from __future__ import annotations

import colorsys
import random
from typing import NamedTuple

from PIL import ImageColor

from .canvas import Colour


class Palette(NamedTuple):
    high: Colour  # the top of the sky
    low: Colour  # the horizon
    light: Colour  # sun, moon, lit windows
    far: Colour
    near: Colour
    accent: Colour
    second: Colour
    pale: Colour
    ink: Colour

    @property
    def dark(self) -> bool:
        """Whether it is night: stars are out and windows are lit."""
        red, green, blue = self.high[:3]
        return 0.3 * red + 0.59 * green + 0.11 * blue < 65

    @property
    def inks(self) -> list[Colour]:
        """The colours that stand out on paper."""
        return [self.accent, self.second, self.near, self.far, self.high, self.ink]

    def varied(self, rng: random.Random) -> Palette:
        """Return a neighbour of this palette, so that no two dawns are quite the same."""
        turn, depth = rng.uniform(-0.025, 0.025), rng.uniform(0.85, 1.12)
        return Palette._make(_turned(colour, turn, depth) for colour in self)


def _turned(colour: Colour, turn: float, depth: float) -> Colour:
    hue, light, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in colour[:3]))
    channels = colorsys.hls_to_rgb((hue + turn) % 1, light, min(1, saturation * depth))
    return tuple(round(255 * channel) for channel in channels)


def _palette(colours: str) -> Palette:
    return Palette._make(ImageColor.getrgb(f"#{colour}") for colour in colours.split())


# In the order of the fields: high low light far near accent second pale ink
PALETTES = {
    "dawn": _palette("6f7fb5 f9c9b6 fff1d6 b39bc0 3d3a66 e8735a f2b45c fbeee4 262347"),
    "noon": _palette("3f8fd0 cfeaf5 fff6cf 8fbcd2 2e7a5c e4572e f3b61f f7fafc 16384a"),
    "golden": _palette("e9a15b ffe2a8 fff7dc d99a6c 6b3f2a b8432f 2f6f73 fff3df 3a2119"),
    "dusk": _palette("34356f f08a6b ffd59a 7b5a8f 1f1d40 ef5d60 f7b267 fde7d3 12112b"),
    "night": _palette("0b1433 2c4470 f8edc4 24365f 0a1026 ffb84d 5fa8d3 e8eefb 060a1a"),
    "fog": _palette("c4ced3 eef0ec ffffff b1bec3 43565e c46f52 8fa58f f7f7f3 2a373d"),
    "winter": _palette("8fb2d9 f3f1f6 fffdf2 b9cbe2 3c5677 c8443f e7b55b ffffff 24344d"),
    "spring": _palette("8fd0e0 fbf3d9 fffbe6 a9d6b3 3f8f5b ef7fa4 f7cf5a fffaf2 22503f"),
    "autumn": _palette("d7b98e f9e7c5 fff4d2 cf9155 7b3b1e c7421f e4a11b fbf1e0 40210f"),
    "ember": _palette("571b3a f9703e ffd166 a22c4b 2b0f26 ffb238 e83f5b ffe8d1 1b0818"),
    "mint": _palette("9fdccf f1faee ffffff 7cc3b6 1d6f6a ff7f6b ffd27d f8fffb 124248"),
    "coral": _palette("f7a69b ffe7d6 fffaf0 e88f92 7a3b5d 1f8a8c f4c95d fff5ee 44213a"),
    "indigo": _palette("27337a 8f9be0 f5f0ff 5663b5 1a1f57 ff9e7a ffd86b eef0ff 0f1238"),
    "storm": _palette("45566a a7b5bd f3efd8 6a7d8c 24313d e0a33e 7fb0a8 e9eef0 151d25"),
    "plum": _palette("6d3b78 f3b6c6 fff0e6 a9659c 3d1c4a ff8c61 f9d65c fdeef5 250f30"),
    "citrus": _palette("ffd23f fff3b8 ffffff f7b32b 2f7d4f ee4266 3bacb6 fffdf0 25432f"),
    "lagoon": _palette("1aa6b7 d5f5e3 fffbe0 56c3c0 0c5a6b ff6b6b ffd166 f4fffb 083a47"),
    "aurora": _palette("071b2f 1f6f6b d9fff0 14505a 051420 7cf2b0 b78cff e2fbf3 030c14"),
    "clay": _palette("e4c9b0 f6eadd fffaf3 d3a184 8a4b38 2d5d62 d98e3f fbf4ec 4a2a22"),
    "graphite": _palette("d9d4c7 f1ede2 ffffff a9a79f 33363b c1392b 6d7f86 f8f5ec 1c1e22"),
}
