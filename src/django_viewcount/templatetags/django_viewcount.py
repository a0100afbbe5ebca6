from __future__ import annotations

from typing import Any

from django import template
from django.db import models
from django.utils.safestring import SafeString

from .. import api
from ..rendering import Number, compact, sparkline
from ..signing import beacon_token
from ..targets import DEFAULT_COUNTER, attribute_of

register = template.Library()


@register.simple_tag
def view_count(obj: models.Model, counter: str = DEFAULT_COUNTER) -> Number:
    """Render how often an object was viewed, with the separators of the active language.

    Costs nothing when `attach_views()` or `most_viewed()` has run over the page, else one round
    trip and one query.
    """
    views = getattr(obj, attribute_of(counter), None)
    return Number(api.get_views(obj, counter=counter) if views is None else views)


@register.simple_tag
def unique_view_count(obj: models.Model, counter: str = DEFAULT_COUNTER) -> Number:
    """Render how many visitors viewed an object: those of each day, added up.

    Costs nothing when `attach_views(page, uniques=True)` has run over the page, else one round trip
    and one query.
    """
    uniques = getattr(obj, f"unique_{attribute_of(counter)}", None)
    return Number(api.get_unique_views(obj, counter=counter) if uniques is None else uniques)


@register.simple_tag
def most_viewed(
    queryset: models.QuerySet[Any],
    limit: int = 10,
    period: str = "all",
    counter: str = DEFAULT_COUNTER,
) -> list[Any]:
    """Return the most viewed objects of a queryset: {% most_viewed queryset 5 "week" as top %}."""
    return api.most_viewed(queryset.all(), period, limit, counter=counter)


@register.simple_tag
def view_sparkline(obj: models.Model, days: int = 30, counter: str = DEFAULT_COUNTER) -> SafeString:
    """Render the views of the last days as a small line, SVG without a script.

    Costs one round trip and two queries.
    """
    return sparkline(api.series(obj, days=days, counter=counter))


@register.inclusion_tag("django_viewcount/beacon.html")
def view_beacon(
    obj: models.Model, counter: str = DEFAULT_COUNTER, after: float = 0
) -> dict[str, Any]:
    """Have the page count itself once it is shown, after so many visible seconds.

    For pages that come from a cache. Costs nothing.
    """
    return {"target": beacon_token(obj, counter), "after": float(after)}


@register.filter
def compact_number(number: Any) -> str:
    """Shorten a number: 1234 becomes 1.2K. What is no number is left out."""
    try:
        return compact(int(number))
    except (TypeError, ValueError):
        return ""
