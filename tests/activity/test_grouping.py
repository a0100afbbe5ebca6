from __future__ import annotations

import datetime as dt
import random

import pytest
from testapp.models import Topic

from django_activity.api import log, log_many
from django_activity.grouping import fold
from django_activity.models import Action
from django_activity.paging import DEPTH
from django_activity.streams import public_stream

pytestmark = pytest.mark.django_db

WHEN = dt.datetime(2024, 5, 1, 12, tzinfo=dt.timezone.utc)


def act(entries):
    """Log these (actor, verb, target), a minute apart."""
    log_many(
        (
            {"actor": a, "verb": v, "target": t, "created": WHEN + dt.timedelta(minutes=number)}
            for number, (a, v, t) in enumerate(entries)
        ),
        dedup=0,
    )
    return list(Action.objects.newest_first())


def walk(stream, size):
    groups, cursor = [], None
    for _ in range(1000):
        page = stream.grouped_page(size, cursor)
        assert len(page.groups) <= size
        groups.append(page.groups)
        cursor = page.next_cursor
        if cursor is None:
            return groups
        assert page.groups
    raise AssertionError("it does not end")


@pytest.fixture
def topics(db):
    return [Topic.objects.create(name=name) for name in ("Tea", "Milk", "Rum")]


class TestGroups:
    def test_by_target(self, ann, bo, topics, verb, django_assert_num_queries):
        likes = verb("likes", group_by="target")
        tea, milk, _ = topics
        rows = act(
            [
                (ann, "likes", tea),
                (ann, "likes", milk),
                (bo, "likes", tea),
                (ann, "reads", tea),
                (ann, "likes", tea),
                (ann, "reads", tea),
            ]
        )
        last, again, read, by_bo, other, first = rows

        with django_assert_num_queries(0):
            groups = fold(rows)

        assert [group.actions for group in groups] == [
            [last],
            [again, by_bo, first],
            [read],
            [other],
        ]
        assert (groups[1].verb, groups[1].newest) == (likes, again)
        assert groups[1].actors == [again, by_bo]
        assert groups[1].targets == [again]

    def test_by_actor(self, ann, bo, topics, verb):
        verb("likes", group_by="actor")
        tea, milk, _ = topics
        rows = act(
            [
                (ann, "likes", tea),
                (bo, "likes", tea),
                (ann, "likes", milk),
                (ann, "likes", tea),
                (None, "likes", tea),
            ]
        )

        groups = fold(rows)

        assert [len(group.actions) for group in groups] == [1, 3, 1]
        assert groups[1].targets == [rows[1], rows[2]]

    def test_by_action_object(self, ann, bo, topics, verb):
        verb("adds", group_by="action_object")
        for topic in topics[:2]:
            for user in (ann, bo):
                log(user, "adds", action_object=topic)

        groups = fold(Action.objects.newest_first())

        assert [len(group.actions) for group in groups] == [2, 2]
        assert [len(group.action_objects) for group in groups] == [1, 1]

    def test_by_a_function(self, ann, topics, verb):
        verb("likes", group_by=lambda action: action.created.hour)
        verb("reads", group_by=lambda action: action.created.hour)
        act([(ann, "likes", topics[0])] * 60 + [(ann, "reads", None), (ann, "likes", None)])

        assert [len(group.actions) for group in public_stream().page(100).grouped()] == [1, 1, 60]

    def test_same_key_of_another_type(self, ann, verb, tea):
        from testapp.models import Country

        verb("likes", group_by="target")
        act([(ann, "likes", tea), (ann, "likes", Country(code=str(tea.pk)))])

        assert len(fold(Action.objects.newest_first())) == 2


class TestGroupedPage:
    @pytest.mark.parametrize("size", [1, 2, 3, 40])
    @pytest.mark.parametrize("seed", range(3))
    def test_each_action_once(self, make_user, topics, verb, size, seed):
        random_ = random.Random(seed)
        verb("likes", group_by="target")
        verb("follows", group_by="actor")
        users = [make_user() for _ in range(3)]
        rows = act(
            (random_.choice(users), random_.choice(["likes", "follows", "says"]), target)
            for target in random_.choices(topics, k=60)
        )

        pages = walk(public_stream(), size)

        for groups in pages:
            # On one page, what belongs together is together, and groups go by their newest.
            newest = [rows.index(group.newest) for group in groups]
            assert newest == sorted(newest)
            for group in groups:
                assert group.actions == sorted(group.actions, key=rows.index)
        read = [action for groups in pages for group in groups for action in group.actions]
        assert sorted(read, key=rows.index) == rows
        start = 0
        for groups in pages:  # no page reaches into another
            there = sorted(rows.index(action) for group in groups for action in group.actions)
            assert there == list(range(start, start + len(there)))
            start += len(there)

    def test_very_large_groups(self, ann, topics, verb):
        verb("likes", group_by="target")
        act([(ann, "likes", topics[0])] * 33 + [(ann, "likes", topics[1])] * 2)

        pages = walk(public_stream(), 2)

        sizes = [[len(group.actions) for group in groups] for groups in pages]
        assert sizes == [[2, 2 * DEPTH - 2], [10], [10], [5]]

    def test_no_more_groups_than_asked_for(self, ann, topics):
        rows = act([(ann, "says", None)] * 7)

        page = public_stream().grouped_page(3)
        assert [group.newest for group in page.groups] == rows[:3]
        again = public_stream().grouped_page(3, page.next_cursor)
        assert [group.newest for group in again.groups] == rows[3:6]
        assert public_stream().page(after=again.prev_cursor).actions == rows[:3]

    def test_empty(self):
        page = public_stream().grouped_page()

        assert (page.groups, page.next_cursor, page.prev_cursor) == ([], None, None)

    @pytest.mark.parametrize("size", [0, 41, -1, None, "2"])
    def test_size_out_of_range(self, size):
        with pytest.raises(ValueError, match="A page has 1 to 40 groups"):
            public_stream().grouped_page(size)

    @pytest.mark.parametrize("rows", [5, 50])
    def test_one_query_and_one_per_type(self, ann, topics, rows, verb, django_assert_num_queries):
        verb("likes", group_by="target")
        act([(ann, "likes", topics[number % 3]) for number in range(rows)])

        with django_assert_num_queries(2):
            assert len(public_stream().grouped_page(20).groups) == 3
