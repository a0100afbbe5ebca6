from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from time import sleep
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import RequestFactory
from django.utils.connection import ConnectionDoesNotExist
from testapp.models import Country, Document, ProxyTopic, Topic, TopicFollow

from django_viewcount import rankings
from django_viewcount.api import (
    Flushed,
    Point,
    Rank,
    Reason,
    ViewResult,
    aattach_views,
    acount_view,
    acount_views,
    aexplain,
    aflush,
    aforget_views,
    aget_unique_views,
    aget_views,
    amerge_views,
    amost_viewed,
    apercentile,
    aprune,
    arank,
    aseries,
    attach_views,
    count_view,
    count_views,
    explain,
    flush,
    forget_views,
    get_unique_views,
    get_views,
    merge_views,
    most_viewed,
    percentile,
    rank,
    series,
    with_views,
)
from django_viewcount.backends import get_backend
from django_viewcount.backends.base import View, Window
from django_viewcount.clock import (
    hour_of,
    moment,
    site_day,
    site_zone,
    start_of_day,
    start_of_hour,
)
from django_viewcount.exceptions import (
    DifferentModels,
    UnknownCounter,
    UnknownPeriod,
    UnsavedObject,
    UnsupportedKey,
)
from django_viewcount.targets import Kind, target_of

AWKWARD_KEYS = [
    "a",
    "a|20240101",
    "a|",
    "|",
    "{a}",
    "a:b",
    " a",
    "a\u2003b",
    "Å é 日本",
    "a%sb'\"\\",
    "-inf",
    "a\nb",
]


