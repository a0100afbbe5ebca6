from __future__ import annotations

import inspect

import pytest
from asgiref.sync import async_to_sync

from django_follow import api
from django_follow.models import Follow

QUERYSETS = {"known_followers", "mutuals", "not_following_back", "with_relationship"}  # lazy anyway
FUNCTIONS = [
    name
    for name in api.__all__
    if inspect.isfunction(getattr(api, name)) and f"a{name}" not in QUERYSETS
]
TWINNED = [name for name in FUNCTIONS if name not in QUERYSETS | {"known_relationship"}]


class TestAsync:
    @pytest.mark.parametrize("name", TWINNED)
    def test_each_function_that_asks_a_database_has_its_own(self, name):
        assert getattr(api, f"a{name}").func is getattr(api, name)
        assert f"a{name}" in api.__all__

    @pytest.mark.django_db
    def test_twins(self, ann, bo, settings):
        async def scenario():
            edge, created = await api.afollow(ann, bo)
            assert (edge.follower, created) == (ann, True)
            assert await api.ais_following(ann, bo)
            assert await api.acounts(bo) == (1, 0)
            assert (await api.arelationship(bo, ann)).followed_by
            assert (await api.ablock(bo, ann))[1] is True
            assert await api.aunblock(bo, ann) is True
            settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: True
            request, _ = await api.afollow(ann, bo)
            assert isinstance(await api.aaccept(request), Follow)
            return await api.aunfollow(ann, bo)

        assert async_to_sync(scenario)() is True
