from __future__ import annotations

from typing import Any

from django import template
from django.db import models
from django.utils.formats import number_format

from .. import api

register = template.Library()


@register.simple_tag
def view_count(obj: models.Model) -> str:
    """Render how often an object was viewed, with the separators of the active language.

    Costs nothing when `attach_views()` or `most_viewed()` has run over the page, else one round
    trip and one query.
    """
    views = getattr(obj, "view_count", None)
    return number_format(api.get_views(obj) if views is None else views, force_grouping=True)


@register.simple_tag
def most_viewed(queryset: models.QuerySet[Any], limit: int = 10, period: str = "all") -> list[Any]:
    """Return the most viewed objects of a queryset: {% most_viewed queryset 5 as top %}."""
    return api.most_viewed(queryset.all(), period, limit)