class LaggingReplica:
    """A router that reads counters from a database which no write has reached yet."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return "other" if model._meta.app_label == "django_viewcount" else None


def views_of(*objects: Any) -> list[int]:
    return [obj.view_count for obj in objects]


def counted(result: ViewResult, total: int) -> bool:
    """Was a view counted? A backend need not know at once what the total is."""
    return result[:2] == (True, Reason.COUNTED) and result.views in (total, None)


def hours_ago(hours: int) -> datetime:
    """The middle of an hour, counted back from this one."""
    return start_of_hour(hour_of(moment()) - hours) + timedelta(minutes=30)


def days_ago(days: int) -> datetime:
    """Noon of a day of the site, counted back from today."""
    day = site_day(moment()) - timedelta(days=days)
    return datetime(day.year, day.month, day.day, 12, tzinfo=site_zone())


@pytest.mark.django_db
class ViewCountContract:
    """What every backend does. A test class per backend inherits it and sets the backend up."""

    @pytest.fixture(autouse=True)
    def _fresh_rankings(self, settings: Any) -> None:
        settings.VIEWCOUNT_RANKING_MAX_AGE = 0

    def test_count_view_answers_the_total(self) -> None:
        topic = Topic.objects.create(name="Jazz")
        request = RequestFactory().get("/")

        assert counted(count_view(request, topic), 1)
        assert counted(count_view(request, topic), 2)
        assert counted(count_view(None, topic, views=40), 42)
        assert get_views(topic) == 42
        assert counted(count_view(None, topic), 43)

    def test_never_viewed(self) -> None:
        assert get_views(Topic.objects.create(name="Jazz")) == 0

    def test_refused_request_is_not_counted(self) -> None:
        topic = Topic.objects.create(name="Jazz")

        result = count_view(RequestFactory().post("/"), topic)

        assert result == ViewResult(False, Reason.METHOD, None)
        assert get_views(topic) == 0

    @pytest.mark.parametrize("views", [0, -1])
    def test_views_are_only_added(self, views: int) -> None:
        topic = Topic.objects.create(name="Jazz")

        with pytest.raises(ValueError, match="views is") as excinfo:
            count_view(None, topic, views=views)

        assert str(excinfo.value).startswith(f"views is {views}: views are only ever added")
        assert get_views(topic) == 0

    @pytest.mark.parametrize("views", [2.5, "2", None])
    def test_views_are_whole(self, views: Any) -> None:
        with pytest.raises(TypeError) as excinfo:
            count_view(None, Topic.objects.create(name="Jazz"), views=views)

        assert str(excinfo.value) == f"views is {views!r}: give a whole number, 1 or more."

    def test_views_in_measure(self) -> None:
        topic = Topic.objects.create(name="Jazz")

        with pytest.raises(ValueError, match="give at most 1,000,000,000 at once"):
            count_view(None, topic, views=2**63)
        assert count_view(None, topic, views=10**9).counted
        flush()
        assert get_views(topic) == 10**9

    @pytest.mark.parametrize("what", [None, "text", Topic, Topic.objects])
    def test_what_is_no_object(self, what: Any) -> None:
        with pytest.raises(TypeError, match="is no object of a model"):
            count_view(None, what)
        with pytest.raises(TypeError, match="is no object of a model"):
            get_views(what)

    def test_what_is_no_number(self) -> None:
        topic = Topic.objects.create(name="Jazz")
        for act in (
            lambda: series(topic, days="7"),
            lambda: most_viewed(Topic.objects.all(), "all", "week"),
            lambda: with_views(Topic.objects.all(), "week"),
            lambda: count_view(None, topic, at=site_day(moment())),
            lambda: count_view(None, topic, token=uuid.uuid4()),
            lambda: most_viewed([topic]),
            lambda: with_views(Topic),
        ):
            with pytest.raises(TypeError, match=r"give|is no queryset"):
                act()
        for limit in (-1, 10_001, 2**63):
            with pytest.raises(UnknownPeriod, match="give 1 to 10,000"):
                most_viewed(Topic.objects.all(), limit=limit)
        assert get_views(topic) == 0

    def test_unknown_database(self) -> None:
        topic = Topic.objects.create(name="Jazz")
        for act in (count_view, get_views, flush, most_viewed):
            arguments = {count_view: (None, topic), get_views: (topic,), flush: ()}
            with pytest.raises(ConnectionDoesNotExist, match="no database 'nope'"):
                act(*arguments.get(act, (Topic.objects.all(),)), using="nope")

    def test_days_to_come(self) -> None:
        topic = Topic.objects.create(name="Jazz")
        tomorrow = site_day(moment()) + timedelta(days=1)

        count_view(None, topic, at=moment() + timedelta(days=400))
        assert get_views(topic, start=tomorrow) == 0
        assert get_views(topic) == 1

    def test_unsaved_object(self) -> None:
        for act in (
            lambda: count_view(None, Topic(name="Jazz")),
            lambda: get_views(Topic(name="Jazz")),
            lambda: attach_views([Topic(name="Jazz")]),
            lambda: get_views(Country(code="")),
        ):
            with pytest.raises(UnsavedObject, match=r"is not saved, so it has no views"):
                act()

    def test_key_that_is_too_long(self) -> None:
        with pytest.raises(UnsupportedKey, match="is longer than 64 characters"):
            count_view(None, Country(code="x" * 65))

    def test_keys_of_every_kind(self) -> None:
        objects = [
            Topic.objects.create(name="Jazz"),
            Document.objects.create(),
            *(Country.objects.create(code=code) for code in AWKWARD_KEYS),
        ]
        for number, obj in enumerate(objects, 1):
            count_view(None, obj, views=number)
        expected = list(range(1, len(objects) + 1))

        assert [get_views(obj) for obj in objects] == expected
        assert views_of(*attach_views(objects)) == expected
        flush()
        assert [get_views(obj) for obj in objects] == expected
        ranking = most_viewed(Country.objects.all(), limit=100)
        assert [country.code for country in ranking] == AWKWARD_KEYS[::-1]
        assert views_of(*ranking) == expected[:1:-1]

    def test_keys_are_told_apart_to_the_letter(self) -> None:
        codes = ["nz", "NZ", "Nz", "ñz"]
        countries = [Country(code=code) for code in codes]
        for number, country in enumerate(countries, 1):
            assert counted(count_view(None, country, views=number), number)

        for _ in range(2):
            assert views_of(*attach_views(countries)) == [1, 2, 3, 4]
            assert [get_views(country) for country in countries] == [1, 2, 3, 4]
            flush()

    def test_key_with_a_space_at_its_end(self) -> None:
        """MySQL and MariaDB do not see it; that must not be an error."""
        countries = [Country(code="a"), Country(code="a ")]
        for country in countries:
            assert count_view(None, country).counted

        for _ in range(2):
            attach_views(countries)
            most_viewed(Country.objects.all())
            flush()
        assert all(count_view(None, country).counted for country in countries)

    def test_one_spelling_per_key(self) -> None:
        document = Document.objects.create()
        count_view(None, document)

        assert get_views(Document(pk=str(document.pk).upper())) == 1
        assert get_views(Document(pk=document.pk.hex)) == 1

    def test_same_key_in_two_models(self) -> None:
        topic = Topic.objects.create(pk=1, name="Jazz")
        country = Country.objects.create(code="1")
        count_view(None, topic, views=2)
        count_view(None, country, views=3)

        assert views_of(*attach_views([topic, country])) == [2, 3]

    def test_proxy_counts_with_its_model(self) -> None:
        topic = Topic.objects.create(name="Jazz")
        proxy = ProxyTopic.objects.get()

        assert counted(count_view(None, topic), 1)
        assert counted(count_view(None, proxy), 2)
        assert get_views(topic) == get_views(proxy) == 2
        assert most_viewed(ProxyTopic.objects.all()) == [proxy]

    def test_attach_views(self) -> None:
        jazz, blues = (Topic.objects.create(name=name) for name in ("Jazz", "Blues"))
        document = Document.objects.create()
        count_view(None, jazz, views=3)
        count_view(None, document, views=7)
        page = [jazz, None, blues, document, Topic.objects.get(pk=jazz.pk)]

        assert attach_views(page) is page
        assert views_of(page[0], page[2], page[3], page[4]) == [3, 0, 7, 3]
        assert attach_views([]) == []

    def test_attach_views_to_a_queryset(self) -> None:
        count_view(None, Topic.objects.create(name="Jazz"))

        assert views_of(*attach_views(Topic.objects.all())) == [1]

    def test_attach_views_to_a_generator(self) -> None:
        count_view(None, Topic.objects.create(name="Jazz"))

        page = attach_views(topic for topic in Topic.objects.all())

        assert isinstance(page, list)
        assert views_of(*page) == [1]
        assert views_of(*attach_views(Topic.objects.iterator())) == [1]

    def test_most_viewed(self) -> None:
        topics = [Topic.objects.create(name=name) for name in "abcde"]
        for topic, views in zip(topics, (5, 9, 5, 0, 1), strict=True):
            if views:
                count_view(None, topic, views=views)

        ranking = most_viewed(Topic.objects.order_by("name"))
        assert "".join(topic.name for topic in ranking) == "bace"
        assert views_of(*ranking) == [9, 5, 5, 1]
        assert "".join(topic.name for topic in most_viewed(Topic.objects, limit=2)) == "ba"
        assert most_viewed(Topic.objects.all(), limit=0) == []
        flush()
        assert most_viewed(Topic.objects.all()) == ranking

    def test_most_viewed_breaks_ties_by_key_not_by_its_text(self) -> None:
        for pk in (10, 9, 100):
            count_view(None, Topic.objects.create(pk=pk, name="Jazz"))

        assert [topic.pk for topic in most_viewed(Topic.objects.all())] == [9, 10, 100]

    def test_most_viewed_respects_filters_and_skips_the_deleted(self) -> None:
        topics = [Topic.objects.create(name=name) for name in "abcd"]
        for views, topic in enumerate(topics, 1):
            count_view(None, topic, views=views)
        topics[3].delete()

        ranking = most_viewed(Topic.objects.exclude(name="b"))

        assert "".join(topic.name for topic in ranking) == "ca"

    def test_most_viewed_finds_what_the_top_does_not_hold(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A filter that drops all of the top is followed further down."""
        monkeypatch.setattr(rankings, "SPARE", 2)
        for views in range(20, 0, -1):
            topic = Topic.objects.create(name="high" if views > 8 else "low")
            count_view(None, topic, views=views)
        Topic.objects.create(name="low")

        ranking = most_viewed(Topic.objects.filter(name="low"), limit=3)

        assert views_of(*ranking) == [8, 7, 6]

    def test_most_viewed_through_a_join_has_no_doubles(self, ann: Any, bo: Any) -> None:
        topic = Topic.objects.create(name="Jazz")
        for user in (ann, bo):
            TopicFollow.objects.create(follower=user, followee=topic)
        count_view(None, topic)

        assert most_viewed(Topic.objects.filter(follower_edges__pk__gt=0)) == [topic]

    def test_unknown_period(self) -> None:
        topic = Topic.objects.create(name="Jazz")
        today = site_day(moment())
        for act in (
            lambda: most_viewed(Topic.objects.all(), "decade"),
            lambda: most_viewed(Topic.objects.all(), timedelta(0)),
            lambda: rank(topic, period="rising"),
            lambda: series(topic, days=0),
            lambda: series(topic, hours=49),
            lambda: get_views(topic, start=today, end=today - timedelta(days=1)),
        ):
            with pytest.raises(UnknownPeriod):
                act()

    def test_unknown_counter(self) -> None:
        topic = Topic.objects.create(name="Jazz")
        for act in (count_view, lambda _, *args, **kw: get_views(*args, **kw)):
            with pytest.raises(UnknownCounter):
                act(None, topic, counter="download")

    @pytest.mark.django_db(databases=["default", "other"])
    def test_databases_are_counted_apart(self) -> None:
        topic = Topic.objects.create(pk=1, name="Jazz")
        Topic.objects.using("other").create(pk=1, name="Jazz")

        count_view(None, topic)
        count_view(None, topic, views=5, using="other")

        for step in (Flushed, flush, lambda: flush(using="other")):
            step()
            assert (get_views(topic), get_views(topic, using="other")) == (1, 5)
            assert views_of(*attach_views([topic], using="other")) == [5]
            others = Topic.objects.using("other")
            assert views_of(*most_viewed(others, using="other")) == [5]

    @pytest.mark.django_db(databases=["default", "other"])
    def test_replica_that_is_behind(self, settings: Any) -> None:
        settings.DATABASE_ROUTERS = [LaggingReplica()]
        topic = Topic.objects.create(name="Jazz")
        count_view(None, topic, views=5)

        for _ in range(2):
            assert get_views(topic) == 5
            assert views_of(*attach_views([topic])) == [5]
            assert views_of(*most_viewed(Topic.objects.all())) == [5]
            flush()

    @pytest.mark.django_db(transaction=True)
    def test_concurrent_views_are_all_counted(self, together: Callable[..., list[Any]]) -> None:
        topics = [Topic.objects.create(name=name) for name in "abc"]

        def look(number: int) -> list[ViewResult]:
            order = topics if number % 2 else topics[::-1]
            return [count_view(None, topic) for _ in range(10) for topic in order]

        results = together(8, look)

        assert {result.reason for per_thread in results for result in per_thread} == {
            Reason.COUNTED
        }
        assert views_of(*attach_views(topics)) == [80, 80, 80]
        flush()
        assert views_of(*attach_views(topics)) == [80, 80, 80]

    def test_counters_are_apart(self, settings: Any, visit: Callable[..., Any]) -> None:
        settings.VIEWCOUNT_COUNTERS = ["download"]
        topic = Topic.objects.create(name="Jazz")
        count_view(visit(), topic)
        count_view(visit(), topic, counter="download", views=3)
        count_view(None, topic, counter="download", views=4)

        for _ in range(2):
            assert (get_views(topic), get_views(topic, counter="download")) == (1, 7)
            assert get_unique_views(topic) == get_unique_views(topic, counter="download") == 1
            (page,) = attach_views([Topic.objects.get()], counter="download", uniques=True)
            assert (page.download_count, page.unique_download_count) == (7, 1)
            assert not hasattr(page, "view_count")
            for period in ("all", "day", "week", "trending"):
                (best,) = most_viewed(Topic.objects.all(), period, counter="download")
                assert best.download_count == 7
            assert [point.views for point in series(topic, days=1, counter="download")] == [7]
            flush()

    def test_robots_are_counted_apart(self, visit: Callable[..., Any], settings: Any) -> None:
        topic = Topic.objects.create(name="Jazz")
        robot = visit(
            agent="Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
        )

        assert count_view(robot, topic) == (False, Reason.ROBOT, None)
        assert count_view(robot, topic) == (False, Reason.ROBOT, None)
        settings.VIEWCOUNT_COUNT_ROBOTS = False
        assert count_view(robot, topic) == (False, Reason.ROBOT, None)

        for _ in range(2):
            assert (get_views(topic), get_views(topic, counter="robot")) == (0, 2)
            assert get_unique_views(topic, counter="robot") == 0
            assert most_viewed(Topic.objects.all()) == []
            assert [point.views for point in series(topic, days=1, counter="robot")] == [2]
            flush()

    def test_uniques(self, visit: Callable[..., Any]) -> None:
        jazz, blues = (Topic.objects.create(name=name) for name in ("Jazz", "Blues"))
        for address in ("203.0.113.1", "203.0.113.1", "203.0.113.2"):
            count_view(visit(address), jazz)
        count_view(visit("203.0.113.1"), blues)
        count_view(None, jazz, views=7)  # nobody in particular
        count_view(None, jazz, visitor="Ann")
        count_view(None, jazz, visitor="Ann")

        for _ in range(2):
            assert (get_unique_views(jazz), get_unique_views(blues)) == (3, 1)
            page = attach_views([jazz, blues, Topic(pk=0)], uniques=True)
            assert [topic.unique_view_count for topic in page] == [3, 1, 0]
            flush()
        count_view(visit("203.0.113.2"), jazz)
        count_view(visit("203.0.113.3"), jazz)
        assert get_unique_views(jazz) == 4
        flush()
        assert get_unique_views(jazz) == 4

    def test_uniques_of_days_are_added_up(self, visit: Callable[..., Any]) -> None:
        topic = Topic.objects.create(name="Jazz")
        today = site_day(moment())
        yesterday = today - timedelta(days=1)
        for at in (None, None, days_ago(1), days_ago(1)):
            count_view(visit(), topic, at=at)
        count_view(visit("203.0.113.9"), topic, at=days_ago(1))

        for _ in range(2):
            assert get_unique_views(topic) == 3
            assert get_unique_views(topic, start=today) == 1
            assert get_unique_views(topic, start=yesterday, end=yesterday) == 2
            assert series(topic, days=3) == [
                Point(today - timedelta(days=2), 0, 0),
                Point(yesterday, 3, 2),
                Point(today, 2, 1),
            ]
            flush()

    def test_days(self) -> None:
        topic = Topic.objects.create(name="Jazz")
        today = site_day(moment())
        for days, views in ((0, 1), (1, 2), (5, 4), (40, 8)):
            count_view(None, topic, views=views, at=days_ago(days))
        start_of_today = start_of_day(today)
        count_view(None, topic, views=16, at=start_of_today)
        count_view(None, topic, views=32, at=start_of_today - timedelta(microseconds=1))

        def between(start: int | None, end: int | None) -> int:
            first = None if start is None else today - timedelta(days=start)
            last = None if end is None else today - timedelta(days=end)
            return get_views(topic, start=first, end=last)

        for _ in range(2):
            assert between(None, None) == get_views(topic) == 63
            assert between(0, None) == 17
            assert between(1, 1) == 34
            assert between(5, 1) == 38
            assert between(None, 6) == 8
            assert [point.views for point in series(topic, days=6)] == [4, 0, 0, 0, 34, 17]
            flush()
        count_view(None, topic, views=64, at=days_ago(5))
        assert between(5, 1) == 102

    def test_hours(self) -> None:
        topic = Topic.objects.create(name="Jazz")
        points = series(topic, hours=48)
        assert {point.views for point in points} == {0}
        starts = [point.start for point in points]
        assert starts == [points[0].start + timedelta(hours=hour) for hour in range(48)]
        for hours, views in ((0, 1), (1, 2), (1, 4), (47, 8), (100, 16)):
            count_view(None, topic, views=views, at=hours_ago(hours))

        seen = {point.start: point.views for point in series(topic, hours=48) if point.views}

        assert seen == {
            hours_ago(hours) - timedelta(minutes=30): views
            for hours, views in ((0, 1), (1, 6), (47, 8))
        }
        assert series(topic, hours=2)[0] == Point(hours_ago(1) - timedelta(minutes=30), 6, None)

    @pytest.mark.parametrize(
        ("period", "names"),
        [
            ("hour", "a"),
            ("day", "ba"),
            (timedelta(hours=30), "cba"),
            ("week", "dcba"),
            (timedelta(days=3, hours=1), "cba"),
            ("month", "edcba"),
            ("all", "fedcba"),
        ],
    )
    def test_most_viewed_in_a_window(self, period: Any, names: str) -> None:
        ages = {
            "a": hours_ago(1),
            "b": hours_ago(20),
            "c": hours_ago(28),
            "d": days_ago(5),
            "e": days_ago(20),
            "f": days_ago(50),
        }
        for views, (name, at) in enumerate(ages.items(), 1):
            topic = Topic.objects.create(name=name)
            count_view(None, topic, views=views, at=at)
            count_view(None, topic, views=100 - 10 * views, at=days_ago(60))

        for _ in range(2):
            ranking = most_viewed(Topic.objects.all(), period)
            if period == "all":
                assert "".join(topic.name for topic in ranking) == names[::-1]
            else:
                assert "".join(topic.name for topic in ranking) == names
                assert [topic.period_views for topic in ranking] == list(range(len(names), 0, -1))
                assert views_of(*ranking) == [100 - 9 * n for n in range(len(names), 0, -1)]
                assert "".join(t.name for t in most_viewed(Topic.objects, period, 1)) == names[0]
            flush()

    def test_trending(self, settings: Any) -> None:
        settings.VIEWCOUNT_HALF_LIFE = 6
        now = hour_of(moment())
        views = {"old": (24, 100), "new": (0, 9), "both": (6, 6), "never": (0, 0)}
        topics = {name: Topic.objects.create(name=name) for name in views}
        for name, (hours, number) in views.items():
            if number:
                count_view(None, topics[name], views=number, at=start_of_hour(now - hours))
        count_view(None, topics["both"], views=5, at=start_of_hour(now))
        window, kind, backend = Window("trending", end=now), Kind(Topic), get_backend()
        expected = {"new": 9.0, "both": 8.0, "old": 100 / 16}

        for _ in range(2):
            top = backend.top(kind, window, 10, "default")
            assert [key for key, _ in top] == [str(topics[name].pk) for name in expected]
            assert [score for _, score in top] == pytest.approx(list(expected.values()))
            keys = [str(topic.pk) for topic in topics.values()]
            scores = backend.scores(kind, window, keys, "default")
            assert {key: score for key, score in scores.items() if score} == pytest.approx(
                dict(top)
            )
            places = [
                backend.rank(target_of(topic), window, "default") for topic in topics.values()
            ]
            assert places == [(3, 3), (1, 3), (2, 3), (None, 3)]
            ranking = most_viewed(Topic.objects.all(), "trending", limit=2)
            assert ranking == [topics["new"], topics["both"]]
            assert views_of(*ranking) == [9, 11]
            assert ranking[0].score > ranking[1].score > 0
            flush()

    @pytest.mark.parametrize(
        ("period", "name"), [("week", "period_views"), ("trending", "score"), ("rising", "score")]
    )
    def test_most_viewed_without_totals(self, period: str, name: str) -> None:
        topic = Topic.objects.create(name="a")
        count_view(None, topic, views=3)

        (found,) = most_viewed(Topic.objects.all(), period, totals=False)

        assert getattr(found, name) == getattr(most_viewed(Topic.objects.all(), period)[0], name)
        assert not hasattr(found, "view_count")

    def test_rising(self) -> None:
        steady, rising, quiet = (Topic.objects.create(name=name) for name in "abc")
        for hours in range(1, 25):
            count_view(None, steady, views=10, at=hours_ago(hours))
        count_view(None, rising, views=25, at=hours_ago(0))
        count_view(None, quiet, views=1, at=hours_ago(0))

        ranking = most_viewed(Topic.objects.all(), "rising")

        assert ranking == [rising]
        assert ranking[0].score == pytest.approx((25 - 1) ** 2)
        assert ranking[0].view_count == 25

    @pytest.mark.parametrize("period", ["all", "day", "week"])
    def test_rank(self, period: str) -> None:
        topics = [Topic.objects.create(name=name) for name in "abcde"]
        for topic, views in zip(topics, (5, 9, 5, 1), strict=False):
            count_view(None, topic, views=views)

        for _ in range(2):
            places = [rank(topic, period=period) for topic in topics]
            assert places == [Rank(2, 4), Rank(1, 4), Rank(2, 4), Rank(4, 4), Rank(None, 4)]
            shares = [percentile(topic, period=period) for topic in topics]
            assert shares == [75, 100, 75, 25, None]
            flush()
        assert rank(Country.objects.create(code="nz"), period=period) == Rank(None, 0)

    def test_cooldown(self, settings: Any, visit: Callable[..., Any]) -> None:
        settings.VIEWCOUNT_COOLDOWN = 1800
        jazz, blues = (Topic.objects.create(name=name) for name in ("Jazz", "Blues"))

        assert count_view(visit(), jazz).reason is Reason.COUNTED
        assert count_view(visit(), jazz) == (False, Reason.COOLDOWN, None)
        assert counted(count_view(visit("203.0.113.8"), jazz), 2)
        assert count_view(visit(), blues).counted
        assert count_view(None, jazz).counted  # nobody in particular
        assert count_view(None, jazz, visitor="Ann").counted
        assert count_view(None, jazz, visitor="Ann").reason is Reason.COOLDOWN
        assert (get_views(jazz), get_unique_views(jazz)) == (4, 3)
        flush()
        assert count_view(visit(), jazz).reason is Reason.COOLDOWN

    def test_cooldown_ends(self, settings: Any, visit: Callable[..., Any]) -> None:
        settings.VIEWCOUNT_COOLDOWN = 0.05
        topic = Topic.objects.create(name="Jazz")
        count_view(visit(), topic)
        sleep(0.1)

        assert counted(count_view(visit(), topic), 2)
        assert get_unique_views(topic) == 1

    def test_cooldown_reaches_over_midnight(self, settings: Any, visit: Callable[..., Any]) -> None:
        """Where a visitor's hash becomes another one."""
        settings.VIEWCOUNT_COOLDOWN = 1800
        topic = Topic.objects.create(name="Jazz")
        today = site_day(moment())
        midnight = start_of_day(today)

        assert count_view(visit(), topic, at=midnight - timedelta(seconds=9)).counted
        refused = count_view(visit(), topic, at=midnight + timedelta(seconds=9))
        assert refused.reason is Reason.COOLDOWN
        # That left nothing behind: much later on that day, the visitor is let in.
        assert count_view(visit(), topic, at=midnight + timedelta(hours=1)).counted
        assert get_views(topic) == get_unique_views(topic) == 2
        assert get_unique_views(topic, start=today) == 1

    def test_network_limit(self, settings: Any, visit: Callable[..., Any]) -> None:
        settings.VIEWCOUNT_NETWORK_LIMIT = 3
        jazz, blues = (Topic.objects.create(name=name) for name in ("Jazz", "Blues"))
        one, two = visit("2001:db8:1:1::1"), visit("2001:db8:1:2::1")
        now = hours_ago(0)

        assert count_view(one, jazz, views=2, at=now).counted
        assert count_view(two, jazz, views=2, at=now) == (False, Reason.NETWORK_LIMIT, None)
        assert counted(count_view(two, jazz, at=now), 3)
        assert count_view(one, jazz, at=now).reason is Reason.NETWORK_LIMIT
        assert count_view(visit("2001:db8:2:1::1"), jazz, at=now).counted
        assert count_view(visit("2001:db8:2:1::1"), blues, views=4).reason is Reason.NETWORK_LIMIT
        assert count_view(one, blues, at=now).counted
        assert count_view(one, jazz, at=hours_ago(1)).counted
        assert count_view(None, jazz, at=now).counted
        assert get_views(jazz) == 6

    def test_tokens(self, settings: Any) -> None:
        jazz, blues = (Topic.objects.create(name=name) for name in ("Jazz", "Blues"))

        assert count_view(None, jazz, token="a").counted
        assert count_view(None, jazz, token="a") == (False, Reason.REPEATED, None)
        assert count_view(None, jazz, token="b").counted
        flush()
        assert count_view(None, jazz, token="a").reason is Reason.REPEATED
        assert count_view(None, Country(code="nz"), token="a").counted
        assert count_view(None, blues, token="a").counted  # a token is of one object
        assert (get_views(jazz), get_views(blues)) == (2, 1)

    @pytest.mark.parametrize("token", ["x" * 65, "\ud800"])
    def test_token_that_cannot_be_kept(self, token: str) -> None:
        topic = Topic.objects.create(name="Jazz")

        with pytest.raises(ValueError, match="A token is text of at most 64 characters"):
            count_view(None, topic, token=token)
        with pytest.raises(ValueError, match="A token is text of at most 64 characters"):
            count_views(None, [(topic, "view", None), (topic, "view", token)])
        assert get_views(topic) == 0

    def test_rules_apply_in_their_order_and_a_refused_view_leaves_no_trace(
        self, settings: Any, visit: Callable[..., Any]
    ) -> None:
        settings.VIEWCOUNT_COOLDOWN = 1800
        settings.VIEWCOUNT_NETWORK_LIMIT = 2
        topic, now = Topic.objects.create(name="Jazz"), hours_ago(0)
        one, two, three = (visit(f"2001:db8:1:{number}::1") for number in (1, 2, 3))

        def look(request: Any, token: str) -> Reason:
            return count_view(request, topic, token=token, at=now).reason

        assert look(one, "a") is Reason.COUNTED
        assert look(one, "a") is Reason.REPEATED  # and in its cooldown
        assert look(one, "b") is Reason.COOLDOWN
        assert look(two, "b") is Reason.COUNTED
        assert look(one, "c") is Reason.COOLDOWN  # and beyond the limit
        assert look(three, "c") is Reason.NETWORK_LIMIT
        assert get_views(topic) == get_unique_views(topic) == 2
        settings.VIEWCOUNT_NETWORK_LIMIT = 3
        assert look(three, "c") is Reason.COUNTED
        assert get_views(topic) == get_unique_views(topic) == 3

    def test_explain_counts_nothing(self, settings: Any, visit: Callable[..., Any]) -> None:
        settings.VIEWCOUNT_COOLDOWN = 1800
        settings.VIEWCOUNT_NETWORK_LIMIT = 1
        topic = Topic.objects.create(name="Jazz")
        one, two = visit("2001:db8:1:1::1"), visit("2001:db8:1:2::1")

        assert [explain(one, topic).reason for _ in range(2)] == [Reason.COUNTED] * 2
        assert get_views(topic) == 0
        assert count_view(one, topic).counted
        assert explain(one, topic).reason is Reason.COOLDOWN
        assert explain(two, topic).reason is Reason.NETWORK_LIMIT
        seen = View(target_of(topic), moment(), "default", token="a")
        assert get_backend().seen(seen) is None
        get_backend().count([seen])
        assert get_backend().seen(seen) is Reason.REPEATED

    def test_count_views(self, settings: Any, visit: Callable[..., Any]) -> None:
        settings.VIEWCOUNT_COUNTERS = ["click"]
        settings.VIEWCOUNT_COOLDOWN = 1800
        topic, document = Topic.objects.create(name="Jazz"), Document.objects.create()
        country = Country.objects.create(code="nz")

        assert count_views(None, []) == []
        results = count_views(
            visit(),
            [
                (topic, "view", None),
                (document, "click", "a"),
                (topic, "view", None),
                (document, "click", "a"),
                (country, "view", "b"),
            ],
        )

        reasons = [result.reason for result in results]
        first, second, third = Reason.COUNTED, Reason.COOLDOWN, Reason.REPEATED
        assert reasons == [first, first, second, third, first]
        attach_views([topic, country])
        results = count_views(None, [(topic, "view", None)] * 3)
        assert all(counted(result, total) for total, result in enumerate(results, 2))
        assert views_of(*attach_views([topic, country])) == [4, 1]
        assert get_views(document, counter="click") == 1

    def test_salt_of_a_day(self) -> None:
        backend, today = get_backend(), site_day(moment())
        yesterday = today - timedelta(days=1)

        salts = [backend.salt(day, "default") for day in (today, yesterday, today)]

        assert [len(salt) for salt in salts] == [16] * 3
        assert salts[0] == salts[2] != salts[1]

    def test_forget_views(self, settings: Any, visit: Callable[..., Any]) -> None:
        settings.VIEWCOUNT_COUNTERS = ["download"]
        jazz, blues = (Topic.objects.create(name=name) for name in ("Jazz", "Blues"))
        for topic in (jazz, blues):
            for counter in ("view", "download"):
                count_view(visit(), topic, views=5, counter=counter)
                flush()
                count_view(visit(), topic, views=5, counter=counter)

        forget_views([jazz])

        for _ in range(2):
            for counter in ("view", "download"):
                assert get_views(jazz, counter=counter) == 0
                assert get_unique_views(jazz, counter=counter) == 0
                assert get_views(blues, counter=counter) == 10
                for period in ("all", "hour", "week", "trending"):
                    assert most_viewed(Topic.objects.all(), period, counter=counter) == [blues]
                assert {point.views for point in series(jazz, days=2, counter=counter)} == {0}
                assert {point.views for point in series(jazz, hours=2, counter=counter)} == {0}
                assert rank(blues, counter=counter) == Rank(1, 1)
            flush()
        assert count_view(None, jazz).counted
        assert get_views(jazz) == 1

    @pytest.mark.parametrize("flushed", [False, True])
    def test_deleted_objects_are_forgotten(
        self, flushed: bool, django_capture_on_commit_callbacks: Any, visit: Callable[..., Any]
    ) -> None:
        topics = [Topic.objects.create(name="Jazz") for _ in range(3)]
        for topic in topics:
            count_view(visit(), topic)
        keys = [topic.pk for topic in topics]
        if flushed:
            flush()

        with django_capture_on_commit_callbacks(execute=True):
            Topic.objects.exclude(pk=keys[0]).delete()
            assert get_views(topics[1]) == 1  # it may yet be rolled back

        for _ in range(2):
            assert [get_views(Topic(pk=pk)) for pk in keys] == [1, 0, 0]
            assert [get_unique_views(Topic(pk=pk)) for pk in keys] == [1, 0, 0]
            flush()

    def test_merge_views(self, settings: Any) -> None:
        settings.VIEWCOUNT_COUNTERS = ["download"]
        old, new, other = (Topic.objects.create(name=name) for name in "abc")
        today = site_day(moment())
        for topic, visitors in ((old, "AB"), (new, "C"), (other, "A")):
            for visitor in visitors:
                count_view(None, topic, visitor=visitor)
                count_view(None, topic, visitor=visitor, at=days_ago(1))
        flush()
        count_view(None, old, views=10, counter="download")
        count_view(None, old, views=100)
        count_view(None, old, views=100, at=hours_ago(1))

        merge_views(old, new)
        merge_views(new, new)

        for _ in range(2):
            assert views_of(*attach_views([old, new, other])) == [0, 206, 2]
            assert [get_unique_views(topic) for topic in (old, new, other)] == [0, 6, 2]
            assert get_unique_views(new, start=today) == 3
            assert get_views(new, counter="download") == 10
            assert get_views(new, start=today - timedelta(days=1)) == 206
            assert sum(point.views for point in series(new, days=2)) == 206
            assert {point.views for point in series(old, days=2)} == {0}
            assert most_viewed(Topic.objects.all()) == [new, other]
            for period in ("week", "trending"):
                assert most_viewed(Topic.objects.all(), period) == [new, other]
            assert most_viewed(Topic.objects.all(), "day")[0].period_views >= 203
            flush()
        assert count_view(None, old).counted
        assert (get_views(old), get_views(new)) == (1, 206)

    def test_merge_views_of_two_models(self) -> None:
        with pytest.raises(DifferentModels) as excinfo:
            merge_views(Topic(pk=1), Country(code="nz"))

        assert str(excinfo.value) == (
            "The views of a testapp.Topic cannot become those of a testapp.Country: they are "
            "counted apart."
        )

    @pytest.mark.django_db(transaction=True)
    def test_concurrent_cooldown(
        self, settings: Any, together: Callable[..., list[Any]], visit: Callable[..., Any]
    ) -> None:
        settings.VIEWCOUNT_COOLDOWN = 1800
        topics = [Topic.objects.create(name="Jazz") for _ in range(20)]

        def look(number: int) -> int:
            order = topics if number % 2 else topics[::-1]
            return sum(count_view(visit(), topic).counted for topic in order)

        assert sum(together(8, look)) == 20
        for _ in range(2):
            attach_views(topics, uniques=True)
            assert views_of(*topics) == [1] * 20
            assert [topic.unique_view_count for topic in topics] == [1] * 20
            flush()

    @pytest.mark.django_db(transaction=True)
    def test_concurrent_visitors_of_one_network(
        self, settings: Any, together: Callable[..., list[Any]], visit: Callable[..., Any]
    ) -> None:
        settings.VIEWCOUNT_NETWORK_LIMIT = 20
        topic, now = Topic.objects.create(name="Jazz"), hours_ago(0)

        def look(number: int) -> int:
            request = visit(f"2001:db8:1:{number}::1")
            return sum(count_view(request, topic, at=now).counted for _ in range(5))

        assert sum(together(8, look)) == 20
        assert get_views(topic) == 20
        assert get_unique_views(topic) <= 8

    def test_async_twins(self, visit: Callable[..., Any]) -> None:
        topic, other = (Topic.objects.create(name=name) for name in "ab")
        request = visit()

        async def act() -> list[Any]:
            first = await acount_view(request, topic)
            (again,) = await acount_views(request, [(topic, "view", None)])
            explained = await aexplain(request, topic)
            await aflush()
            (attached,) = await aattach_views([topic])
            ranking = await amost_viewed(Topic.objects.all())
            (point,) = await aseries(topic, days=1)
            answers = [first.counted, again.counted, explained.reason, attached.view_count]
            answers += [ranking, point.views, await aget_views(topic)]
            answers += [
                await aget_unique_views(topic),
                await arank(topic),
                await apercentile(topic),
            ]
            await amerge_views(topic, other)
            answers.append(await aget_views(other))
            await aforget_views([other])
            answers += [await aget_views(other), (await aprune()).orphans]
            return answers

        assert async_to_sync(act)() == [
            *(True, True, Reason.COUNTED, 2, [topic], 2, 2, 1, Rank(1, 1), 100, 2, 0, 0)
        ]


def make_documents(number: int) -> list[Document]:
    return Document.objects.bulk_create(Document(pk=uuid.uuid4()) for _ in range(number))
