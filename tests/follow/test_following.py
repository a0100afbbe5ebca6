from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils.functional import SimpleLazyObject
from testapp.models import (
    Club,
    Country,
    Profile,
    ProxyTopic,
    Reminder,
    Subscription,
    Topic,
    TopicFollow,
)

from django_follow import api
from django_follow.exceptions import (
    Blocked,
    Blocking,
    LimitReached,
    NoSuchEdge,
    SelfFollow,
    UnsavedNode,
)
from django_follow.models import Follow, FollowCount, FollowRequest

pytestmark = pytest.mark.django_db


class TestFollow:
    def test_new(self, ann, bo):
        edge, created = api.follow(ann, bo)

        assert created is True
        assert (edge.follower, edge.followee) == (ann, bo)
        assert Follow.objects.get() == edge

    def test_again(self, ann, bo):
        first, _ = api.follow(ann, bo)

        assert api.follow(ann, bo) == (first, False)
        assert Follow.objects.count() == 1
        assert api.counts(bo) == (1, 0)

    def test_statements(self, ann, bo, statements):
        with statements() as seen:
            api.follow(ann, bo)
        assert seen == ["INSERT follow", "SELECT block", "INSERT followcount"]

        with statements() as seen:
            api.follow(ann, bo)
        assert len(seen) == 2  # PyMySQL does not tell an INSERT that failed
        assert seen[1] == "SELECT follow"

    def test_statements_of_a_topic(self, ann, tea, statements):
        with statements() as seen:
            api.follow(ann, tea)

        written = ["INSERT testapp_topicfollow", "UPDATE testapp_topic"]
        assert [one for one in seen if not one.startswith("SELECT")] == written
        assert len(seen) in (2, 3)  # MySQL and MariaDB lock the topic first

    def test_text_keys(self, ann, bo):
        chess, go = (Club.objects.create(code=code) for code in ("chess", "go"))
        api.follow(ann, go)

        new = api.follow_many(ann, [go, chess])
        api.follow(bo, chess)

        assert [edge.followee_id for edge in new] == ["chess"]
        assert api.is_following(ann, chess) is True
        assert api.unfollow(ann, chess) is True
        assert dict(Club.objects.values_list("code", "followers_count")) == {"chess": 1, "go": 1}

    def test_again_updates_options_only(self, ann, tea):
        edge, _ = api.follow(ann, tea, notify=True)

        again, created = api.follow(ann, tea, notify=False)

        assert (again.pk, created) == (edge.pk, False)
        assert TopicFollow.objects.get().notify is False

    def test_again_without_options_keeps_them(self, ann, tea):
        api.follow(ann, tea, notify=True)

        api.follow(ann, tea)

        assert TopicFollow.objects.get().notify is True

    def test_created_can_be_given(self, ann, bo):
        when = dt.datetime(2020, 2, 29, tzinfo=dt.timezone.utc)

        api.follow(ann, bo, created=when)

        assert Follow.objects.get().created == when

    def test_oneself(self, ann):
        with pytest.raises(SelfFollow, match="^ann cannot follow, block or mute themsel") as caught:
            api.follow(ann, ann)

        assert caught.value.code == "self_follow"
        assert Follow.objects.count() == 0

    def test_same_key_of_another_type_is_not_oneself(self, ann):
        topic = Topic.objects.create(pk=77, name="Tea")

        assert api.follow(Profile.objects.create(pk=77, user=ann), topic)[1] is True

    def test_no_edge(self, ann):
        country = Country.objects.create(code="nz")

        with pytest.raises(NoSuchEdge, match="cannot follow testapp.Country: no model joins them"):
            api.follow(ann, country)

    @pytest.mark.parametrize("follower", [AnonymousUser(), Topic(name="Never saved")])
    def test_unsaved(self, ann, follower):
        for pair in ((follower, ann), (ann, follower)):
            with pytest.raises(UnsavedNode) as caught:
                api.follow(*pair)
            assert caught.value.code == "unsaved_node"

    def test_lazy_request_user(self, ann, bo):
        lazy = SimpleLazyObject(lambda: ann)

        assert api.follow(lazy, bo)[1] is True
        assert api.is_following(lazy, bo) is True

    def test_proxy(self, ann, tea):
        api.follow(ann, ProxyTopic.objects.get())

        assert api.is_following(ann, tea) is True

    def test_ends_of_other_names(self, ann, bo):
        one, other = Profile.objects.create(user=ann), Profile.objects.create(user=bo)

        edge, created = api.follow(one, other)

        assert created is True
        assert (edge.user_from, edge.user_to) == (one, other)
        assert str(edge) == f"{one.pk} → {other.pk}"
        assert api.unfollow(one, other) is True

    def test_other_integrity_errors_are_not_hidden(self, ann, tea):
        with pytest.raises(IntegrityError):
            api.follow(ann, tea, notify=None)

    def test_no_edge_beside_a_block(self, ann, bo):
        api.block(ann, bo)

        with pytest.raises(Blocking) as blocking:
            api.follow(ann, bo)
        with pytest.raises(Blocked) as blocked:
            api.follow(bo, ann)

        assert (blocking.value.code, blocked.value.code) == ("blocking", "blocked")
        assert Follow.objects.count() == FollowRequest.objects.count() == 0
        assert api.counts(ann) == api.counts(bo) == (0, 0)

    def test_whoever_blocks_is_told_so_even_when_both_do(self, ann, bo):
        api.block(ann, bo)
        api.block(bo, ann)

        for pair in ((ann, bo), (bo, ann)):
            with pytest.raises(Blocking):
                api.follow(*pair)

    def test_overtakes_a_request(self, ann, bo, settings):
        settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: True
        api.follow(ann, bo)
        settings.FOLLOW_REQUIRES_APPROVAL = None

        api.follow(ann, bo)

        assert api.relationship(ann, bo) == api.Relationship(following=True)


