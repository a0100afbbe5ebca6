from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from testapp.models import PaidSubscription, Profile, Reminder, Subscription, Topic, TopicFollow

from django_follow import api, changes
from django_follow.exceptions import Blocked
from django_follow.models import Follow
from django_follow.signals import followed, unfollowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(heard, django_capture_on_commit_callbacks):
    """Make a change, and return the names and users of the signals it sent on commit."""

    def run(change):
        del heard[:]
        with django_capture_on_commit_callbacks(execute=True):
            change()
            assert heard == []
        assert all(details["using"] == "default" for _, details in heard)
        return [
            (name, str(details["follower"]), str(details["followee"])) for name, details in heard
        ]

    return run


class TestOncePerChange:
    def test_functions(self, ann, bo, make_user, said):
        cy = make_user("cy")

        assert said(lambda: [api.follow(ann, bo), api.follow(ann, bo)]) == [
            ("followed", "ann", "bo")
        ]
        assert said(lambda: api.follow_many(ann, [bo, cy])) == [("followed", "ann", "cy")]
        assert said(lambda: api.transfer_followers(bo, cy)) == [("unfollowed", "ann", "bo")]
        assert said(lambda: api.unfollow_many(ann, [bo, cy])) == [("unfollowed", "ann", "cy")]
        assert said(lambda: api.unfollow(ann, cy)) == []

    def test_accessors(self, ann, bo, said):
        assert said(lambda: ann.following.add(bo)) == [("followed", "ann", "bo")]
        assert said(lambda: ann.following.add(bo)) == []
        assert said(lambda: bo.followers.remove(ann)) == [("unfollowed", "ann", "bo")]
        assert said(lambda: bo.following.set([ann])) == [("followed", "bo", "ann")]
        assert said(lambda: ann.followers.clear()) == [("unfollowed", "bo", "ann")]

    def test_manager_and_instance(self, ann, bo, make_user, said):
        make_user("cy")
        edges, cy = Follow.objects, get_user_model().objects.get(username="cy")

        assert said(lambda: edges.create(follower=ann, followee=bo)) == [("followed", "ann", "bo")]
        assert said(lambda: edges.update(followee=cy)) == [
            ("unfollowed", "ann", "bo"),
            ("followed", "ann", "cy"),
        ]
        edge = edges.get()
        edge.followee = bo
        assert said(edge.save) == [("unfollowed", "ann", "cy"), ("followed", "ann", "bo")]
        assert said(edge.save) == []
        assert said(edge.delete) == [("unfollowed", "ann", "bo")]
        new = [Follow(follower=cy, followee=user) for user in (ann, bo, bo)]
        assert said(lambda: edges.bulk_create(new, ignore_conflicts=True)) == [
            ("followed", "cy", "ann"),
            ("followed", "cy", "bo"),
        ]
        assert said(lambda: edges.filter(followee=bo).delete()) == [("unfollowed", "cy", "bo")]

    def test_cascade_tells_who_is_left_and_who_is_gone(self, ann, bo, make_user, said, heard):
        cy = make_user("cy")
        api.follow(ann, bo)
        api.follow(bo, cy)
        key = bo.pk

        assert said(lambda: bo.delete()) == [
            ("unfollowed", "ann", "bo"),
            ("unfollowed", "bo", "cy"),
        ]
        assert heard[0][1]["followee"].pk == heard[1][1]["follower"].pk == key
        assert heard[0][1]["sender"] is Follow

    def test_cascade_of_several_at_once(self, ann, bo, make_user, said):
        cy = make_user("cy")
        for pair in ((ann, bo), (bo, ann), (ann, cy), (cy, bo)):
            api.follow(*pair)

        told = said(lambda: get_user_model().objects.filter(pk__in=[ann.pk, bo.pk]).delete())

        assert len(told) == 4
        assert {("unfollowed", "ann", "cy"), ("unfollowed", "cy", "bo")} < set(told)

    def test_another_edge_is_its_own_sender(self, ann, tea, heard, said):
        api.follow(ann, tea)

        assert said(lambda: tea.delete()) == [("unfollowed", "ann", "Tea")]
        assert heard[0][1]["sender"] is TopicFollow

    def test_not_after_rollback(self, ann, bo, said):
        def change():
            with pytest.raises(RuntimeError), transaction.atomic():
                api.follow(ann, bo)
                bo.delete()
                raise RuntimeError

        assert said(change) == []


