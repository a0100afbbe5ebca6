from __future__ import annotations

import pytest

from django_follow import api
from django_follow.permission import barred, require_room, requires_approval

pytestmark = pytest.mark.django_db


def only_strangers(follower, followee):
    return not api.is_following(followee, follower)


class TestRequiresApproval:
    def test_nobody_by_default(self, ann, bo):
        assert requires_approval(ann, bo) is False

    @pytest.mark.parametrize("rule", [only_strangers, f"{__name__}.only_strangers"])
    def test_a_rule_of_the_project(self, rule, ann, bo, settings):
        api.follow(bo, ann)
        settings.FOLLOW_REQUIRES_APPROVAL = rule

        assert requires_approval(ann, bo) is False
        assert requires_approval(bo, ann) is True


class TestBarred:
    def test_both_directions_in_one_query(self, ann, crowd, statements):
        one, two, three = crowd(3)
        api.block(ann, one)
        api.block(two, ann)
        api.block(two, three)

        with statements() as seen:
            found = barred(ann, [one.pk, two.pk, three.pk], "default")

        assert found - {ann.pk} == {one.pk, two.pk}
        assert seen == ["SELECT block"]


class TestRequireRoom:
    def test_costs_nothing_without_a_limit(self, ann, django_assert_num_queries, settings):
        with django_assert_num_queries(0):
            require_room(ann, "default")
        settings.FOLLOW_MAX_FOLLOWING = 5
        with django_assert_num_queries(1):
            require_room(ann, "default")