class TestLimit:
    def test_is_exact(self, ann, crowd, settings, statements):
        settings.FOLLOW_MAX_FOLLOWING = 2
        one, two, three = crowd(3)
        api.follow(ann, one)
        with statements() as seen:
            api.follow(ann, two)
        assert seen[3:] == ["SELECT followcount"]

        with pytest.raises(LimitReached, match="Unfollow somebody first") as caught:
            api.follow(ann, three)
        assert caught.value.code == "limit_reached"
        assert api.follow(ann, one)[1] is False  # again is harmless
        assert api.counts(ann) == (0, 2)

        api.unfollow(ann, one)
        assert api.follow(ann, three)[1] is True

    def test_many_at_once_are_all_or_none(self, ann, crowd, settings):
        settings.FOLLOW_MAX_FOLLOWING = 3

        with pytest.raises(LimitReached):
            api.follow_many(ann, crowd(4))

        assert Follow.objects.count() == 0
        assert len(api.follow_many(ann, crowd(3))) == 3

    def test_a_request_that_could_never_be_accepted(self, ann, crowd, settings):
        settings.FOLLOW_MAX_FOLLOWING = 1
        one, two = crowd(2)
        api.follow(ann, one)
        settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: True

        with pytest.raises(LimitReached):
            api.follow(ann, two)
        assert FollowRequest.objects.count() == 0


class TestUnfollow:
    def test_was_following(self, ann, bo):
        api.follow(ann, bo)

        assert api.unfollow(ann, bo) is True
        assert Follow.objects.count() == 0
        assert api.counts(bo) == (0, 0)

    def test_oneself(self, ann):
        assert api.unfollow(ann, ann) is False

    def test_was_not_following(self, ann, bo):
        api.follow(bo, ann)

        assert api.unfollow(ann, bo) is False
        assert Follow.objects.count() == 1
        assert api.counts(ann) == (1, 0)

    def test_statements(self, ann, bo, statements):
        api.follow(ann, bo)

        with statements() as seen:
            api.unfollow(ann, bo)
        assert seen == ["DELETE follow", "INSERT followcount"]

        with statements() as seen:
            api.unfollow(ann, bo)
        assert seen == ["DELETE follow"]

    def test_an_edge_on_which_rows_depend(self, ann, tea, exact):
        profile = Profile.objects.create(user=ann)
        edge, _ = api.follow(profile, tea)
        Reminder.objects.create(subscription=edge)

        assert api.unfollow(profile, tea) is True
        assert Subscription.objects.count() == Reminder.objects.count() == 0
        exact()

    def test_remove_follower(self, ann, bo):
        api.follow(bo, ann)

        assert api.remove_follower(bo, ann) is False
        assert api.remove_follower(ann, bo) is True
        assert api.remove_follower(ann, bo) is False