class TestLastState:
    @pytest.mark.parametrize(
        "end",
        [
            lambda edge: api.unfollow(edge.follower, edge.followee),
            lambda edge: edge.delete(),
            lambda edge: edge.follower.following.clear(),
            lambda edge: edge.follower.delete(),
        ],
        ids=["unfollow", "delete", "clear", "cascade"],
    )
    def test_the_edge_is_told_as_it_was(
        self, end, ann, bo, heard, django_capture_on_commit_callbacks
    ):
        edge, _ = api.follow(ann, bo)
        edge.refresh_from_db()
        key, created = edge.pk, edge.created

        with django_capture_on_commit_callbacks(execute=True):
            end(edge)

        ((_, details),) = heard
        assert (details["edge"].pk, details["edge"].created) == (key, created)


class TestListeners:
    def test_nobody_listens_and_nothing_is_fetched_or_kept(
        self, ann, bo, statements, django_capture_on_commit_callbacks
    ):
        assert not followed.has_listeners(Follow)
        with statements() as seen, django_capture_on_commit_callbacks(execute=True) as callbacks:
            api.follow(ann, bo)
            api.unfollow(ann, bo)

        assert callbacks == []
        assert len(seen) == 5

    @pytest.mark.parametrize("number", [1, 50])
    def test_nodes_are_fetched_together(
        self, number, ann, crowd, heard, statements, django_capture_on_commit_callbacks
    ):
        api.follow_many(ann, crowd(number))

        with statements() as seen, django_capture_on_commit_callbacks(execute=True):
            Follow.objects.of(ann).delete()

        assert len(seen) == 3 + 2
        assert len(heard) == number

    @pytest.mark.django_db(transaction=True)
    def test_one_that_raises_harms_nobody(self, make_user, heard):
        ann, bo = make_user("ann"), make_user("bo")
        later = []

        def broken(**kwargs):
            raise ValueError

        followed.connect(broken)
        unfollowed.connect(broken)
        try:
            with transaction.atomic():
                api.follow(ann, bo)
                transaction.on_commit(lambda: later.append("followed"))
            api.unfollow(ann, bo)
        finally:
            followed.disconnect(broken)
            unfollowed.disconnect(broken)

        assert later == ["followed"]
        assert [name for name, _ in heard] == ["followed", "unfollowed"]

    @pytest.mark.django_db(transaction=True)
    def test_the_change_is_there_when_it_is_told(self, make_user):
        ann, bo = make_user("ann"), make_user("bo")
        seen = []

        def look(**kwargs):
            seen.append((connection.in_atomic_block, api.counts(bo).followers))

        followed.connect(look)
        unfollowed.connect(look)
        try:
            api.follow(ann, bo)
            Follow.objects.get().delete()
            Follow.objects.create(follower=ann, followee=bo)
        finally:
            followed.disconnect(look)
            unfollowed.disconnect(look)

        assert seen == [(False, 1), (False, 0), (False, 1)]


class TestEager:
    def test_at_once(self, ann, bo, heard):
        with changes.eager():
            api.follow(ann, bo)
            assert [name for name, _ in heard] == ["followed"]
            bo.delete()
            assert str(heard[1][1]["followee"]) == "bo"
        api.follow(ann, Topic.objects.create())

        assert [name for name, _ in heard] == ["followed", "unfollowed"]

    def test_not_of_what_is_refused(self, ann, bo, heard):
        api.block(bo, ann)

        with changes.eager(), pytest.raises(Blocked):
            api.follow(ann, bo)

        assert heard == []


class TestRemove:
    @pytest.fixture
    def subscription(self, ann, tea):
        profile = Profile.objects.create(user=ann)
        edge = PaidSubscription.objects.create(profile=profile, topic=tea, price=3)
        Reminder.objects.create(subscription=edge)
        return edge

    def test_with_what_depends_on_it(self, subscription, said, exact):
        exact()
        assert subscription.topic.subscribers == 0  # an instance is not refreshed

        assert said(Subscription.objects.all().delete) == [("unfollowed", "ann", "Tea")]

        assert (Reminder.objects.count(), PaidSubscription.objects.count()) == (0, 0)
        exact()

    @pytest.mark.parametrize("node", ["profile", "topic"])
    def test_with_its_node(self, node, subscription, said, exact):
        assert said(getattr(subscription, node).delete) == [("unfollowed", "ann", "Tea")]

        assert Subscription.objects.count() == Reminder.objects.count() == 0
        exact()

    def test_with_what_its_node_goes_with(
        self, ann, subscription, heard, exact, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            ann.delete()

        ((name, details),) = heard
        assert (name, details["sender"]) == ("unfollowed", Subscription)
        assert details["follower"].pk == subscription.profile_id
        exact()

    def test_a_child(self, subscription, said, exact):
        assert said(subscription.delete) == [("unfollowed", "ann", "Tea")]
        assert Subscription.objects.count() == 0
        exact()

    def test_a_child_without_its_parent(self, subscription, said, exact):
        assert said(lambda: subscription.delete(keep_parents=True)) == []
        assert Subscription.objects.count() == 1
        exact()
