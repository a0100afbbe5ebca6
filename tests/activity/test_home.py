"""The home stream is, page by page, what the plain query over the same rows says."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.contrib.auth import get_user_model
from django.db.models import Q
from testapp.models import Country, Document, Topic

from django_activity import merging
from django_activity.cursors import encode_cursor, position_of
from django_activity.models import Action
from django_activity.streams import home_stream
from django_follow.models import Block, Follow

pytestmark = pytest.mark.django_db

WHEN = dt.datetime(2024, 5, 1, 12, tzinfo=dt.timezone.utc)
VERBS = ("likes", "reads", "shares")


class World:
    """A handful of people and things, and what they did, with many ties in time."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        users = get_user_model().objects
        self.people = [users.create(username=f"user{n}") for n in range(9)]
        self.viewer, *others = self.people
        self.things = [
            *(Topic.objects.create(name=f"Topic {n}") for n in range(3)),
            *(Document.objects.create() for _ in range(3)),
            *(Country.objects.create(code=code) for code in ("nz", "de", "fr")),
        ]
        for user in others:
            if self.random.random() < 0.6:
                edge = Follow.objects.create(follower=self.viewer, followee=user)
                since = WHEN + dt.timedelta(minutes=self.random.randrange(6))
                Follow.objects.filter(pk=edge.pk).update(created=since)
            if self.random.random() < 0.2:
                Block.objects.create(blocker=self.viewer, blocked=user)
        self.followed = {
            model: [thing.pk for thing in self.things if type(thing) is model][
                : self.random.randrange(4)
            ]
            for model in (Topic, Document, Country)
        }
        # Somebody is silent and somebody busy, some minutes are crowded and some empty.
        actors = [None, *(u for u in self.people for _ in range(self.random.choice((0, 1, 4, 12))))]
        Action.objects.bulk_create(map(self.act, actors))

    def act(self, actor) -> Action:
        return Action(
            actor=actor,
            verb=self.random.choice(VERBS),
            created=WHEN + dt.timedelta(minutes=self.random.randrange(6)),
            public=self.random.random() < 0.8,
            target=self.random.choice([None, *self.things]),
            action_object=self.random.choice([None, *self.things]),
        )

    def some_actions(self):
        keys = list(Action.objects.values_list("pk", flat=True))
        return frozenset(self.random.sample(keys, len(keys) // 3))

    def followees(self, user):
        return Follow.objects.filter(follower=user).values("followee", "created")

    def excluded(self, user):
        return Block.objects.filter(blocker=user).values("blocked")

    def followed_targets(self, user):
        return [
            (model, model.objects.filter(pk__in=keys).values("pk"))
            for model, keys in self.followed.items()
        ]

    def naive(self, with_self, verbs, since_follow, targets):
        """One condition over the whole table."""
        edges = Follow.objects.filter(follower=self.viewer)
        condition = Q(pk__in=[])
        for edge in edges:
            since = Q(created__gte=edge.created) if since_follow else Q()
            condition |= Q(actor=edge.followee_id) & since
        if with_self:
            condition |= Q(actor=self.viewer)
        hidden = list(Block.objects.values_list("blocked", flat=True))
        if targets:
            for thing in self.things:
                if thing.pk in self.followed[type(thing)]:
                    actions = Action.objects
                    condition |= actions.all().pointing_at("target", thing)
                    condition |= actions.all().pointing_at("action_object", thing)
        found = Action.objects.filter(condition, public=True).exclude(actor__in=hidden)
        if verbs:
            found = found.filter(verb__in=verbs)
        return list(found.newest_first())


def walk_down(stream, size):
    actions, cursor = [], None
    while True:
        page = stream.page(size, cursor)
        actions += page.actions
        cursor = page.next_cursor
        if cursor is None:
            return actions
        assert len(page.actions) == size


def walk_up(stream, size, cursor):
    actions = []
    while True:
        page = stream.page(size, after=cursor)
        if not page.actions:
            return actions
        actions = page.actions + actions
        cursor = page.prev_cursor


@pytest.mark.parametrize("seed", range(8))
def test_same_as_the_plain_query(seed, settings, monkeypatch):
    world = World(seed)
    settings.ACTIVITY_FOLLOWEES = world.followees
    settings.ACTIVITY_EXCLUDED = world.excluded
    settings.ACTIVITY_FOLLOWED_TARGETS = world.followed_targets
    choose = world.random.choice
    for _ in range(6):
        options = {
            "with_self": choose([False, True]),
            "verbs": choose([None, VERBS[:1], VERBS[1:]]),
            "since_follow": choose([False, True]),
            "targets": choose([False, True]),
        }
        size = choose([1, 2, 5, 30])
        # Where actions are looked through before the sources are asked: hardly any, some, or all.
        monkeypatch.setattr(merging, "LOOKED_THROUGH", choose([1, 7, 1000]))
        dropped = choose([frozenset(), world.some_actions()])
        settings.ACTIVITY_VISIBLE = lambda actions, viewer, dropped=dropped: [
            action for action in actions if action.pk not in dropped
        ]
        stream, counted = home_stream(world.viewer, **options), world.naive(**options)
        expected = [action for action in counted if action.pk not in dropped]

        assert walk_down(stream, size) == expected
        if expected:
            here = world.random.randrange(len(expected))
            cursor = encode_cursor(position_of(expected[here]))
            assert stream.page(size, cursor).actions == expected[here + 1 :][:size]
            assert stream.newest(cursor, size).actions == expected[:here][:size]
            assert walk_up(stream, size, cursor) == expected[:here]
            assert stream.count_since(cursor, 10) == min(counted.index(expected[here]), 10)
