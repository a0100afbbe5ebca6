"""What is most viewed, of few objects and of many."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from django.contrib.auth.models import Group

from django_viewcount.api import attach_views, count_view, count_views, flush, most_viewed, rank

from ..measuring import Contender, Timing, compare
from ..tables import Row, times
from .site import MANY, analyze, client, configured, on_server, round_trips, visit
from .writes import us

FEW = 5000
PERIODS = ("all", "day", "week", "trending", "rising")


def rows(farm: Any, node: Any, objects: int) -> Iterator[Row]:
    small = farm.node()
    with on_server(small.url):
        few = timings(min(FEW, objects))
    farm.end(small)
    with on_server(node.url):
        many = timings(objects)
        yield whole_set(objects)
        for period in PERIODS:
            with configured(VIEWCOUNT_RANKING_MAX_AGE=0):
                cold = compare(5, 1, ours=Contender(lambda i, p=period: top(p)))["ours"]
            name = f"most_viewed({period!r}) of {objects:,}, beside that of {FEW:,}"
            ratio = times(many[period], few[period])
            yield Row(name, many[period], few[period], **ratio)
            yield Row(f"  the same, not kept for {period!r} from the last call", cold)
        for work in ("count_view", "attach_views", "rank"):
            name = f"{work} beside {objects:,} objects, and beside {FEW:,}"
            yield Row(name, us(many[work]), us(few[work]), **times(many[work], few[work]))


def top(period: str) -> Any:
    return most_viewed(Group.objects.all(), period=period)


def timings(objects: int) -> dict[str, Timing]:
    fill(objects)
    page = list(Group.objects.order_by("pk")[:50])
    contenders: dict[str, Callable[[int], object]] = {
        "count_view": lambda i: count_view(visit(i), page[i % 50]),
        "attach_views": lambda i: attach_views(page),
        "rank": lambda i: rank(page[0]),
    }
    found = compare(200, **{name: Contender(work) for name, work in contenders.items()})
    for period in PERIODS:
        found |= compare(20, **{period: Contender(lambda i, period=period: top(period))})
    return found


def fill(objects: int) -> None:
    """View every object: some today, some days ago."""
    generator = random.Random(1)
    now = datetime.now(tz=timezone.utc)
    groups = list(Group.objects.order_by("pk")[:objects])
    for start in range(0, objects, 1000):
        count_views(None, [(group, "view", None) for group in groups[start : start + 1000]])
    for group in generator.sample(groups, objects // 10):
        ago = timedelta(days=generator.randrange(7))
        count_view(None, group, views=generator.randrange(1, 50), at=now - ago)
    flush()
    analyze()


def whole_set(objects: int) -> Row:
    """The tutorial's ranking page reads all of the sorted set and keeps ten."""
    server = client()
    for start in range(1, objects + 1, MANY):
        numbers = range(start, min(start + MANY, objects + 1))
        server.zadd("image_ranking", {str(number): number % 977 for number in numbers})

    def tutorial() -> list[Group]:
        ranking = server.zrange("image_ranking", 0, -1, desc=True)[:10]
        ids = [int(key) for key in ranking]
        found = list(Group.objects.filter(id__in=ids))
        found.sort(key=lambda group: ids.index(group.pk))
        return found

    found = compare(
        20,
        2,
        ours=Contender(lambda i: most_viewed(Group.objects.all())),
        tutorial=Contender(lambda i: tutorial()),
    )
    trips = round_trips(lambda: most_viewed(Group.objects.all()))
    cells = times(found["ours"], found["tutorial"], 0.05)
    cells["met"] = cells["met"] and trips == 1 and found["ours"].statements == 1
    cells["bar"] += ", 1 round trip, 1 st"
    name = f"top 10 of {objects:,}, beside a tutorial's whole set; {trips} round trip"
    return Row(name, found["ours"], found["tutorial"], **cells)
