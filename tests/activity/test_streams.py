from __future__ import annotations

import datetime as dt

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q
from testapp.models import Country, Document, Topic

from django_activity import paging, streams
from django_activity.api import log, log_many
from django_activity.cursors import encode_cursor, position_of
from django_activity.exceptions import InvalidAction, InvalidCursor, UnsavedObject
from django_activity.models import Action
from django_follow.api import follow, follow_many
from django_follow.models import Block

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

    @pytest.mark.parametrize("size", [0, -1, 201, "20", None])
    def test_size_out_of_range(self, ann, size):
        with pytest.raises(ValueError, match="The size of a page is 1 to 200"):
            streams.actor_stream(ann).page(size=size)

    def test_size_of_what_is_counted(self, ann):
        act(ann, 1), act(ann, 2)
        stream = streams.actor_stream(ann)

        assert [stream.count_since(None, limit) for limit in (1, 2, 500)] == [1, 2, 2]
        for limit in (0, 501, None):
            with pytest.raises(ValueError, match="1 to 500"):
                stream.count_since(None, limit)


class TestKinds:
    def test_any(self, ann, bo):
        tea = Topic.objects.create(name="Tea")
        act(ann, 1, tea), act(bo, 2, action_object=tea), act(bo, 3, tea, action_object=tea)
        act(bo, 4, ann), act(ann, 5, action_object=ann), act(bo, 6), act(ann, 7, public=False)

        assert verbs(streams.any_stream(tea).page()) == ["did 3", "did 2", "did 1"]
        assert verbs(streams.any_stream(ann).page()) == ["did 5", "did 4", "did 1"]
        assert verbs(streams.any_stream(ann, private=True).page(1)) == ["did 7"]
        for size in (1, 2, 5):
            assert len(walk(streams.any_stream(tea), size)) == 3

    def test_any_with_the_key_of_a_user(self, ann, settings):
        country = Country.objects.create(code=str(ann.pk))
        act(ann, 1), act(None, 2, country)

        assert verbs(streams.any_stream(country).page()) == ["did 2"]
        assert verbs(streams.any_stream(ann).page()) == ["did 1"]

    def test_model(self, ann):
        tea, document = Topic.objects.create(name="Tea"), Document.objects.create()
        act(ann, 1, tea), act(ann, 2, action_object=tea), act(ann, 3, document), act(ann, 4)

        assert verbs(streams.model_stream(Topic).page()) == ["did 2", "did 1"]
        assert verbs(streams.model_stream(Document).page()) == ["did 3"]

    def test_private(self, ann):
        tea = Topic.objects.create(name="Tea")
        act(ann, 1, tea, action_object=tea, public=False)

        for stream, argument in (
            (streams.actor_stream, ann),
            (streams.target_stream, tea),
            (streams.object_stream, tea),
            (streams.any_stream, tea),
            (streams.model_stream, Topic),
        ):
            assert verbs(stream(argument).page()) == []
            assert verbs(stream(argument, private=True).page()) == ["did 1"]

    def test_narrowed(self, ann, bo):
        follow(ann, bo)
        for number in range(4):
            act(bo, number)

        for stream in (streams.public_stream(), streams.home_stream(ann)):
            some = stream.filter(verb__in=["did 1", "did 3"])
            assert verbs(some.page()) == ["did 3", "did 1"]
            assert verbs(some.filter(Q(verb="did 1")).page()) == ["did 1"]
            assert verbs(stream.exclude(verb="did 2").page()) == ["did 3", "did 1", "did 0"]
            assert verbs(stream.filter(actor__username="bo").page(1)) == ["did 3"]
            assert len(stream.page().actions) == 4
        assert "django_activity_action" in streams.home_stream(ann).explain()


