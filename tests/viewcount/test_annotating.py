from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Sum
from django.test.utils import isolate_apps
from testapp.models import Country, Document, PaidSubscription, Picture, Profile, ProxyTopic, Topic

from django_viewcount.api import count_view, with_views
from django_viewcount.exceptions import UnknownCounter, UnknownPeriod, UnsupportedKey

pytestmark = pytest.mark.django_db


def counts(queryset: Any) -> list[tuple[Any, int]]:
    return [(obj.pk, obj.view_count) for obj in queryset]


def days_ago(days: int) -> datetime:
    return datetime.now(tz=timezone.utc) - timedelta(days=days)


def test_keys_of_every_kind() -> None:
    topics = [Topic.objects.create(name=name) for name in "ab"]
    documents = [Document.objects.create() for _ in range(2)]
    countries = [Country.objects.create(code=code) for code in ("no", "nz")]
    count_view(None, Country(code="NZ"), views=99)  # another one, to the letter
    for views, obj in enumerate([*topics, *documents, *countries], 1):
        count_view(None, obj, views=views)

    for first, objects in ((1, topics), (3, documents), (5, countries)):
        rows = with_views(type(objects[0]).objects.all()).order_by("view_count")
        assert [obj.view_count for obj in rows] == [first, first + 1]
        assert counts(rows.order_by("-view_count")) == [
            (objects[1].pk, first + 1),
            (objects[0].pk, first),
        ]


def test_proxy_and_child(ann: Any) -> None:
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic, views=3)
    assert counts(with_views(ProxyTopic.objects.all())) == [(topic.pk, 3)]
    profile = Profile.objects.create(user=ann)
    child = PaidSubscription.objects.create(profile=profile, topic=topic)
    count_view(None, child, views=4)
    assert counts(with_views(PaidSubscription.objects.all())) == [(child.pk, 4)]


@pytest.mark.parametrize("size", [1, 50])
def test_one_query_whatever_is_done(size: int, django_assert_num_queries: Any) -> None:
    topics = [Topic.objects.create(name=f"{number:02}") for number in range(size)]
    for number, topic in enumerate(topics):
        if number:
            count_view(None, topic, views=number)
    ContentType.objects.get_for_model(Topic)  # which a process asks for once

    with django_assert_num_queries(1):
        page = list(with_views(Topic.objects.all(), uniques=True).order_by("-view_count")[:20])
    assert [topic.view_count for topic in page] == list(range(size))[::-1][:20]
    rows = with_views(Topic.objects.all())
    assert rows.filter(view_count__gte=10).count() == max(size - 10, 0)
    assert rows.exclude(view_count__gt=0).get() == topics[0]
    assert rows.values_list("view_count", flat=True).get(pk=topics[-1].pk) == size - 1
    assert rows.aggregate(total=Sum("view_count")) == {"total": sum(range(size))}


def test_sum_by_owner(ann: Any, bo: Any) -> None:
    for owner, views in ((ann, 3), (ann, 4), (bo, 5), (bo, 0)):
        picture = Picture.objects.create(title="A", owner=owner)
        if views:
            count_view(None, picture, views=views)

    rows = with_views(Picture.objects.all()).values("owner").annotate(views=Sum("view_count"))

    assert {row["owner"]: row["views"] for row in rows} == {ann.pk: 7, bo.pk: 5}
    best = get_user_model().objects.filter(
        pk__in=with_views(Picture.objects.all()).filter(view_count__gt=4).values("owner")
    )
    assert list(best) == [bo]


def test_days(settings: Any) -> None:
    topic, other = (Topic.objects.create(name=name) for name in ("Jazz", "Blues"))
    for days, views in ((0, 1), (1, 10), (6, 100), (7, 1000)):
        count_view(None, topic, views=views, at=days_ago(days), visitor="somebody")

    def seen(days: int | None) -> list[int]:
        rows = with_views(Topic.objects.order_by("pk"), days, uniques=True)
        assert rows[1].view_count == rows[1].unique_view_count == 0
        assert rows[1] == other
        return [rows[0].view_count, rows[0].unique_view_count]

    assert seen(1) == [1, 1]
    assert seen(2) == [11, 2]
    # Visitors of days whose salt is gone are not told apart.
    assert seen(7) == [111, 2]
    assert seen(8) == [1111, 2]
    assert seen(None) == [1111, 2]


def test_counters(settings: Any) -> None:
    topic = Topic.objects.create(name="Jazz")
    with pytest.raises(UnknownCounter):
        with_views(Topic.objects.all(), counter="download")
    settings.VIEWCOUNT_COUNTERS = ["download"]
    count_view(None, topic, views=7, counter="download")
    downloads = with_views(Topic.objects.all(), counter="download", uniques=True).get()
    assert (downloads.download_count, downloads.unique_download_count) == (7, 0)
    assert counts(with_views(Topic.objects.all())) == [(topic.pk, 0)]


@pytest.mark.django_db(databases=["default", "other"])
def test_another_database() -> None:
    Topic.objects.using("other").create(pk=1, name="Jazz")
    count_view(None, Topic(pk=1), views=5, using="other")

    assert counts(with_views(Topic.objects.using("other"))) == [(1, 5)]
    assert counts(with_views(Topic.objects.all(), using="other")) == [(1, 5)]


@pytest.mark.parametrize("days", [0, -1])
def test_no_days(days: int) -> None:
    with pytest.raises(UnknownPeriod, match="give 1 to 3,660"):
        with_views(Topic.objects.all(), days)


@isolate_apps("testapp")
def test_composite_key() -> None:
    class Seat(models.Model):
        pk = models.CompositePrimaryKey("row", "number")
        row = models.IntegerField()
        number = models.IntegerField()

        class Meta:
            app_label = "testapp"

    with pytest.raises(UnsupportedKey, match="has a composite primary key"):
        with_views(Seat.objects.all())
