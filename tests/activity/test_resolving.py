"""What the actions of a page point to is fetched by type, and may be gone."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from testapp.models import Country, Document, Profile, Topic

from django_activity import streams
from django_activity.merging import has_lateral
from django_activity.models import Action
from django_follow.api import follow

pytestmark = pytest.mark.django_db

WHEN = dt.datetime(2024, 5, 1, 12, tzinfo=dt.timezone.utc)


def act(actor, number=0, target=None, **fields):
    created = WHEN + dt.timedelta(minutes=number)
    if target is not None:  # given as None, it would overwrite target_object_id
        fields["target"] = target
    return Action.objects.create(actor=actor, verb=f"did {number}", created=created, **fields)


class TestObjects:
    @pytest.mark.parametrize("rows", [5, 50])
    def test_one_query_and_one_per_type(self, ann, bo, rows, django_assert_num_queries):
        follow(ann, bo)
        for number in range(rows):
            act(bo, number, Topic.objects.create(name="Tea"))
            act(bo, number, Document.objects.create())
            act(bo, number, Country.objects.create(code=str(number)))
        ContentType.objects.clear_cache()
        for model in (Topic, Document, Country):
            ContentType.objects.get_for_model(model)

        # The page, and the three types; without LATERAL, whom the page comes from is asked before.
        with django_assert_num_queries(4 if has_lateral(connection) else 5):
            page = streams.home_stream(ann).page(size=rows)
            told = [f"{action.actor} {action.verb} {action.target}" for action in page.actions]

        assert len(told) == rows

    def test_objects_are_the_right_ones(self, ann):
        items = [Topic.objects.create(name="Tea"), Document.objects.create(), Country("nz")]
        items[2].save()
        for number, item in enumerate(items):
            act(ann, number, item, action_object=items[0])

        page = streams.actor_stream(ann).page()

        assert [action.target for action in page.actions] == items[::-1]
        assert {action.action_object for action in page.actions} == {items[0]}

    def test_what_is_gone_is_none(self, ann, django_assert_num_queries):
        topic = Topic.objects.create(name="Tea")
        stale = ContentType.objects.create(app_label="testapp", model="removed")
        act(ann, 1, topic, target_label="Tea")
        topic_type = ContentType.objects.get_for_model(Topic)
        for number, (content_type, key) in enumerate(
            [
                (stale, "1"),
                (topic_type, "not a number"),
                (topic_type, str(10**30)),
                (ContentType.objects.get_for_model(Document), "not a uuid"),
                (ContentType.objects.get_for_model(Document), str(uuid.uuid4())),
            ]
        ):
            act(ann, 2 + number, target_content_type=content_type, target_object_id=key)
        topic.delete()

        page = streams.actor_stream(ann).page()

        with django_assert_num_queries(0):
            assert [action.target for action in page.actions] == [None] * 6
        assert page.actions[-1].target_label == "Tea"

    def test_named_queryset(self, ann, settings, django_assert_num_queries):
        settings.ACTIVITY_PREFETCH = {"testapp.Topic": lambda: Topic.objects.filter(name="Tea")}
        tea, milk = (Topic.objects.create(name=name) for name in ("Tea", "Milk"))
        act(ann, 1, tea), act(ann, 2, milk)

        targets = [action.target for action in streams.actor_stream(ann).page().actions]

        assert targets == [None, tea]

    @pytest.mark.django_db(databases=["default", "other"])
    def test_objects_of_another_database(self, ann, settings):
        class Router:
            def db_for_read(self, model, **hints):
                return "other" if model is Topic else None

        wrong, right = (Topic(pk=1, name=name) for name in ("wrong", "right"))
        wrong.save(using="default"), right.save(using="other")
        act(ann, 1, wrong)

        def name():
            return streams.actor_stream(ann).page().actions[0].target.name

        assert name() == "wrong"
        settings.ACTIVITY_PREFETCH = {"testapp.Topic": lambda: Topic.objects.using("other")}
        assert name() == "right"
        settings.ACTIVITY_PREFETCH = {}
        settings.DATABASE_ROUTERS = [Router()]
        assert name() == "right"

    def test_two_spellings_of_a_key(self, ann):
        document = Document.objects.create()
        for number, key in enumerate((document.pk.hex, str(document.pk))):
            act(
                ann,
                number,
                target_content_type=ContentType.objects.get_for_model(Document),
                target_object_id=key,
            )

        page = streams.actor_stream(ann).page()

        assert [action.target for action in page.actions] == [document] * 2

    def test_actor_relations_come_along(self, ann, settings, django_assert_num_queries):
        Profile.objects.create(user=ann)
        act(ann, 1)
        settings.ACTIVITY_ACTOR_SELECT_RELATED = ("profile",)

        with django_assert_num_queries(1):
            assert streams.actor_stream(ann).page().actions[0].actor.profile.user_id == ann.pk

    def test_hooks_that_are_managers(self, ann, settings):
        settings.ACTIVITY_PREFETCH = {"testapp.topic": lambda: Topic.objects}
        tea = Topic.objects.create(name="Tea")
        act(ann, 1, tea)

        assert streams.actor_stream(ann).page().actions[0].target == tea

    def test_proxy(self, ann):
        from testapp.models import ProxyTopic

        proxy = ProxyTopic.objects.create(name="Tea")
        act(ann, 1, proxy)

        [action] = streams.target_stream(proxy).page().actions
        assert type(action.target) is Topic

    @pytest.mark.parametrize("types", [1, 3])
    @pytest.mark.parametrize("rows", [5, 50])
    def test_any_stream(self, ann, rows, types, django_assert_num_queries):
        makers = [
            lambda number: Topic.objects.create(name="Tea"),
            lambda number: Document.objects.create(),
            lambda number: Country.objects.create(code=str(number)),
        ][:types]
        for number in range(rows):
            act(ann, number, makers[number % types](number))
        ContentType.objects.clear_cache()
        for model in (Topic, Document, Country, type(ann)):
            ContentType.objects.get_for_model(model)

        for stream in (streams.public_stream(), streams.actor_stream(ann), streams.any_stream(ann)):
            with django_assert_num_queries(1 + types):
                page = stream.page(size=rows)
                assert all(action.target and action.actor for action in page.actions)


class TestHidden:
    """ACTIVITY_ON_TARGET_DELETE, as streams see it."""

    @pytest.fixture(autouse=True)
    def rows(self, ann):
        topic, document = Topic.objects.create(name="Tea"), Document.objects.create()
        stale = ContentType.objects.create(app_label="testapp", model="removed")
        act(ann, 1, topic), act(ann, 2, action_object=document)
        act(ann, 3, topic, action_object=document), act(ann, 4)
        act(ann, 5, target_content_type=stale, target_object_id="1")
        act(ann, 6, target_object_id="1")  # its type went with its app
        act(ann, 7, Topic.objects.create(name="Milk"))
        topic.delete(), document.delete()

    @pytest.mark.parametrize(
        ("policy", "shown"),
        [
            ("keep", [7, 6, 5, 4, 3, 2, 1]),
            ("hide", [7, 4]),
            ("cascade", [7, 4]),
            ({"testapp.Topic": "hide"}, [7, 6, 5, 4, 2]),
            ({"testapp.document": "hide"}, [7, 6, 5, 4, 1]),
            ({"testapp.Topic": "keep"}, [7, 6, 5, 4, 3, 2, 1]),
            ({}, [7, 6, 5, 4, 3, 2, 1]),
        ],
    )
    def test_policies(self, ann, settings, policy, shown):
        settings.ACTIVITY_ON_TARGET_DELETE = policy

        page = streams.actor_stream(ann).page()

        assert [action.verb for action in page.actions] == [f"did {number}" for number in shown]

    @pytest.mark.parametrize("size", [1, 2, 3])
    def test_pages_are_filled_up(self, ann, settings, size):
        settings.ACTIVITY_ON_TARGET_DELETE = "hide"
        for number in range(10, 14):
            act(ann, number)
        stream, sizes, found, cursor = streams.actor_stream(ann), [], [], None

        while True:
            page = stream.page(size, cursor)
            sizes.append(len(page.actions))
            found += page.actions
            if (cursor := page.next_cursor) is None:
                break

        assert [action.verb for action in found] == [f"did {n}" for n in (13, 12, 11, 10, 7, 4)]
        assert set(sizes[:-1]) <= {size}
