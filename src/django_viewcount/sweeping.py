"""Deleting, in passing, what the database backend remembers no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connections, models, transaction
from django.utils import timezone

from .clock import hour_of, moment, site_day
from .marks import now_in_ms
from .models import HourlyViews, Mark, VisitorSalt

HOURS = 48
"""Hours before this one for which views are kept by the hour."""

AT_ONCE = 5000


def sweep(using: str) -> None:
    """Delete marks, hours and salts that are over, at most 5,000 of each.

    Costs a query per table, and a DELETE where there is something (MySQL: two queries more).
    """
    for rows in (past_marks(using), past_hours(using), past_salts(using)):
        delete_some(rows, AT_ONCE)


def past_marks(using: str) -> models.QuerySet[Mark]:
    return Mark.objects.using(using).filter(expires__lte=now_in_ms()).order_by("expires")


def past_hours(using: str) -> models.QuerySet[HourlyViews]:
    first = hour_of(moment()) - HOURS
    return HourlyViews.objects.using(using).filter(hour__lt=first).order_by("hour")


def past_salts(using: str) -> models.QuerySet[VisitorSalt]:
    """Salts of which 48 hours have passed since their day began.

    One of an older day was made for views of that day, and stays for a while.
    """
    yesterday = site_day(moment()) - timedelta(days=1)
    a_day_ago = timezone.now() - timedelta(hours=24)
    salts = VisitorSalt.objects.using(using).filter(day__lt=yesterday, created__lt=a_day_ago)
    return salts.order_by("day")


def delete_some(rows: models.QuerySet[Any], at_most: int) -> int:
    """Delete the first rows of a queryset and return how many.

    Those that somebody else holds are passed over where the database can.
    """
    using, everything = rows.db, rows.model._base_manager.using(rows.db)
    can_skip = connections[using].features.has_select_for_update_skip_locked
    with transaction.atomic(using=using):
        if connections[using].vendor == "mysql":
            # By the keys alone. Through another index, reading would lock that and then the rows,
            # and deleting the rows and then that: two would wait for each other.
            some = list(rows.values_list("pk", flat=True)[:at_most])
            held = everything.filter(pk__in=some).select_for_update(skip_locked=can_skip)
            rows = rows.filter(pk__in=list(held.values_list("pk", flat=True)))
        else:
            rows = rows.select_for_update(skip_locked=can_skip)
        keys = list(rows.values_list("pk", flat=True)[:at_most])
        if keys:
            everything.filter(pk__in=keys).delete()
    return len(keys)
