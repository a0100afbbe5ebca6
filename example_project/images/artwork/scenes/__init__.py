"""The families of scenes, by name."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeAlias

from ..canvas import Canvas
from ..palettes import Palette
from . import abstract, country, land, pattern, reef, sky, still_life, town, water, window

Scene: TypeAlias = Callable[[Canvas, random.Random, Palette], None]

SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        land.ridges,
        land.firs,
        land.birches,
        land.desert,
        country.fields,
        country.village,
        land.lake,
        water.sea,
        water.lighthouse,
        water.regatta,
        reef.reef,
        town.skyline,
        town.canal,
        town.wires,
        sky.starlight,
        sky.balloons,
        still_life.flowers,
        still_life.fruit,
        window.windowsill,
        abstract.bauhaus,
        pattern.quilt,
        abstract.cutouts,
        pattern.waves,
    )
}
