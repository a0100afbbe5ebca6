from __future__ import annotations

import pytest
from django.conf import settings as project_settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.test.utils import isolate_apps
from testapp.models import (
    LoudTopicFollow,
    PaidSubscription,
    Profile,
    ProfileLink,
    Subscription,
    Topic,
    TopicFollow,
)

from django_follow import api, counting
from django_follow.models import Follow, FollowCount
from django_follow.transactions import retried

pytestmark = pytest.mark.django_db

WITH_COLUMNS = project_settings.AUTH_USER_MODEL == "users.Member"


@pytest.fixture(params=["table", "columns"] if WITH_COLUMNS else ["table"])
def place(request, settings):
    """Counts in a table of their own, and in columns of a user model that has them."""
    if request.param == "columns":
        settings.FOLLOW_USER_COUNTS = ("following_count", "followers_count")
    return request.param


@pytest.fixture
def people(crowd):
    """Five users; the first follows all others, the second follows the first."""
    people = crowd(5)
    api.follow_many(people[0], people[1:])
    api.follow(people[1], people[0])
    return people


class TestCounters:
    def test_places(self):
        assert counting.counters(Follow) == [
            (FollowCount, "following", "follower"),
            (FollowCount, "followers", "followee"),
        ]
        assert counting.counters(TopicFollow) == [(Topic, "followers_count", "followee")]
        assert counting.counters(LoudTopicFollow) == counting.counters(TopicFollow)
        assert counting.counters(PaidSubscription) == [
            (Profile, "subscriptions", "profile"),
            (Topic, "subscribers", "topic"),
        ]
        assert counting.counters(ProfileLink) == []

    def test_columns_of_the_user(self, settings):
        settings.FOLLOW_USER_COUNTS = ("a", "b")
        user_model = get_user_model()

        assert counting.counters(Follow) == [
            (user_model, "a", "follower"),
            (user_model, "b", "followee"),
        ]

    @isolate_apps("testapp")
    def test_a_child_of_the_stock_edge_is_counted_with_it(self):
        class CloseFollow(Follow):
            class Meta:
                app_label = "testapp"

        assert counting.counters(CloseFollow) == counting.counters(Follow)


@pytest.mark.usefixtures("place")
class TestEveryWay:
    """An edge may change in any of these ways, and its counts are right straight afterwards."""

    def test_functions(self, people, exact):
        exact()
        api.unfollow(people[0], people[1])
        exact()
        api.unfollow_many(people[0], people[2:4])
        exact()
        api.transfer_followers(people[0], people[4])
        exact()
        api.block(people[1], people[4])
        exact()

    def test_accessors(self, people, make_user, exact):
        one, two, *_ = people
        new = make_user()
        new.following.add(one, two)
        exact()
        new.following.add(one)  # again
        exact()
        new.followers.add(one, two)
        exact()
        new.following.set([two, people[3]])
        exact()
        new.followers.set([people[3]])
        exact()
        new.following.remove(two, people[4])
        exact()
        one.followers.remove(new)
        exact()
        one.following.clear()
        exact()
        people[3].followers.clear()
        exact()
        new.following.create(username="somebody new")
        exact()

    def test_manager(self, people, exact):
        _, one, two, three, four = people
        Follow.objects.create(follower=one, followee=two)
        exact()
        Follow.objects.get_or_create(follower=one, followee=two)
        Follow.objects.get_or_create(follower=one, followee=three)
        exact()
        Follow.objects.update_or_create(follower=one, followee=three, defaults={"followee": four})
        exact()
        Follow.objects.bulk_create([Follow(follower=two, followee=user) for user in (one, three)])
        exact()
        Follow.objects.filter(follower=two).update(follower=four)
        exact()
        Follow.objects.filter(followee=people[0]).delete()
        exact()

    def test_instance(self, people, exact):
        _, one, two, three, _ = people
        edge = Follow(follower_id=str(one.pk), followee_id=str(two.pk))  # as a form gives them
        edge.save()
        exact()
        edge.followee = three
        edge.save()
        exact()
        edge.follower = two
        edge.save(update_fields=["created"])  # which does not store the other end
        exact()
        edge.save(update_fields=["follower"])
        exact()
        Follow(pk=edge.pk, follower=three, followee=two, created=edge.created).save()
        exact()
        Follow.objects.get(pk=edge.pk).delete()
        exact()

    @pytest.mark.parametrize("gone", [[0], [1], [2], [0, 1], [0, 1, 2, 3, 4]])
    def test_cascade(self, gone, people, exact):
        if len(gone) == 1:
            people[gone[0]].delete()
        else:
            keys = [people[number].pk for number in gone]
            get_user_model().objects.filter(pk__in=keys).delete()
        exact()
        assert FollowCount.objects.count() <= 5 - len(gone)

    def test_rolled_back(self, people, exact):
        with pytest.raises(RuntimeError), transaction.atomic():
            api.unfollow(people[0], people[1])
            people[2].delete()
            raise RuntimeError
        exact()
        assert api.counts(people[0]) == (1, 4)