class TestDirections:
    @pytest.fixture(params=["public", "home", "any"])
    def stream(self, request, ann, bo):
        """Ten actions of which some share a moment."""
        follow(ann, bo)
        for number in (0, 1, 2, 3, 3, 3, 3, 7, 8, 9):
            act(bo, number)
        kinds = {
            "public": streams.public_stream,
            "home": lambda: streams.home_stream(ann),
            "any": lambda: streams.any_stream(bo),
        }
        return kinds[request.param]()

    def test_a_gap_is_closed_from_below(self, stream):
        everything = stream.page(200).actions
        seen = encode_cursor(position_of(everything[7]))
        top = stream.newest(seen, 2)
        assert top.actions == everything[:2]

        between, cursor, pages = [], seen, 0
        while page := stream.page(2, top.next_cursor, after=cursor).actions:
            between, pages = page + between, pages + 1
            cursor = encode_cursor(position_of(page[0]))

        assert (between, pages) == (everything[2:7], 3)
        assert stream.page(2, after=seen).actions == everything[5:7]

    def test_a_gap_is_closed_from_above(self, stream):
        everything = stream.page(200).actions
        seen = encode_cursor(position_of(everything[7]))
        page = stream.newest(seen, 3)
        found = page.actions
        while everything[7] not in page.actions:
            page = stream.page(3, page.next_cursor)
            found += page.actions

        assert found == everything[: len(found)]
        assert stream.newest(seen, 7).next_cursor is None
        assert stream.newest(seen, 6).next_cursor is not None

    def test_there_and_back(self, stream):
        everything = stream.page(200).actions
        first = stream.page(4)
        second = stream.page(4, first.next_cursor)

        back = stream.page(4, after=second.prev_cursor)

        assert (back.actions, back.next_cursor) == (first.actions, first.next_cursor)
        assert stream.page(4, back.next_cursor).actions == second.actions == everything[4:8]

    def test_edges(self, stream):
        everything = stream.page(200).actions
        newest, oldest = (encode_cursor(position_of(everything[n])) for n in (0, -1))

        whole = stream.page(10)
        assert (whole.next_cursor, whole.prev_cursor) == (None, newest)
        assert stream.page(9).next_cursor is not None
        for page in (stream.page(after=newest), stream.newest(newest)):
            assert (page.actions, page.next_cursor, page.prev_cursor) == ([], None, newest)
        page = stream.page(before=oldest)
        assert (page.actions, page.next_cursor) == ([], None)
        # What comes later is found from there.
        late = act(everything[0].actor, 99)
        assert stream.page(after=newest).actions == stream.newest(newest).actions == [late]

    def test_empty(self):
        page = streams.public_stream().page()

        assert (page.actions, page.next_cursor, page.prev_cursor) == ([], None, None)
        assert page.link_header("/feed/") == ""

    def test_link_header(self, stream):
        page = stream.page(3, stream.page(3).next_cursor)

        assert page.link_header("/feed/", verb="likes & more") == (
            f'</feed/?verb=likes+%26+more&before={page.next_cursor}>; rel="next", '
            f'</feed/?verb=likes+%26+more&after={page.prev_cursor}>; rel="prev"'
        )

    @pytest.mark.parametrize("none", ["", None])
    def test_empty_cursor_is_none(self, stream, none):
        newest = stream.page(2)

        assert stream.page(2, none) == stream.page(2, after=none) == newest
        assert stream.newest(none, 2) == newest
        assert stream.count_since(none) == stream.count_since(None)

    @pytest.mark.parametrize("cursor", ["nonsense", "MjAyNC0wNS0wMSAx"])
    def test_forged_cursor(self, stream, cursor):
        for read in (
            lambda: stream.page(before=cursor),
            lambda: stream.page(after=cursor),
            lambda: stream.newest(cursor),
            lambda: stream.grouped_page(before=cursor),
            lambda: stream.count_since(cursor),
        ):
            with pytest.raises(InvalidCursor, match="is not a cursor of this stream"):
                read()

    def test_twins(self, stream):
        everything = stream.page().actions
        cursor = encode_cursor(position_of(everything[2]))

        assert async_to_sync(stream.apage)(3, cursor).actions == everything[3:6]
        assert async_to_sync(stream.apage)(1, after=cursor).actions == everything[1:2]
        assert async_to_sync(stream.anewest)(cursor, 1).actions == everything[:1]
        assert async_to_sync(stream.acount_since)(cursor, 5) == 2
        groups = async_to_sync(stream.agrouped_page)(2, cursor).groups
        assert [group.newest for group in groups] == everything[3:5]


class TestExcluded:
    @pytest.mark.parametrize("given", ["list", "set", "generator", "values", "users", "nullable"])
    def test_the_system_and_all_others_remain(self, ann, bo, make_user, settings, given):
        cy = make_user("cy")
        tea = Topic.objects.create(name="Tea")
        follow_many(ann, [bo, cy])
        for number, actor in enumerate((ann, bo, cy, None)):
            act(actor, number, tea)
        Block.objects.create(blocker=ann, blocked=bo)
        act(None, 9, public=False)
        settings.ACTIVITY_FOLLOWED_TARGETS = lambda user: [(Topic, [tea.pk])]
        settings.ACTIVITY_EXCLUDED = lambda user: {
            "list": [bo.pk],
            "set": {bo.pk},
            "generator": (pk for pk in [bo.pk]),
            "values": Block.objects.filter(blocker=user).values("blocked"),
            "users": get_user_model().objects.filter(username="bo"),
            # With a NULL in it, NOT IN is true of nothing.
            "nullable": Action.objects.filter(Q(actor=bo) | Q(public=False)).values("actor"),
        }[given]

        for stream in (
            streams.public_stream(viewer=ann),
            streams.target_stream(tea, viewer=ann),
            streams.any_stream(tea, viewer=ann),
            streams.model_stream(Topic, viewer=ann),
            streams.home_stream(ann),
        ):
            for _ in range(2):
                assert verbs(stream.page()) == ["did 3", "did 2", "did 0"]
        home = streams.home_stream(ann, targets=False, with_self=True)
        assert verbs(home.page()) == ["did 2", "did 0"]
        assert verbs(streams.actor_stream(bo, viewer=ann).page()) == []
        assert verbs(streams.public_stream().page()) == ["did 3", "did 2", "did 1", "did 0"]

    @pytest.mark.parametrize("given", ["list", "none", "empty"])
    def test_nobody(self, ann, bo, settings, given):
        follow(ann, bo)
        act(bo, 1), act(None, 2)
        settings.ACTIVITY_EXCLUDED = lambda user: {
            "list": [],
            "none": Block.objects.none().values("blocked"),
            "empty": Block.objects.values("blocked"),
        }[given]

        assert verbs(streams.home_stream(ann).page()) == ["did 1"]
        assert verbs(streams.public_stream(viewer=ann).page()) == ["did 2", "did 1"]


