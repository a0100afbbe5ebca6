"""Counts for a page of objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Group
from django.template import engines

from django_viewcount.api import attach_views, count_view, flush, get_views, series

from ..measuring import Contender, compare
from ..tables import Row, times
from .site import analyze, hit, round_trips, visit

PAGE = 50
TAG = """{% load hitcount_tags %}{% for group in page %}{% get_hit_count for group %}{% endfor %}"""


def rows(farm: Any, node: Any, objects: int) -> Iterator[Row]:
    page = list(Group.objects.order_by("pk")[:PAGE])
    for number, group in enumerate(page):
        count_view(visit(number), group)
        hit(visit(number), group)
    flush()
    analyze()
    for number, group in enumerate(page[:25]):
        count_view(visit(number), group)
    template = engines["django"].from_string(TAG)
    found = compare(
        300,
        ours=Contender(lambda i: attach_views(page)),
        peer=Contender(lambda i: template.render({"page": page})),
        uniques=Contender(lambda i: attach_views(page, uniques=True)),
        one=Contender(lambda i: get_views(page[0])),
        series=Contender(lambda i: series(page[0], days=30)),
        hours=Contender(lambda i: series(page[0], hours=48)),
    )
    trips = round_trips(lambda: attach_views(page))
    cells = times(found["ours"], found["peer"], 0.1)
    cells["met"] = cells["met"] and trips == 1 and found["ours"].statements <= 1
    cells["bar"] += ", 1 round trip, ≤ 1 st"
    name = f"attach_views to {PAGE} objects; {trips} round trip"
    yield Row(name, found["ours"], "", found["peer"], **cells)
    yield Row("the same with uniques", found["uniques"])
    yield Row("get_views of one object", found["one"])
    yield Row("series of 30 days", found["series"])
    yield Row("series of 48 hours", found["hours"])