class TestFollowMany:
    def test_skips_known_and_oneself(self, ann, bo, crowd):
        others = crowd(3)
        api.follow(ann, bo)

        edges = api.follow_many(ann, [ann, bo, *others, others[0]])

        assert {edge.followee_id for edge in edges} == {other.pk for other in others}
        assert Follow.objects.of(ann).count() == 4
        assert api.counts(ann) == (0, 4)

    def test_skips_blocks_of_both_directions(self, ann, crowd):
        one, two, three = crowd(3)
        api.block(ann, one)
        api.block(two, ann)

        assert [edge.followee for edge in api.follow_many(ann, [one, two, three])] == [three]

    def test_asks_where_it_has_to_and_skips_blocks_there_too(self, ann, crowd, settings):
        one, two, three, four = crowd(4)
        api.block(two, ann)
        settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: followee in (one, two)

        edges = api.follow_many(ann, [one, two, three, four])

        assert [edge.followee for edge in edges] == [three, four]
        assert [request.followee for request in FollowRequest.objects.all()] == [one]

    def test_overtakes_requests(self, ann, bo, settings):
        settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: True
        api.follow(ann, bo)
        settings.FOLLOW_REQUIRES_APPROVAL = None

        api.follow_many(ann, [bo])

        assert api.relationship(ann, bo) == api.Relationship(following=True)

    @pytest.mark.parametrize("number", [1, 50])
    def test_statements(self, number, ann, crowd, statements):
        others = crowd(number)

        with statements() as seen:
            api.follow_many(ann, others)
        assert seen == [
            "SELECT follow",
            "SELECT block",
            "INSERT follow",
            "INSERT followcount",
            "SELECT block",
            "DELETE followrequest",
        ]
        with statements() as seen:
            assert api.follow_many(ann, others) == []
        assert seen == ["SELECT follow", "SELECT block"]

    @pytest.mark.parametrize("number", [1, 50])
    def test_statements_of_unfollow_many(self, number, ann, crowd, statements):
        others = crowd(number)
        api.follow_many(ann, others)

        with statements() as seen:
            assert api.unfollow_many(ann, [ann, *others]) == number
        assert seen == ["SELECT follow", "DELETE follow", "INSERT followcount"]
        with statements() as seen:
            assert api.unfollow_many(ann, others) == 0
        assert seen == ["SELECT follow"]

    def test_mixed_types(self, ann, bo, tea, exact):
        edges = api.follow_many(ann, [tea, bo])

        assert {type(edge) for edge in edges} == {Follow, TopicFollow}
        exact()
        assert api.unfollow_many(ann, [tea, bo]) == 2
        exact()

    def test_only_edges_are_counted(self, ann, tea):
        profile = Profile.objects.create(user=ann)
        edge, _ = api.follow(profile, tea)
        Reminder.objects.create(subscription=edge)

        assert api.unfollow_many(profile, [tea]) == 1

    def test_nobody(self, ann, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert api.follow_many(ann, []) == []
            assert api.unfollow_many(ann, []) == 0

    def test_all_or_nothing(self, ann, bo):
        country = Country.objects.create(code="nz")
        with pytest.raises(NoSuchEdge):
            api.follow_many(ann, [bo, country])
        assert Follow.objects.count() == 0

        api.follow(ann, bo)
        with pytest.raises(NoSuchEdge):
            api.unfollow_many(ann, [bo, country])
        assert Follow.objects.count() == 1


class TestIsFollowing:
    def test_directed(self, ann, bo, statements):
        api.follow(ann, bo)

        with statements() as seen:
            assert api.is_following(ann, bo) is True
            assert api.is_following(bo, ann) is False
        assert seen == ["SELECT follow"] * 2

    def test_nobody_follows_without_an_account(self, ann, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert api.is_following(AnonymousUser(), ann) is False
            assert api.is_following(ann, ann) is False


class TestTransferFollowers:
    def test_who_moves_and_who_stays(self, ann, bo, crowd, exact):
        plain, known, blocking, blocked = crowd(4)
        for fan in (plain, known, blocking, blocked, bo):
            api.follow(fan, ann)
        api.follow(known, bo)
        api.block(blocking, bo)
        api.block(bo, blocked)

        assert api.transfer_followers(ann, bo) == 2

        assert set(bo.followers.all()) == {plain, known}
        assert set(ann.followers.all()) == {blocking, blocked, bo}
        exact()
        assert api.transfer_followers(ann, bo) == 0

    def test_order_and_time_are_kept(self, ann, bo, crowd):
        when = dt.datetime(2020, 2, 29, tzinfo=dt.timezone.utc)
        fans = crowd(3)[::-1]
        for fan in fans:
            api.follow(fan, ann, created=when)

        assert api.transfer_followers(ann, bo) == 3

        edges = list(Follow.objects.to(bo).order_by("pk"))
        assert [edge.follower for edge in edges] == fans
        assert {edge.created for edge in edges} == {when}

    def test_overtakes_requests(self, ann, bo, make_user, settings):
        fan = make_user()
        api.follow(fan, ann)
        settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: True
        api.follow(fan, bo)

        api.transfer_followers(ann, bo)

        assert api.relationship(fan, bo) == api.Relationship(following=True)

    @pytest.mark.parametrize("number", [1, 50])
    def test_statements(self, number, ann, bo, crowd, statements):
        for fan in crowd(number):
            api.follow(fan, ann)

        with statements() as seen:
            assert api.transfer_followers(ann, bo) == number
        assert seen == [
            "SELECT follow",
            "INSERT followcount",  # adds nothing: the lock that block() waits for
            "SELECT block",
            "SELECT follow",
            "DELETE follow",
            "INSERT followcount",
            "INSERT follow",
            "INSERT followcount",
            "DELETE followrequest",
        ]


class TestCodeOfAnOuterTransaction:
    def test_a_refusal_leaves_it_usable(self, ann, bo, make_user):
        api.block(bo, ann)
        cy = make_user("cy")

        with transaction.atomic():
            with pytest.raises(Blocked):
                api.follow(ann, bo)
            api.follow(ann, cy)

        assert list(ann.following.all()) == [cy]


@pytest.mark.django_db(databases=["default", "other"])
class TestOtherDatabase:
    def test_everything_stays_in_it(self, django_assert_num_queries, exact):
        users = get_user_model().objects.using("other")
        ann, bo, cy = (users.create(username=name) for name in ("ann", "bo", "cy"))

        with django_assert_num_queries(0):
            edge, created = api.follow(ann, bo, using="other")
            again = api.follow(ann, bo, using="other")
            (new,) = api.follow_many(ann, [bo, cy], using="other")

            assert (created, again) == (True, (edge, False))
            assert edge._state.db == new._state.db == "other"
            assert api.is_following(ann, bo, using="other") is True
            assert api.counts(ann, using="other") == (0, 2)
            assert api.relationship(bo, ann, using="other").followed_by is True
            assert api.unfollow(ann, bo, using="other") is True
            assert api.transfer_followers(cy, bo, using="other") == 1
            assert list(api.mutuals(ann, using="other")) == []
            assert api.followers_you_know(cy, bo, using="other").count == 0
            assert api.suggestions(cy, using="other") != []
            assert api.block(bo, ann, using="other")[1] is True
            assert api.unblock(bo, ann, using="other") is True
            assert api.mute(bo, ann, using="other")[1] is True
            assert api.unmute(bo, ann, using="other") is True
            assert api.hide_suggestion(bo, ann, using="other") is True
            exact("other")
            ann.delete(using="other")
            exact("other")
        assert Follow.objects.count() == FollowCount.objects.count() == 0

    def test_signals_wait_for_its_commit(self, django_capture_on_commit_callbacks, heard):
        users = get_user_model().objects.using("other")
        ann, bo = (users.create(username=name) for name in ("ann", "bo"))

        with django_capture_on_commit_callbacks(using="default", execute=True) as callbacks:
            api.follow(ann, bo, using="other")
        assert callbacks == heard == []

        with django_capture_on_commit_callbacks(using="other", execute=True):
            api.unfollow(ann, bo, using="other")
        assert [kwargs["using"] for _, kwargs in heard] == ["other"]


@pytest.mark.django_db(transaction=True)
class TestConcurrency:
    def test_eight_clicks_make_one_edge(self, make_user, together, exact):
        ann, bo = make_user("ann"), make_user("bo")

        results = together(8, lambda _: api.follow(ann, bo))

        assert sorted(created for _, created in results) == [False] * 7 + [True]
        exact()

    def test_the_same_hundred_from_eight_connections(self, make_user, crowd, together, exact):
        ann = make_user("ann")
        others = crowd(100)

        results = together(8, lambda _: [api.follow(ann, other)[1] for other in others])

        assert sum(map(sum, results)) == Follow.objects.count() == 100
        exact()

    def test_mutual_follows_from_both_sides_at_once(self, crowd, together, exact):
        """In the natural order, each would hold the count that the other one waits for."""
        pairs = [crowd(2) for _ in range(75)]

        def work(number):
            for pair in pairs[number // 2 :: 2]:
                one, other = pair if number % 2 else pair[::-1]
                api.follow(one, other)

        assert together(4, work) == [None] * 4
        assert Follow.objects.count() == 150
        exact()

    def test_limit(self, make_user, crowd, together, settings):
        settings.FOLLOW_MAX_FOLLOWING = 5
        ann, others = make_user("ann"), crowd(16)

        def work(number):
            refused = 0
            for other in others[number * 2 :][:2]:
                try:
                    api.follow(ann, other)
                except LimitReached:
                    refused += 1
            return refused

        assert sum(together(8, work)) == 11
        assert Follow.objects.count() == api.counts(ann).following == 5

    def test_follow_many_from_eight_connections(self, make_user, crowd, together, exact):
        ann, others = make_user("ann"), crowd(20)

        results = together(8, lambda _: api.follow_many(ann, others))

        assert sum(len(edges) for edges in results) == Follow.objects.count() == 20
        exact()

    def test_overlapping_follow_many(self, make_user, crowd, together, exact):
        """Writers that meet each other one after the other, not all at the same edge."""
        ann, others = make_user("ann"), crowd(24)

        results = together(4, lambda number: api.follow_many(ann, others[number * 4 :][:12]))

        assert not [result for result in results if isinstance(result, Exception)]
        assert sum(len(edges) for edges in results) == Follow.objects.count()
        exact()

    def test_follow_and_unfollow_at_once(self, make_user, together, exact):
        ann, bo = make_user("ann"), make_user("bo")

        def work(number):
            for _ in range(10):
                api.follow(ann, bo) if number % 2 else api.unfollow(ann, bo)

        assert together(6, work) == [None] * 6
        exact()

    def test_a_deleted_user_is_a_typed_error(self, make_user):
        ann, bo, cy = make_user("ann"), make_user("bo"), make_user("cy")
        get_user_model().objects.filter(pk=bo.pk).delete()
        lazy = SimpleLazyObject(lambda: ann)

        for write in (lambda: api.follow(lazy, bo), lambda: api.follow_many(lazy, [cy, bo])):
            with pytest.raises(UnsavedNode, match="no longer in the database"):
                write()

        assert Follow.objects.count() == 0
