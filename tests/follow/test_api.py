from __future__ import annotations

import datetime as dt

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.functional import SimpleLazyObject
from testapp.models import Country, Profile, ProxyTopic, Topic, TopicFollow

from django_follow import api
from django_follow.exceptions import NoSuchEdge, SelfFollow, UnsavedNode
from django_follow.models import Follow
from django_follow.signals import followed, unfollowed

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

    def test_costs_one_insert(self, ann, bo, django_assert_num_queries):
        with django_assert_num_queries(3) as captured:  # in the savepoint of this test
            api.follow(ann, bo)

        statements = [query["sql"].split()[0] for query in captured]
        assert statements == ["SAVEPOINT", "INSERT", "RELEASE"]

    def test_again_updates_options_only(self, ann):
        topic = Topic.objects.create(name="Tea")
        edge, _ = api.follow(ann, topic, notify=True)

        again, created = api.follow(ann, topic, notify=False)

        assert (again.pk, created) == (edge.pk, False)
        assert TopicFollow.objects.get().notify is False

    def test_again_without_options_keeps_them(self, ann):
        topic = Topic.objects.create(name="Tea")
        api.follow(ann, topic, notify=True)

        api.follow(ann, topic)

        assert TopicFollow.objects.get().notify is True

    def test_created_can_be_given(self, ann, bo):
        when = dt.datetime(2020, 2, 29, tzinfo=dt.timezone.utc)

        api.follow(ann, bo, created=when)

        assert Follow.objects.get().created == when

    def test_oneself(self, ann):
        with pytest.raises(SelfFollow, match="^ann cannot follow themselves.$") as caught:
            api.follow(ann, ann)

        assert caught.value.code == "self_follow"
        assert Follow.objects.count() == 0

    def test_same_key_of_another_type_is_not_oneself(self, ann):
        one = Profile.objects.create(pk=77, user=ann)
        topic = Topic.objects.create(pk=77, name="Tea")

        with pytest.raises(NoSuchEdge):
            api.follow(one, topic)

    def test_no_edge(self, ann):
        country = Country.objects.create(code="nz")

        with pytest.raises(NoSuchEdge, match="cannot follow testapp.Country: no model joins them"):
            api.follow(ann, country)

    def test_anonymous(self, bo):
        with pytest.raises(UnsavedNode):
            api.follow(AnonymousUser(), bo)

    def test_unsaved(self, ann):
        with pytest.raises(UnsavedNode):
            api.follow(ann, Topic(name="Never saved"))

    def test_lazy_request_user(self, ann, bo):
        lazy = SimpleLazyObject(lambda: ann)

        assert api.follow(lazy, bo)[1] is True
        assert api.is_following(lazy, bo) is True

    def test_proxy(self, ann):
        topic = Topic.objects.create(name="Tea")

        api.follow(ann, ProxyTopic.objects.get())

        assert api.is_following(ann, topic) is True

    def test_ends_of_other_names(self, ann, bo):
        one, other = Profile.objects.create(user=ann), Profile.objects.create(user=bo)

        edge, created = api.follow(one, other)

        assert created is True
        assert (edge.user_from, edge.user_to) == (one, other)
        assert str(edge) == f"{one.pk} → {other.pk}"
        assert api.unfollow(one, other) is True

    def test_other_integrity_errors_are_not_hidden(self, ann):
        topic = Topic.objects.create(name="Tea")

        with pytest.raises(IntegrityError):
            api.follow(ann, topic, notify=None)


class TestUnfollow:
    def test_was_following(self, ann, bo):
        api.follow(ann, bo)

        assert api.unfollow(ann, bo) is True
        assert Follow.objects.count() == 0

    def test_oneself(self, ann):
        assert api.unfollow(ann, ann) is False

    def test_was_not_following(self, ann, bo):
        api.follow(bo, ann)

        assert api.unfollow(ann, bo) is False
        assert Follow.objects.count() == 1

    def test_costs_one_delete(self, ann, bo, django_assert_num_queries):
        api.follow(ann, bo)

        with django_assert_num_queries(3) as captured:
            api.unfollow(ann, bo)

        assert [query["sql"].split()[0] for query in captured][1] == "DELETE"


