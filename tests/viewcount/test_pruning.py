from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta, timezone
from io import StringIO
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from testapp.models import Country, Document, Topic

from django_viewcount import pruning
from django_viewcount.api import Pruned, count_view, get_views, prune
from django_viewcount.clock import hour_of
from django_viewcount.exceptions import UnknownPeriod
from django_viewcount.models import (
    DailyViews,
    FlushBatch,
    HourlyViews,
    Mark,
    ViewCount,
    VisitorSalt,
)

from .conftest import child_environment


def ago(**length: float) -> datetime:
    return datetime.now(tz=timezone.utc) - timedelta(**length)


def make_orphans(number: int) -> None:
    """Views of objects that were deleted where nobody watched."""
    for key in range(1, number + 1):
        count_view(None, Topic(pk=10_000 + key))


@pytest.mark.django_db
def test_nothing_is_over() -> None:
    count_view(None, Topic.objects.create(name="Jazz"), visitor="a", token="t")
    FlushBatch.objects.create()

    assert prune() == prune(days=7) == prune(dry_run=True) == Pruned()
    assert (Mark.objects.count(), VisitorSalt.objects.count()) == (2, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("dry_run", [True, False])
def test_what_is_over(dry_run: bool) -> None:
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic, views=2, at=ago(days=400))
    count_view(None, topic, views=3, visitor="a", token="t")
    Mark.objects.update(expires=0)
    HourlyViews.objects.update(hour=hour_of(ago(hours=60)))
    VisitorSalt.objects.update(day=ago(days=3).date(), created=ago(days=3))
    FlushBatch.objects.create(created=ago(days=8))
    FlushBatch.objects.create(created=ago(days=6))

    assert prune(days=365, dry_run=dry_run) == Pruned(
        days=1, hours=1, marks=2, salts=1, batches=1, orphans=0
    )

    left = [model.objects.count() for model in (DailyViews, HourlyViews, Mark, VisitorSalt)]
    assert left == ([2, 1, 2, 1] if dry_run else [1, 0, 0, 0])
    assert get_views(topic) == 5  # totals stay
    assert prune(days=365, dry_run=dry_run).days == dry_run


@pytest.mark.django_db
def test_orphans_of_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "BATCH", 2)
    kept = [
        Topic.objects.create(name="Jazz"),
        Document.objects.create(),
        Country.objects.create(code="nz"),
    ]
    for obj in (*kept, Document(), Country(code="NZ"), Country(code="zz")):
        count_view(None, obj)
    make_orphans(5)
    DailyViews.objects.filter(object_id="10001").delete()
    ViewCount.objects.filter(object_id="10002").delete()

    assert prune(dry_run=True).orphans == 8
    assert prune().orphans == 8
    assert prune() == Pruned()

    assert {get_views(obj) for obj in kept} == {1}
    assert [model.objects.count() for model in (ViewCount, DailyViews, HourlyViews)] == [3, 3, 3]


@pytest.mark.django_db
def test_models_that_are_not_installed_are_left_alone() -> None:
    count_view(None, Topic(pk=1))
    ContentType.objects.filter(model="topic").update(model="gone")
    ContentType.objects.clear_cache()

    assert prune() == Pruned()
    ContentType.objects.clear_cache()


@pytest.mark.django_db
def test_orphans_leave_redis_too(redis_backend: Any) -> None:
    topic = Topic(pk=1)
    count_view(None, topic)
    call_command("viewcount_flush", verbosity=0, stdout=StringIO())
    count_view(None, topic)

    assert prune().orphans == 1
    assert get_views(topic) == 0


@pytest.mark.parametrize("days", [0, 6, -1])
def test_days_that_still_change(days: int) -> None:
    with pytest.raises(UnknownPeriod, match="keep 7 or more"):
        prune(days=days)


@pytest.mark.django_db(transaction=True)
def test_killed_and_started_again() -> None:
    kept = Topic.objects.create(name="Jazz")
    count_view(None, kept)
    make_orphans(6)

    command = [sys.executable, "-m", "tests.viewcount.killed", "5", "viewcount_prune"]
    killed = subprocess.run(command, env=child_environment(), check=False)

    assert killed.returncode == -9
    assert 1 < ViewCount.objects.count() < 7
    prune()
    assert [row.object_id for row in ViewCount.objects.all()] == [str(kept.pk)]
    assert DailyViews.objects.count() == 1


class TestCommand:
    def run(self, *arguments: str) -> str:
        output = StringIO()
        call_command("viewcount_prune", *arguments, stdout=output)
        return output.getvalue()

    @pytest.mark.django_db
    def test_says_what_it_did(self) -> None:
        make_orphans(2)
        text = "0 days, 0 hours, 0 marks, 0 salts, 0 batches, and the views of 2 objects that are"
        assert self.run("--dry-run") == f"Would delete {text} gone.\n"
        assert ViewCount.objects.count() == 2
        assert self.run() == f"Deleted {text} gone.\n"
        assert self.run("--verbosity=0") == ""

    @pytest.mark.django_db(databases=["default", "other"])
    def test_database(self) -> None:
        count_view(None, Topic(pk=1), using="other")
        assert "views of 0 objects" in self.run()
        assert "views of 1 objects" in self.run("--database=other")

    def test_too_few_days(self) -> None:
        with pytest.raises(CommandError, match="keep 7 or more"):
            self.run("--days=1")
