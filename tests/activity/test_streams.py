from __future__ import annotations

import datetime as dt
import uuid
from base64 import urlsafe_b64encode

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from testapp.models import Country, Document, Topic

from django_activity import streams
from django_activity.api import log
from django_activity.exceptions import InvalidCursor
from django_activity.merging import has_lateral
from django_activity.models import Action
from django_follow.api import follow, follow_many

pytestmark = pytest.mark.django_db

WHEN = dt.datetime(2024, 5, 1, 12, tzinfo=dt.timezone.utc)


def act(actor, number=0, target=None, **fields):
    created = WHEN + dt.timedelta(minutes=number)
    if target is not None:  # given as None, it would overwrite target_object_id
        fields["target"] = target
    return Action.objects.create(actor=actor, verb=f"did {number}", created=created, **fields)


def verbs(page):
    return [action.verb for action in page.actions]


def walk(stream, size):
    """Every action of a stream, page by page."""
    actions, cursor = [], None
    while True:
        page = stream.page(size=size, before=cursor)
        actions += page.actions
        cursor = page.next_cursor
        if cursor is None:
            return actions


class TestStreams:
    def test_actor(self, ann, bo):
        act(ann, 1), act(bo, 2), act(ann, 3), act(None, 4)

        assert verbs(streams.actor_stream(ann).page()) == ["did 3", "did 1"]
        assert verbs(streams.actor_stream(None).page()) == ["did 4"]

    def test_who_was_deleted_is_not_the_system(self, ann):
        act(ann, 1, actor_label="ann"), act(None, 2)
        ann.delete()

        assert verbs(streams.actor_stream(None).page()) == ["did 2"]

    @pytest.mark.django_db(databases=["default", "other"])
    def test_in_another_database(self, settings):
        Topic.objects.create(pk=1, name="Of the other database, one hopes")
        settings.ACTIVITY_PREFETCH = {"testapp.Topic": Topic.objects.all}
        users = get_user_model().objects.using("other")
        ann, bo = users.create(username="ann"), users.create(username="bo")
        tea = Topic.objects.using("other").create(pk=1, name="Tea")
        document = Document.objects.using("other").create()
        follow(ann, bo, using="other")
        act(None, 1)
        log(bo, "did 2", tea, action_object=document, using="other")

        for stream, argument in (
            (streams.public_stream, ()),
            (streams.actor_stream, (bo,)),
            (streams.target_stream, (tea,)),
            (streams.object_stream, (document,)),
            (streams.home_stream, (ann,)),
        ):
            [action] = stream(*argument, using="other").page().actions
            assert (action.verb, action._state.db) == ("did 2", "other")
            assert (action.actor.username, action.target.name) == ("bo", "Tea")
            assert action.action_object == document

    def test_target_and_object(self, ann):
        tea, milk = (Topic.objects.create(name=name) for name in ("Tea", "Milk"))
        act(ann, 1, tea), act(ann, 2, milk), act(ann, 3, action_object=tea)

        assert verbs(streams.target_stream(tea).page()) == ["did 1"]
        assert verbs(streams.object_stream(tea).page()) == ["did 3"]

    def test_home(self, ann, bo, make_user):
        cy, di = make_user("cy"), make_user("di")
        follow_many(ann, [bo, cy])
        act(bo, 1), act(cy, 2), act(di, 3), act(ann, 4), act(None, 5)

        assert verbs(streams.home_stream(ann).page()) == ["did 2", "did 1"]
        assert verbs(streams.home_stream(ann, with_self=True).page()) == ["did 4", "did 2", "did 1"]
        assert verbs(streams.home_stream(di).page()) == []

    def test_private_actions_are_in_no_stream(self, ann, bo):
        follow(ann, bo)
        act(bo, 1, public=False)

        for stream in (
            streams.home_stream(ann),
            streams.actor_stream(bo),
            streams.public_stream(),
        ):
            assert stream.page().actions == []

    def test_home_without_followees(self, ann, settings):
        settings.ACTIVITY_FOLLOWEES = None

        with pytest.raises(ImproperlyConfigured, match="home_stream.. needs ACTIVITY_FOLLOWEES"):
            streams.home_stream(ann)

    def test_async(self, ann):
        act(ann, 1)

        assert verbs(async_to_sync(streams.actor_stream(ann).apage)()) == ["did 1"]


class TestPages:
    @pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
    def test_every_row_once_in_order(self, ann, size):
        # Seven rows of which four share a moment.
        for number in (1, 2, 2, 2, 2, 3, 4):
            act(ann, number)

        expected = list(Action.objects.order_by("-created", "-pk"))
        assert walk(streams.actor_stream(ann), size) == expected

    def test_exactly_full_page_is_the_last(self, ann):
        act(ann, 1), act(ann, 2)

        assert streams.actor_stream(ann).page(size=2).next_cursor is None

    def test_new_actions_do_not_shift_the_next_page(self, ann):
        for number in range(4):
            act(ann, number)
        stream = streams.actor_stream(ann)
        first = stream.page(size=2)
        act(ann, 10)

        assert verbs(stream.page(size=2, before=first.next_cursor)) == ["did 1", "did 0"]

    def test_cursor_of_a_deleted_action(self, ann):
        for number in range(4):
            act(ann, number)
        first = streams.actor_stream(ann).page(size=2)
        first.actions[-1].delete()

        after = streams.actor_stream(ann).page(before=first.next_cursor)
        assert verbs(after) == ["did 1", "did 0"]

    @pytest.mark.parametrize(
        "cursor",
        [
            "",
            "%%%",
            "é",
            "a\0b",
            "AAAA",
            *(
                urlsafe_b64encode(text.encode()).decode()
                for text in (
                    "yesterday 1",
                    "2024-05-01T12:00:00+00:00",
                    "2024-05-01T12:00:00+00:00 x",
                    "2024-05-01T12:00:00+00:00 1 OR 1=1",
                    f"2024-05-01T12:00:00+00:00 {10**30}",
                    "2024-05-01T12:00:00 1",
                    "0001-01-01T00:00:00+14:00 1",
                    "9999-12-31T23:59:59-14:00 1",
                )
            ),
        ],
    )
    def test_forged_cursor(self, ann, cursor):
        with pytest.raises(InvalidCursor, match="is not a cursor of this stream"):
            streams.actor_stream(ann).page(before=cursor)

    @pytest.mark.parametrize("size", [0, -1, 201, "20", None])
    def test_size_out_of_range(self, ann, size):
        with pytest.raises(ValueError, match="The size of a page is 1 to 200"):
            streams.actor_stream(ann).page(size=size)


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
        from testapp.models import Profile

        Profile.objects.create(user=ann)
        act(ann, 1)
        settings.ACTIVITY_ACTOR_SELECT_RELATED = ("profile",)

        with django_assert_num_queries(1):
            assert streams.actor_stream(ann).page().actions[0].actor.profile.user_id == ann.pk
