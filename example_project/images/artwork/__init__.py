"""Pictures drawn by code: the same number always gives the same picture."""

from __future__ import annotations

import random
from functools import cache
from typing import NamedTuple

from PIL import Image

from .canvas import Canvas
from .descriptions import CLOSINGS, OPENINGS
from .palettes import PALETTES
from .scenes import SCENES
from .titles import TITLES

__all__ = ["PICTURE_COUNT", "picture", "picture_description", "picture_title"]

PICTURE_COUNT = sum(len(entries) for entries in TITLES.values())

WIDTH = 800
HEIGHTS = (600, 600, 533, 533, 800, 1067)  # 4:3 and 3:2 twice as often as 1:1 and 3:4


class Plan(NamedTuple):
    scene: str
    palette: str
    title: str


@cache
def _plans() -> tuple[Plan, ...]:
    """Return the running order: a scene comes back only after six others."""
    rng = random.Random("running order")
    waiting = {
        scene: [Plan(scene, *entry) for entry in entries] for scene, entries in TITLES.items()
    }
    plans: list[Plan] = []
    while any(waiting.values()):
        recent = {plan.scene for plan in plans[-6:]}
        ready = [scene for scene, left in waiting.items() if left and scene not in recent]
        # The scenes with the most pictures left go first, so that none is left over at the end.
        scene = rng.choices(ready, [4 ** len(waiting[scene]) for scene in ready])[0]
        plans.append(waiting[scene].pop())
    return tuple(plans)


def _plan(number: int) -> Plan:
    if not 0 <= number < PICTURE_COUNT:
        raise ValueError(
            f"There is no picture {number}: use a number from 0 to {PICTURE_COUNT - 1}."
        )
    return _plans()[number]


def picture(number: int) -> tuple[str, Image.Image]:
    """Return the title and the drawing of the picture with this number."""
    plan = _plan(number)
    rng = random.Random(plan.title)
    canvas = Canvas((WIDTH, rng.choice(HEIGHTS)))
    SCENES[plan.scene](canvas, rng, PALETTES[plan.palette].varied(rng))
    return plan.title, canvas.finish(rng)


def picture_title(number: int) -> str:
    """Return the title alone, without drawing."""
    return _plan(number).title


def picture_description(number: int) -> str:
    """Return a sentence or two about the picture."""
    plan = _plan(number)
    rng = random.Random(f"About {plan.title}")
    sentences = [rng.choice(OPENINGS[plan.scene])]
    if rng.random() < 0.6:
        sentences.append(rng.choice(CLOSINGS))
    return " ".join(sentences)