@pytest.mark.django_db(transaction=True)
class TestOutsideOfATransaction:
    """Where Django commits each statement, an edge and its counts still commit together."""

    def test_create_save_delete(self, make_user, exact):
        ann, bo, cy = make_user(), make_user(), make_user()
        edge = Follow.objects.create(follower=ann, followee=bo)
        exact()
        edge.followee = cy
        edge.save()
        exact()
        edge.delete()
        exact()
        assert edge.pk is None

    def test_an_edge_that_cannot_be_counted_is_none(self, make_user, monkeypatch):
        ann, bo = make_user(), make_user()
        monkeypatch.setattr(counting, "upsert", None)

        with pytest.raises(TypeError):
            Follow.objects.create(follower=ann, followee=bo)
        assert Follow.objects.count() == 0


class TestOrderOfLocks:
    @pytest.mark.parametrize("turn", [1, -1])
    def test_rows_are_written_by_the_order_of_keys(self, turn, crowd, django_assert_num_queries):
        people = crowd(3)
        keys = sorted(person.pk for person in people)[::turn]

        with django_assert_num_queries(1) as captured:
            counting.adjust(Follow, [(keys[2], keys[0]), (keys[1], keys[2])], 1, "default")

        sql = captured[0]["sql"].replace("-", "")
        places = [sql.index(str(key).replace("-", ""), sql.index("VALUES") + 6) for key in keys]
        assert places[::turn] == sorted(places)


class TestAdjust:
    def test_many_nodes_with_columns(self, ann, exact):
        topics = [Topic.objects.create(name=str(number)) for number in range(5)]
        api.follow_many(ann, topics)
        exact()
        assert Topic.objects.filter(followers_count=1).count() == 5

    @pytest.mark.parametrize("number", [3, 50])
    def test_statements_with_columns(self, number, ann, statements):
        topics = [Topic.objects.create(name=str(number)) for number in range(number)]

        with statements() as seen:
            api.follow_many(ann, topics)

        assert [one for one in seen if one.startswith(("INSERT", "UPDATE"))] == [
            "INSERT testapp_topicfollow",
            "UPDATE testapp_topic",
        ]

    def test_batches(self, ann, crowd, monkeypatch, statements, exact):
        monkeypatch.setattr(counting, "BATCH", 4)
        with statements() as seen:
            api.follow_many(ann, crowd(10))
        assert seen.count("INSERT followcount") == 3
        exact()

    def test_a_departing_node_and_another_of_the_same_key(self, crowd, exact):
        """The key of a user says nothing about the topic of that key."""
        user = crowd(1)[0]
        if WITH_COLUMNS:
            pytest.skip("a UUID is no key of a topic")
        topic = Topic.objects.create(pk=user.pk, name="Tea")
        api.follow(user, topic)

        user.delete()

        exact()


@pytest.mark.usefixtures("place")
class TestRecount:
    def spoil(self, people, place):
        model, column = (FollowCount, "followers")
        if place == "columns":
            model, column = get_user_model(), "followers_count"
        model.objects.filter(pk=people[1].pk).update(**{column: 7})
        if place == "table":
            model.objects.filter(pk=people[2].pk).delete()
        return column

    def test_report_and_repair(self, people, place, exact):
        column = self.spoil(people, place)
        keys = [person.pk for person in people]
        wrong = {people[1].pk: {column: (7, 1)}}
        if place == "table":
            wrong[people[2].pk] = {column: (0, 1)}

        assert counting.recount(Follow, keys, "default", repair=False) == wrong
        assert counting.recount(Follow, keys, "default", repair=False) == wrong
        counting.recount(Follow, keys, "default")
        exact()
        assert counting.recount(Follow, keys, "default") == {}

    def test_nothing_wrong_is_not_written(self, people, statements):
        with statements() as seen:
            counting.recount(Follow, [person.pk for person in people], "default")
        assert {one.split()[0] for one in seen} == {"SELECT"}


@pytest.mark.django_db(transaction=True)
class TestRecountWhileOthersWrite:
    def test_once_repaired_they_stay_right(self, make_user, crowd, together, exact):
        ann, others = make_user("ann"), crowd(20)
        keys = [user.pk for user in (ann, *others)]
        Follow.objects.bulk_create([Follow(follower=user, followee=ann) for user in others])
        FollowCount.objects.filter(user=ann).update(followers=3)

        def work(number):
            if number == 0:
                for _ in range(6):
                    retried("default", lambda: counting.recount(Follow, keys, "default"))
            else:
                for user in others[number * 4 - 4 :][:4]:
                    api.follow(ann, user)
                    api.unfollow(user, ann)

        assert together(6, work) == [None] * 6
        exact()


class TestColumnsAreIntegers:
    def test_of_the_test_models(self):
        for edge in (Follow, TopicFollow, Subscription):
            for model, column, _ in counting.counters(edge):
                assert isinstance(model._meta.get_field(column), models.IntegerField)
