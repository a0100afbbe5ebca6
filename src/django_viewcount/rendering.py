"""Numbers of views as people read them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext, pgettext

from .counts import Point

__all__ = ["compact", "grouped", "sparkline"]

WIDTH, HEIGHT = 120, 24
# Room for the line itself at the edges.
MARGIN = 1.5


def grouped(number: int) -> str:
    """A number with the separators of the active language."""
    return number_format(int(number), force_grouping=True)


class Number(int):
    """A number that a template shows with the separators of the active language."""

    def __str__(self) -> str:
        return grouped(self)


def compact(number: int) -> str:
    """A number as short as 1.2K or 3M, in the units of the active language; the rest is cut off."""
    sign, size = ("-" if number < 0 else ""), abs(number)
    for unit, form in units():
        if size >= unit:
            whole, tenths = divmod(size * 10 // unit, 10)
            few = whole < 100 and tenths
            text = number_format(f"{whole}.{tenths}", 1) if few else grouped(whole)
            return sign + form.replace("0", text, 1)
    return grouped(number)


def units() -> list[tuple[int, str]]:
    """The units of the active language, largest first, and how it writes a number of each."""
    # Translators: The units by which your language shortens numbers, each after its size; 0 stands
    # for the number. As many as it has: in Chinese 10000=0萬; 100000000=0億
    text = pgettext("short numbers", "1000=0K; 1000000=0M; 1000000000=0B")
    pairs = (unit.split("=") for unit in text.split("; "))
    return sorted(((int(size), form) for size, form in pairs), reverse=True)


def sparkline(points: Sequence[Point], width: int = WIDTH, height: int = HEIGHT) -> SafeString:
    """A small line of the views of each day, oldest first: SVG, with a text that says it in words.

    `width` and `height` are in pixels; style it by the class "view-sparkline". Needs no script.
    """
    views = [point.views for point in points]
    most = max(views, default=0)
    step = (width - 2 * MARGIN) / max(len(views) - 1, 1)
    room = height - 2 * MARGIN
    places = [
        f"{MARGIN + i * step:.1f},{height - MARGIN - room * number / (most or 1):.1f}"
        for i, number in enumerate(views)
    ]
    if len(places) == 1:  # a point has no line
        places.append(f"{width - MARGIN:.1f},{places[0].partition(',')[2]}")
    return format_html(
        '<svg class="view-sparkline" role="img" width="{width}" height="{height}" '
        'viewBox="0 0 {width} {height}"><title>{title}</title><polyline points="{places}" '
        'fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/></svg>',
        width=width,
        height=height,
        title=described(views),
        places=" ".join(places),
    )


def described(views: Sequence[int]) -> str:
    """What a sparkline shows, in words."""
    text = ngettext(
        "Views in the last day: %(total)s.",
        "Views in each of the last %(days)s days: %(total)s in all, from %(least)s to %(most)s.",
        len(views),
    )
    return text % {
        "days": grouped(len(views)),
        "total": grouped(sum(views)),
        "least": grouped(min(views, default=0)),
        "most": grouped(max(views, default=0)),
    }