class TestFollowMany:
    def test_skips_known_and_oneself(self, ann, bo, make_user):
        others = [make_user() for _ in range(3)]
        api.follow(ann, bo)

        edges = api.follow_many(ann, [ann, bo, *others, others[0]])

        assert {edge.followee_id for edge in edges} == {other.pk for other in others}
        assert Follow.objects.of(ann).count() == 4

    @pytest.mark.parametrize("number", [1, 50])
    def test_constant_queries(self, number, ann, make_user, django_assert_num_queries):
        others = [make_user() for _ in range(number)]

        with django_assert_num_queries(4):  # SELECT, SAVEPOINT, INSERT, RELEASE
            api.follow_many(ann, others)

    def test_mixed_types(self, ann, bo):
        topic = Topic.objects.create(name="Tea")

        edges = api.follow_many(ann, [topic, bo])

        assert {type(edge) for edge in edges} == {Follow, TopicFollow}

    def test_nobody(self, ann):
        assert api.follow_many(ann, []) == []

    def test_all_or_nothing(self, ann, bo):
        with pytest.raises(NoSuchEdge):
            api.follow_many(ann, [bo, Country.objects.create(code="nz")])

        assert Follow.objects.count() == 0


class TestReads:
    def test_is_following_is_directed(self, ann, bo):
        api.follow(ann, bo)

        assert api.is_following(ann, bo) is True
        assert api.is_following(bo, ann) is False

    def test_nobody_follows_without_an_account(self, ann, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert api.is_following(AnonymousUser(), ann) is False
            assert api.is_following(ann, ann) is False

    def test_counts(self, ann, bo, make_user, django_assert_num_queries):
        cy = make_user("cy")
        api.follow_many(ann, [bo, cy])
        api.follow(bo, ann)

        with django_assert_num_queries(1):
            assert api.counts(ann) == api.Counts(followers=1, following=2)
        assert api.counts(cy) == (1, 0)

    def test_relationship(self, ann, bo, make_user):
        cy = make_user("cy")
        api.follow(ann, bo)
        api.follow(bo, ann)
        api.follow(cy, ann)

        assert api.relationship(ann, bo) == api.Relationship(following=True, followed_by=True)
        assert api.relationship(ann, bo).mutual is True
        assert api.relationship(ann, cy) == api.Relationship(following=False, followed_by=True)
        assert api.relationship(bo, cy) == api.Relationship()

    @pytest.mark.parametrize("number", [1, 50])
    def test_relationships_in_one_query(self, number, ann, make_user, django_assert_num_queries):
        others = [make_user() for _ in range(number)]
        api.follow_many(ann, others)

        with django_assert_num_queries(1):
            found = api.relationships(ann, others)

        assert all(found[other.pk].following for other in others)
        assert len(found) == number

    def test_anonymous_relationships_cost_nothing(self, ann, bo, django_assert_num_queries):
        with django_assert_num_queries(0):
            found = api.relationships(AnonymousUser(), [ann, bo])

        assert set(found.values()) == {api.Relationship()}

    def test_only_users(self, ann):
        topic = Topic.objects.create(name="Tea")

        for read in (
            lambda: api.counts(topic),
            lambda: api.relationship(ann, topic),
            lambda: api.attach_relationships(ann, [topic]),
        ):
            with pytest.raises(NoSuchEdge, match="counts and relationships are those of users"):
                read()

    def test_attach_via(self, ann, bo, django_assert_num_queries):
        api.follow(ann, bo)
        page = [Profile(user=bo), Profile(user=ann)]

        with django_assert_num_queries(1):
            api.attach_relationships(ann, page, via="user")

        assert [item.relationship.following for item in page] == [True, False]
        assert [item.user.relationship.following for item in page] == [True, False]


class TestSignals:
    def test_once_per_change(self, ann, bo, django_capture_on_commit_callbacks, heard):
        with django_capture_on_commit_callbacks(execute=True):
            edge, _ = api.follow(ann, bo)
            api.follow(ann, bo)
        with django_capture_on_commit_callbacks(execute=True):
            api.unfollow(ann, bo)
            api.unfollow(ann, bo)

        assert [(name, kwargs["sender"]) for name, kwargs in heard] == [
            ("followed", Follow),
            ("unfollowed", Follow),
        ]
        assert heard[0][1]["edge"] == edge
        assert (heard[1][1]["follower"], heard[1][1]["followee"]) == (ann, bo)

    def test_many(self, ann, bo, make_user, django_capture_on_commit_callbacks, heard):
        with django_capture_on_commit_callbacks(execute=True):
            api.follow_many(ann, [bo, make_user("cy")])

        assert [kwargs["followee"].username for _, kwargs in heard] == ["bo", "cy"]

    def test_not_after_rollback(self, ann, bo, django_capture_on_commit_callbacks, heard):
        with (
            django_capture_on_commit_callbacks(execute=True),
            pytest.raises(RuntimeError),
            transaction.atomic(),
        ):
            api.follow(ann, bo)
            raise RuntimeError

        assert heard == []


@pytest.mark.django_db(transaction=True)
class TestReceivers:
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


@pytest.mark.django_db(databases=["default", "other"])
class TestOtherDatabase:
    def test_everything_stays_in_it(self, django_assert_num_queries):
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
        assert Follow.objects.count() == 0

    def test_signals_wait_for_its_commit(self, django_capture_on_commit_callbacks, heard):
        users = get_user_model().objects.using("other")
        ann, bo = (users.create(username=name) for name in ("ann", "bo"))

        with django_capture_on_commit_callbacks(using="default", execute=True) as callbacks:
            api.follow(ann, bo, using="other")
        assert callbacks == heard == []

        with django_capture_on_commit_callbacks(using="other", execute=True):
            api.unfollow(ann, bo, using="other")
        assert [kwargs["using"] for _, kwargs in heard] == ["other"]


class TestAsync:
    @pytest.mark.parametrize("name", [name for name in api.__all__ if f"a{name}" in api.__all__])
    def test_each_function_has_its_own(self, name):
        assert getattr(api, f"a{name}").func is getattr(api, name)

    def test_twins(self, ann, bo):
        async def scenario():
            _, created = await api.afollow(ann, bo)
            return created, await api.ais_following(ann, bo), await api.acounts(bo)

        assert async_to_sync(scenario)() == (True, True, (1, 0))


class TestConcurrency:
    @pytest.mark.django_db(transaction=True)
    def test_eight_clicks_make_one_edge(self, make_user, together):
        ann, bo = make_user("ann"), make_user("bo")

        results = together(8, lambda _: api.follow(ann, bo))

        assert sorted(created for _, created in results) == [False] * 7 + [True]
        assert Follow.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_follow_many_from_eight_connections(self, make_user, together):
        ann = make_user("ann")
        others = [make_user() for _ in range(20)]

        results = together(8, lambda _: api.follow_many(ann, others))

        assert sum(len(edges) for edges in results) == 20
        assert Follow.objects.count() == 20

    @pytest.mark.django_db(transaction=True)
    def test_overlapping_follow_many(self, make_user, together):
        """Writers that meet each other one after the other, not all at the same edge."""
        ann = make_user("ann")
        others = [make_user() for _ in range(24)]

        results = together(4, lambda number: api.follow_many(ann, others[number * 4 :][:12]))

        if connection.vendor == "mysql":  # a writer in the middle of others may be told to retry
            results = [result for result in results if not isinstance(result, OperationalError)]
        assert not [result for result in results if isinstance(result, Exception)]
        assert sum(len(edges) for edges in results) == Follow.objects.count()

    @pytest.mark.django_db(transaction=True)
    def test_a_deleted_user_is_a_typed_error(self, make_user):
        ann, bo, cy = make_user("ann"), make_user("bo"), make_user("cy")
        get_user_model().objects.filter(pk=bo.pk).delete()
        lazy = SimpleLazyObject(lambda: ann)

        for write in (lambda: api.follow(lazy, bo), lambda: api.follow_many(lazy, [cy, bo])):
            with pytest.raises(UnsavedNode, match="no longer in the database"):
                write()

        assert Follow.objects.count() == 0
