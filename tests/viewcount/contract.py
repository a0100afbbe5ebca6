from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import RequestFactory
from testapp.models import Country, Document, ProxyTopic, Topic, TopicFollow

from django_viewcount import rankings
from django_viewcount.api import (
    Flushed,
    Reason,
    ViewResult,
    aattach_views,
    acount_view,
    aflush,
    aget_views,
    amost_viewed,
    attach_views,
    count_view,
    flush,
    get_views,
    most_viewed,
)
from django_viewcount.exceptions import UnknownPeriod, UnsavedObject, UnsupportedKey

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


@pytest.mark.django_db
class ViewCountContract:
    """What every backend does. A test class per backend inherits it and sets the backend up."""

    def test_count_view_answers_the_total(self) -> None:
        topic = Topic.objects.create(name="Jazz")
        request = RequestFactory().get("/")

        assert count_view(request, topic) == ViewResult(True, Reason.COUNTED, 1)
        assert count_view(request, topic) == ViewResult(True, Reason.COUNTED, 2)
        assert count_view(None, topic, views=40) == ViewResult(True, Reason.COUNTED, 42)
        assert get_views(topic) == 42

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
            assert count_view(None, country, views=number).views == number

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

        assert count_view(None, topic).views == 1
        assert count_view(None, proxy).views == 2
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
        with pytest.raises(UnknownPeriod) as excinfo:
            most_viewed(Topic.objects.all(), period="decade")
        assert str(excinfo.value) == "There is no ranking for 'decade'. Choose: all."

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

    def test_async_twins(self) -> None:
        topic = Topic.objects.create(name="Jazz")

        async def act() -> list[Any]:
            counted = await acount_view(None, topic)
            await aflush()
            (attached,) = await aattach_views([topic])
            ranking = await amost_viewed(Topic.objects.all())
            return [counted.views, await aget_views(topic), attached.view_count, ranking]

        assert async_to_sync(act)() == [1, 1, 1, [topic]]


def make_documents(number: int) -> list[Document]:
    return Document.objects.bulk_create(Document(pk=uuid.uuid4()) for _ in range(number))
