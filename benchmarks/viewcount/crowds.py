"""Many requests of one visitor at once; and flushes that are killed while others count."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.db.models import Sum
from hitcount.models import Hit

from django_viewcount.api import count_view, flush, get_views
from django_viewcount.models import DailyViews, ViewCount

from ..measuring import PROCESSES, together
from ..tables import Row
from .site import client, configured, hit, visit

WRITERS, FLUSHERS, KILLS, VIEWS = 3, 2, 50, 10_000


def rows(farm: Any, node: Any, objects: int) -> Iterator[Row]:
    yield one_visitor()
    yield killed()


def one_visitor() -> Row:
    groups = list(Group.objects.order_by("pk")[:20])
    session = SessionStore()
    session.save()
    for group in groups:
        hit(visit(1), group)  # so that its row is there
    before = Hit.objects.count()

    def look(number: int, barrier: Any) -> list[int]:
        ours = peer = 0
        for group in groups:
            barrier.wait()
            ours += count_view(visit(7), group).counted
            barrier.wait()
            peer += hit(visit(7), group, session.session_key).hit_counted
        return [ours, peer]

    with configured(VIEWCOUNT_COOLDOWN=1800):
        client().connection_pool.disconnect()
        _, found = together(look)
        counted = sum(ours for ours, _ in found)
        stored = sum(get_views(group) for group in groups)
    hits = Hit.objects.count() - before
    return Row(
        f"20 objects, each requested {PROCESSES} times at once by one visitor",
        f"{counted} counted",
        "",
        f"{hits} stored",
        bar="20",
        met=counted == stored == 20,
    )


def killed() -> Row:
    """Count in three processes; flush in two, which are killed again and again."""
    flush()
    before = sums()
    groups = list(Group.objects.order_by("pk")[1000:1100])
    client().connection_pool.disconnect()
    connections.close_all()
    context = multiprocessing.get_context("fork")
    counted = context.SimpleQueue()

    def write(number: int) -> None:
        generator, done = random.Random(number), 0
        for i in range(VIEWS):
            done += count_view(visit(i * WRITERS + number), generator.choice(groups)).counted
            time.sleep(0.0005)  # for as long as the killing takes
        counted.put(done)

    def flush_for_ever() -> None:
        while True:
            flush()

    writers = [context.Process(target=write, args=(n,), daemon=True) for n in range(WRITERS)]
    for process in writers:
        process.start()
    kills, began = 0, time.monotonic()
    flushers: list[Any] = []
    while kills < KILLS or any(process.is_alive() for process in writers):
        while len(flushers) < FLUSHERS:
            flushers.append(context.Process(target=flush_for_ever, daemon=True))
            flushers[-1].start()
        time.sleep(random.uniform(0.02, 0.25))
        victim = flushers.pop(0)
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
        kills += 1
    for process in flushers:
        process.kill()
        process.join()
    views = sum(counted.get() for _ in writers)
    seconds = time.monotonic() - began
    exact = sum(get_views(group) for group in groups)
    flush()
    stored, daily = (now - then for now, then in zip(sums(), before, strict=True))
    lost = max(views - stored, views - daily, views - exact, 0)
    doubled = max(stored - views, daily - views, exact - views, 0)
    return Row(
        f"{kills} kills of {FLUSHERS} flushes, beside {WRITERS} that count {views:,} views",
        f"{lost} lost, {doubled} doubled; {seconds:.0f} s",
        bar="0, 0",
        met=lost == doubled == 0 and views >= 30_000 and kills >= KILLS,
    )


def sums() -> tuple[int, int]:
    totals = ViewCount.objects.aggregate(Sum("views"))["views__sum"] or 0
    return totals, DailyViews.objects.aggregate(Sum("views"))["views__sum"] or 0