class TestHooks:
    def test_queryset(self, ann, bo, settings):
        follow(ann, bo)
        for number in range(3):
            act(bo, number)
        asked = []

        def narrow(queryset, viewer):
            asked.append(viewer)
            return queryset.exclude(verb="did 1")

        settings.ACTIVITY_QUERYSET = narrow

        for stream in (
            streams.public_stream(viewer=ann),
            streams.any_stream(bo, viewer=ann),
            streams.home_stream(ann),
        ):
            assert verbs(stream.page()) == ["did 2", "did 0"]
        assert asked == [ann] * 3

    def test_queryset_that_leaves_nothing(self, ann, bo, settings):
        follow(ann, bo), act(bo, 1)
        settings.ACTIVITY_QUERYSET = lambda queryset, viewer: queryset.none()

        for stream in (streams.home_stream(ann, with_self=True), streams.any_stream(bo)):
            assert (stream.page().actions, stream.count_since(None)) == ([], 0)

    @pytest.mark.parametrize("size", [1, 3, 7])
    @pytest.mark.parametrize("home", [False, True])
    def test_pages_are_filled_up(self, ann, bo, settings, size, home):
        follow(ann, bo)
        for number in range(60):
            act(bo, number // 2, data={"shown": number % 9 == 0})
        viewers = set()

        def visible(actions, viewer):
            viewers.add(viewer)
            return (action for action in actions if action.data["shown"])

        settings.ACTIVITY_VISIBLE = visible
        stream = streams.home_stream(ann) if home else streams.public_stream(viewer=ann)
        expected = [a for a in Action.objects.newest_first() if a.data["shown"]]

        found, cursor, sizes = [], None, []
        while True:
            page = stream.page(size, cursor)
            found += page.actions
            sizes.append(len(page.actions))
            if (cursor := page.next_cursor) is None:
                break

        assert (found, viewers) == (expected, {ann})
        assert set(sizes[:-1]) <= {size}
        oldest = encode_cursor(position_of(expected[-1]))
        assert stream.page(7, after=oldest).actions == expected[:-1]
        assert stream.newest(oldest, 3).actions == expected[:3]

    @pytest.mark.parametrize("upwards", [False, True])
    def test_filled_up_within_bounds(
        self, ann, settings, monkeypatch, upwards, django_assert_max_num_queries
    ):
        monkeypatch.setattr(paging, "MAX_PAGE_SIZE", 10)
        log_many(
            (
                {"actor": ann, "verb": f"did {number}", "data": {"shown": number % 37 == 0}}
                for number in range(200)
            ),
        )
        settings.ACTIVITY_VISIBLE = lambda actions, viewer: [a for a in actions if a.data["shown"]]
        stream = streams.public_stream()
        expected = [a for a in Action.objects.newest_first() if a.data["shown"]]
        if upwards:
            bottom = act(ann, -(10**5), data={"shown": False})
            cursor = encode_cursor(position_of(bottom))
        else:
            cursor = None

        found, empty = [], 0
        for _ in range(100):
            with django_assert_max_num_queries(1 + paging.REFILLS):
                page = stream.page(2, after=cursor) if upwards else stream.page(2, cursor)
            found = page.actions + found if upwards else found + page.actions
            empty += not page.actions
            following = page.prev_cursor if upwards else page.next_cursor
            if following in (None, cursor):
                break
            cursor = following

        assert found == expected
        assert empty

    def test_everything_is_dropped(self, ann, settings):
        act(ann, 1)
        settings.ACTIVITY_VISIBLE = lambda actions, viewer: []

        page = streams.public_stream().page()

        assert (page.actions, page.next_cursor) == ([], None)


class TestRefused:
    @pytest.mark.parametrize("item", [Topic, Topic(), 1, "Tea"])
    @pytest.mark.parametrize(
        "read", [streams.target_stream, streams.object_stream, streams.any_stream]
    )
    def test_what_is_no_stored_object(self, read, item):
        with pytest.raises((InvalidAction, UnsavedObject)):
            read(item)

    def test_guest_has_no_stream(self):
        with pytest.raises(UnsavedObject, match="None is the system"):
            streams.actor_stream(AnonymousUser())

    @pytest.mark.parametrize("model", ["testapp.Topic", Topic(pk=1)])
    def test_model_that_is_none(self, model):
        with pytest.raises(InvalidAction, match="Give the class of a model"):
            streams.model_stream(model)
