from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import UserChangeForm
from django.core import serializers
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps
from testapp.models import Profile, ProfileLink, ProxyTopic, Topic, TopicFollow

from django_follow.exceptions import NoSuchEdge
from django_follow.models import AbstractFollow, Follow, edge_model

pytestmark = pytest.mark.django_db


class TestAccessors:
    def test_both_directions(self, ann, bo):
        Follow.objects.create(follower=ann, followee=bo)

        assert list(ann.following.all()) == [bo]
        assert list(ann.followers.all()) == []
        assert list(bo.followers.all()) == [ann]

    def test_filter_and_prefetch(self, ann, bo, django_assert_num_queries):
        Follow.objects.create(follower=ann, followee=bo)
        users = get_user_model().objects

        assert list(users.filter(following=bo)) == [ann]
        assert list(users.filter(followers__username="ann")) == [bo]
        assert users.annotate(fans=models.Count("followers")).get(pk=bo.pk).fans == 1
        with django_assert_num_queries(2):
            assert [
                list(user.following.all())
                for user in users.prefetch_related("following").order_by("username")
            ] == [[bo], []]

    def test_writes(self, ann, bo):
        ann.following.add(bo)
        assert Follow.objects.get().follower == ann

        bo.followers.remove(ann)
        assert Follow.objects.count() == 0

    def test_out_of_sight_of_forms_and_serialisers(self, ann):
        class Form(UserChangeForm):
            class Meta:
                model = get_user_model()
                fields = "__all__"

        assert {"following", "followers"}.isdisjoint(Form().fields)
        assert '"following":' not in serializers.serialize("json", [ann])


class TestConstraints:
    def test_pair_is_unique(self, ann, bo):
        Follow.objects.create(follower=ann, followee=bo)

        with pytest.raises(IntegrityError), transaction.atomic():
            Follow.objects.create(follower=ann, followee=bo)

    def test_nobody_follows_themselves(self, ann):
        with pytest.raises(IntegrityError), transaction.atomic():
            Follow.objects.create(follower=ann, followee=ann)

    def test_ends_of_other_names(self, ann, bo):
        one, other = Profile.objects.create(user=ann), Profile.objects.create(user=bo)
        ProfileLink.objects.create(user_from=one, user_to=other)

        for ends in ((one, other), (one, one)):
            with pytest.raises(IntegrityError), transaction.atomic():
                ProfileLink.objects.create(user_from=ends[0], user_to=ends[1])

    @pytest.mark.parametrize(
        ("model", "constraints"),
        [
            (Follow, {"django_follow_follow_unique", "django_follow_follow_not_self"}),
            (ProfileLink, {"testapp_profilelink_unique", "testapp_profilelink_not_self"}),
            (TopicFollow, {"testapp_topicfollow_unique"}),
        ],
    )
    def test_in_the_database(self, model, constraints):
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, model._meta.db_table)

        assert constraints <= set(found)
        start, end = (field.column for field in model.end_fields())
        indexed = {tuple(info["columns"]) for info in found.values() if info["index"]}
        assert {(start, "id"), (end, "id")} <= indexed

    @isolate_apps("testapp")
    def test_own_meta_and_long_names(self):
        class AnEdgeWithAVeryLongNameIndeedForWhichNoIndexNameFits(AbstractFollow):
            followee = models.ForeignKey(Topic, models.CASCADE, related_name="+")

            class Meta:
                app_label = "testapp"
                constraints = [
                    models.CheckConstraint(condition=models.Q(pk__gt=0), name="testapp_own")
                ]

        meta = AnEdgeWithAVeryLongNameIndeedForWhichNoIndexNameFits._meta
        assert [constraint.name.rpartition("_")[2] for constraint in meta.constraints] == [
            "own",
            "unique",
        ]
        assert all(len(index.name) <= 30 for index in meta.indexes)
        assert len(meta.indexes) == 2


class TestEdgeModel:
    def test_by_the_types_of_both_ends(self):
        user = get_user_model()

        assert edge_model(user, user) is Follow
        assert edge_model(user, Topic) is TopicFollow
        assert edge_model(user, ProxyTopic) is TopicFollow
        assert edge_model(Profile, Profile) is ProfileLink

    def test_none(self):
        with pytest.raises(NoSuchEdge, match="testapp.Topic cannot follow testapp.Profile"):
            edge_model(Topic, Profile)
