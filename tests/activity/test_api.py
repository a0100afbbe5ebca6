from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from testapp.models import Topic

from django_activity import api
from django_activity.cursors import encode_cursor, position_of
from django_activity.models import Action


def test_every_function_that_queries_has_a_twin():
    writes = {"log", "log_many", "retract", "forget", "prune", "rename_verb", "advance_marker"}

    assert {name for name in api.__all__ if "a" + name in api.__all__} == writes | {"stream_marker"}
    assert all(hasattr(api, name) for name in api.__all__)


@pytest.mark.django_db
def test_twins_do_the_same(ann, tea):
    action, created = async_to_sync(api.alog)(ann, "likes", tea)
    assert (action.verb, action.target, created) == ("likes", tea, True)

    assert len(async_to_sync(api.alog_many)([{"actor": ann, "verb": "reads"}])) == 1
    assert async_to_sync(api.arename_verb)("reads", "has read") == 1

    marker = async_to_sync(api.aadvance_marker)(ann, "home", action)
    assert async_to_sync(api.astream_marker)(ann, "home") == marker
    assert marker.cursor == encode_cursor(position_of(action))

    assert async_to_sync(api.aretract)(ann, "likes", tea) == 1
    assert async_to_sync(api.aprune)(orphans=True) == 0
    assert async_to_sync(api.aforget)(ann) == 1
    assert not Action.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_in_an_event_loop(make_user):
    ann, tea = make_user("ann"), Topic.objects.create(name="Tea")

    async def both():
        first, created = await api.alog(ann, "likes", tea)
        again, repeated = await api.alog(ann, "likes", tea)
        return first == again, created, repeated

    assert async_to_sync(both)() == (True, True, False)
