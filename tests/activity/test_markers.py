from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError
from testapp.models import Topic

from django_activity.api import advance_marker, log, log_many, stream_marker
from django_activity.cursors import encode_cursor, position_of
from django_activity.exceptions import InvalidAction, InvalidCursor, StaleMarker, UnsavedObject
from django_activity.models import Action, StreamMarker
from django_activity.streams import home_stream, public_stream
from django_follow.api import follow

pytestmark = pytest.mark.django_db

WHEN = dt.datetime(2024, 5, 1, 12, tzinfo=dt.timezone.utc)


def cursor_of(action):
    return encode_cursor(position_of(action))


@pytest.fixture
def actions(ann):
    """Four actions, of which the last two share a moment."""
    return [
        Action.objects.create(
            actor=ann, verb=f"did {number}", created=WHEN + dt.timedelta(minutes=minute)
        )
        for number, minute in enumerate((0, 1, 2, 2))
    ]


class TestStreamMarker:
    def test_nothing_seen_writes_nothing(self, ann, django_assert_num_queries):
        with django_assert_num_queries(1):
            marker = stream_marker(ann)

        assert (marker.user, marker.stream, marker.cursor, marker.version) == (ann, "home", "", 0)
        assert not StreamMarker.objects.exists()

    def test_of_one_user_and_one_stream(self, ann, bo, actions):
        advance_marker(ann, "home", actions[0])
        advance_marker(ann, "Home", actions[1])
        advance_marker(bo, "home", actions[2])

        found = [stream_marker(ann), stream_marker(ann, "Home"), stream_marker(bo)]

        assert [marker.cursor for marker in found] == list(map(cursor_of, actions[:3]))

    def test_unseen(self, ann, bo, django_assert_num_queries):
        follow(bo, ann)
        log_many({"actor": ann, "verb": f"did {number}"} for number in range(7))
        log(bo, "is not seen")
        stream = home_stream(bo)
        assert (stream_marker(bo).unseen(stream), stream_marker(bo).unseen(stream, 5)) == (7, 5)

        marker = advance_marker(bo, "home", stream.page(3).next_cursor)
        assert marker.unseen(stream) == 2
        assert marker.unseen(stream, 1) == 1
        assert advance_marker(bo, "home", stream.page(1).actions[0]).unseen(stream) == 0
        with django_assert_num_queries(1):
            assert marker.unseen(public_stream()) == 3


class TestAdvance:
    @pytest.mark.parametrize("as_cursor", [False, True])
    def test_forward_only(self, ann, actions, as_cursor):
        given = list(map(cursor_of, actions)) if as_cursor else actions
        seen = []
        for number in (1, 0, 1, 2, 3, 2, 0):
            marker = advance_marker(ann, "home", given[number])
            assert stream_marker(ann) == marker
            seen.append(
                (actions[[cursor_of(a) for a in actions].index(marker.cursor)], marker.version)
            )

        one, two, three = actions[1:]
        assert seen == [(one, 1), (one, 1), (one, 1), (two, 2), (three, 3), (three, 3), (three, 3)]

    def test_version(self, ann, actions):
        first = advance_marker(ann, "home", actions[0], version=0)
        second = advance_marker(ann, "home", actions[1], version=first.version)

        for version in (0, 1, 3):
            with pytest.raises(StaleMarker, match=f"at version 2, not {version}") as caught:
                advance_marker(ann, "home", actions[2], version=version)
            assert caught.value.code == "stale_marker"
        # Also where there is nothing to move.
        with pytest.raises(StaleMarker):
            advance_marker(ann, "home", actions[0], version=1)
        with pytest.raises(StaleMarker):
            advance_marker(ann, "other", actions[0], version=1)

        marker = stream_marker(ann)
        assert (marker, marker.version, marker.cursor) == (second, 2, cursor_of(actions[1]))
        assert StreamMarker.objects.count() == 1

    @pytest.mark.parametrize("nothing", ["", None])
    def test_empty_stream_moves_nothing(self, ann, nothing):
        marker = advance_marker(ann, "home", nothing, version=0)

        assert (marker.pk, marker.version, marker.cursor) == (None, 0, "")

    @pytest.mark.parametrize("who", [AnonymousUser(), Topic(pk=1), 1])
    def test_markers_are_of_users(self, ann, who):
        action, _ = log(ann, "waves")
        for call in (lambda: stream_marker(who), lambda: advance_marker(who, "home", action)):
            with pytest.raises((InvalidAction, UnsavedObject)):
                call()
        assert not StreamMarker.objects.exists()

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            (("", "x"), InvalidAction),
            (("x" * 65, "x"), InvalidAction),
            (("home", "nonsense"), InvalidCursor),
            (("home", Action(verb="not saved")), UnsavedObject),
        ],
    )
    def test_refused(self, ann, arguments, error):
        with pytest.raises(error):
            advance_marker(ann, *arguments)

        assert not StreamMarker.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_of_somebody_who_is_gone(self, make_user):
        ann = make_user("ann")
        action, _ = log(ann, "waves")
        key = ann.pk
        ann.delete()
        ann.pk = key

        with pytest.raises(IntegrityError):
            advance_marker(ann, "home", action)

    def test_goes_with_its_user(self, ann, bo, actions):
        advance_marker(bo, "home", actions[0])
        bo.delete()

        assert not StreamMarker.objects.exists()

    def test_statements(self, ann, actions, django_assert_num_queries):
        for action in actions[:2]:
            with django_assert_num_queries(2 + 2):  # in the savepoint of this test
                advance_marker(ann, "home", action)
        with django_assert_num_queries(1 + 2):
            advance_marker(ann, "home", actions[0])

    @pytest.mark.django_db(databases=["default", "other"])
    def test_in_another_database(self):
        ann = get_user_model().objects.using("other").create(username="ann")
        action, _ = log(ann, "waves", using="other")

        marker = advance_marker(ann, "home", action, using="other")

        assert stream_marker(ann, using="other") == marker
        assert not StreamMarker.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestConcurrency:
    @pytest.fixture
    def steps(self, make_user):
        ann = make_user("ann")
        Topic.objects.create(name="Tea")
        return ann, [log(ann, f"did {number}")[0] for number in range(8)]

    def test_the_first_of_all(self, steps, together):
        ann, actions = steps

        connected = threading.Barrier(8)
        streams = [f"stream {number}" for number in range(5)]

        def run(number):
            for stream in streams:
                stream_marker(ann, stream)
                connected.wait(timeout=30)
                advance_marker(ann, stream, actions[number])

        results = together(8, run)

        assert results == [None] * 8
        markers = StreamMarker.objects.all()
        assert {marker.stream for marker in markers} == set(streams)
        assert {marker.cursor for marker in markers} == {cursor_of(actions[-1])}
        assert all(1 <= marker.version <= 8 for marker in markers)

    @pytest.mark.parametrize("version", [0, 1])
    def test_one_wins_a_version(self, steps, together, version):
        ann, actions = steps
        if version:
            advance_marker(ann, "home", actions[0])

        results = together(
            7, lambda number: advance_marker(ann, "home", actions[number + 1], version=version)
        )

        moved = [result for result in results if isinstance(result, StreamMarker)]
        assert len(moved) == 1
        assert {type(result) for result in results} == {StreamMarker, StaleMarker}
        marker = StreamMarker.objects.get()
        assert (marker.version, marker.cursor) == (version + 1, moved[0].cursor)
