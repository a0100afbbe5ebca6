"""Whatever happens to edges, in whatever order: counts equal COUNT(*), signals tell it once."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings as project_settings
from django.contrib.auth import get_user_model
from django.core import serializers
from django.db import IntegrityError, transaction
from django.test import TestCase
from hypothesis import HealthCheck, Phase, settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from testapp.models import Profile, Subscription, Topic, TopicFollow

from django_follow import api
from django_follow.exceptions import FollowError
from django_follow.models import Follow, FollowCount, FollowRequest
from django_follow.signals import followed, unfollowed

from .conftest import kept_and_true

person = strategies.integers(0, 4)
some = strategies.lists(person, min_size=1, max_size=4, unique=True)
EDGES = (Follow, TopicFollow, Subscription)


def change(**given: Any) -> Any:
    """A rule whose transaction commits, as far as signals go; a refusal undoes it."""

    def decorate(function: Any) -> Any:
        def step(self: Any, **drawn: Any) -> None:
            with TestCase.captureOnCommitCallbacks(execute=True):
                try:
                    with transaction.atomic():
                        function(self, **drawn)
                except (FollowError, IntegrityError):
                    pass

        step.__name__ = function.__name__
        return rule(**given)(step)

    return decorate


class Graph(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.undo = ExitStack()
        self.undo.enter_context(transaction.atomic())
        self.told: set[tuple[Any, Any, Any]] = set()
        followed.connect(self.hear_followed)
        unfollowed.connect(self.hear_unfollowed)
        self.number = 0
        self.users: list[Any] = []
        self.fixture = "[]"
        self.people = [self.born() for _ in range(5)]
        self.topic = Topic.objects.create(name="Tea")

    def teardown(self) -> None:
        followed.disconnect(self.hear_followed)
        unfollowed.disconnect(self.hear_unfollowed)
        transaction.set_rollback(True)
        self.undo.close()

    def born(self) -> Any:
        self.number += 1
        user = get_user_model().objects.create(username=f"user{self.number}")
        user.profile = Profile.objects.create(user=user)
        return user

    def hear_followed(self, sender: Any, edge: Any, **kwargs: Any) -> None:
        told = (sender, *edge.ends)
        self.unexpected = told in self.told or getattr(self, "unexpected", False)
        self.told.add(told)

    def hear_unfollowed(self, sender: Any, edge: Any, **kwargs: Any) -> None:
        told = (sender, *edge.ends)
        self.unexpected = told not in self.told or getattr(self, "unexpected", False)
        self.told.discard(told)

    @invariant()
    def every_count_is_exact(self) -> None:
        kept, true = kept_and_true()
        assert kept == true

    @invariant()
    def signals_tell_every_change_once(self) -> None:
        assert not getattr(self, "unexpected", False)
        assert self.told == {(model, *edge.ends) for model in EDGES for edge in model.objects.all()}

    @change(one=person, other=person)
    def follow(self, one, other):
        api.follow(self.people[one], self.people[other])

    @change(one=person, other=person)
    def unfollow(self, one, other):
        api.unfollow(self.people[one], self.people[other])

    @change(one=person, others=some, follow=strategies.booleans())
    def follow_or_unfollow_many(self, one, others, follow):
        write = api.follow_many if follow else api.unfollow_many
        write(self.people[one], [self.topic, *(self.people[other] for other in others)])

    @change(one=person, other=person)
    def block_and_unblock(self, one, other):
        api.block(self.people[one], self.people[other])
        if one % 2:
            api.unblock(self.people[one], self.people[other])

    @change(one=person, other=person)
    def ask_and_accept(self, one, other):
        api.accept(
            FollowRequest.objects.create(follower=self.people[one], followee=self.people[other])
        )

    @change(old=person, new=person)
    def transfer(self, old, new):
        api.transfer_followers(self.people[old], self.people[new])

    @change(
        one=person,
        others=some,
        accessor=strategies.sampled_from(["following", "followers"]),
        verb=strategies.sampled_from(["add", "remove", "set", "clear"]),
    )
    def accessor(self, one, others, accessor, verb):
        others = [self.people[other] for other in others if other != one]
        write = getattr(getattr(self.people[one], accessor), verb)
        if verb == "set":
            write(others)
        else:
            write(*(others if verb != "clear" else ()))

    @change(one=person, other=person)
    def create(self, one, other):
        Follow.objects.create(follower=self.people[one], followee=self.people[other])

    @change(pairs=strategies.lists(strategies.tuples(person, person), max_size=5))
    def bulk_create(self, pairs):
        Follow.objects.bulk_create(
            [
                Follow(follower=self.people[one], followee=self.people[other])
                for one, other in pairs
                if one != other
            ],
            ignore_conflicts=True,
        )

    @change(one=person, others=some)
    def update(self, one, others):
        edges = Follow.objects.of_any([self.people[other] for other in others])
        edges.filter(pk__in=edges.order_by("pk")[:1].values_list("pk", flat=True)[::1]).update(
            followee=self.people[one]
        )

    @change(one=person, other=person, bulk=strategies.booleans())
    def save_with_another_end(self, one, other, bulk):
        edge = Follow.objects.of(self.people[one]).first()
        if edge is not None:
            edge.followee = self.people[other]
            if bulk:
                Follow.objects.bulk_update([edge], ["followee"])
            else:
                edge.save()

    @change(one=person)
    def delete_an_edge(self, one):
        for edge in Follow.objects.of(self.people[one])[:1]:
            edge.delete()

    @change(some=some)
    def delete_edges(self, some):
        Follow.objects.filter(followee__in=[self.people[one].pk for one in some]).delete()

    @change(one=person)
    def delete_a_user(self, one):
        self.people[one].delete()
        self.people[one] = self.born()

    @change(gone=some)
    def delete_users(self, gone):
        keys = [self.people[one].pk for one in gone]
        get_user_model().objects.filter(pk__in=keys).delete()
        for one in gone:
            self.people[one] = self.born()

    @change(one=person)
    def load_a_fixture_and_dump_another(self, one):
        """Its edges are there, gone or have other ends by now; its counts are of that time."""
        if all(user.pk and type(user).objects.filter(pk=user.pk).exists() for user in self.users):
            for item in serializers.deserialize("json", self.fixture):
                item.save()
            self.topic = Topic.objects.get(pk=self.topic.pk)
        self.users = [self.people[one], *self.people[one].following.all()]
        edges = Follow.objects.of(self.people[one])
        counts = FollowCount.objects.filter(user__in=self.users)
        self.fixture = serializers.serialize("json", [*edges, *counts, self.topic])

    @change(one=person, follow=strategies.booleans())
    def topic_and_profile(self, one, follow):
        write = api.follow if follow else api.unfollow
        write(self.people[one], self.topic)
        write(self.people[one].profile, self.topic)

    @change()
    def delete_the_topic(self):
        self.topic.delete()
        self.topic = Topic.objects.create(name="Tea")


@pytest.mark.django_db
@pytest.mark.parametrize("columns", [False, True])
def test_graph(columns, settings_of_hypothesis, settings):
    if columns and project_settings.AUTH_USER_MODEL != "users.Member":
        pytest.skip("the stock user has no columns for counts")
    if columns:
        settings.FOLLOW_USER_COUNTS = ("following_count", "followers_count")
    run_state_machine_as_test(Graph, settings=settings_of_hypothesis)


@pytest.fixture
def settings_of_hypothesis():
    return settings(
        max_examples=12,
        stateful_step_count=25,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # with Phase.shrink, a failure takes minutes and becomes short
    )
