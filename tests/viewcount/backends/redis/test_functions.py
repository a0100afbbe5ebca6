"""Servers that do not know functions, do not allow them, or forget them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from testapp.models import Topic

from django_viewcount.api import (
    attach_views,
    count_view,
    count_views,
    flush,
    get_unique_views,
    get_views,
    most_viewed,
    rank,
)
from django_viewcount.backends.redis import RedisBackend
from django_viewcount.reasons import Reason
from tests import servers

pytestmark = pytest.mark.django_db


def use_all_of_it() -> None:
    """Every function once, one by one and several at once."""
    topics = [Topic.objects.create(name=name) for name in "abc"]
    for views, topic in enumerate(topics, 1):
        assert count_view(None, topic, views=views, visitor="a").counted
    assert count_view(None, topics[0], token="once").counted
    assert count_view(None, topics[0], token="once").reason is Reason.REPEATED
    results = count_views(None, [(topic, "view", None) for topic in topics], visitor="b")
    assert [result.counted for result in results] == [True] * 3
    for _ in range(2):
        assert [topic.view_count for topic in attach_views(topics)] == [3, 3, 4]
        assert get_unique_views(topics[1]) == 2
        for period in ("all", "hour", "day", "trending"):
            assert most_viewed(Topic.objects.all(), period=period)[0] == topics[2]
            assert rank(topics[2], period=period).place == 1
        flush()


@pytest.mark.parametrize("refused", [["-function"], ["-fcall", "-function"]])
def test_functions_are_not_allowed(
    node: servers.Node, node_backend: RedisBackend, refused: list[str]
) -> None:
    node.client().execute_command("ACL", "SETUSER", "default", *refused)

    use_all_of_it()

    assert node_backend.server.scripts


def test_functions_are_not_known(
    farm: servers.Farm, settings: Any, node_backend: RedisBackend
) -> None:
    """As with Redis before 7."""
    old = farm.node(rename_command=["FCALL", ""])
    settings.VIEWCOUNT_REDIS_URL = old.url

    use_all_of_it()

    assert node_backend.server.scripts
    assert node_backend.server.client.function_list() == []
    farm.end(old)


@pytest.mark.parametrize("scripts", [False, True])
def test_server_that_forgets(
    node: servers.Node,
    node_backend: RedisBackend,
    round_trips: Callable[[], Any],
    scripts: bool,
) -> None:
    node_backend.server.scripts = scripts
    client, topic = node.client(), Topic.objects.create(name="Jazz")
    count_view(None, topic)

    for act, views in (
        (lambda: count_view(None, topic), 2),
        (lambda: count_views(None, [(topic, "view", None)] * 2), 4),
        (lambda: flush(), 4),
    ):
        client.function_flush()
        client.script_flush()
        act()
        client.function_flush()
        client.script_flush()
        assert get_views(topic) == views
    count_view(None, topic)

    with round_trips() as sent:
        assert count_view(None, topic).counted
    assert len(sent) == 1  # what was given once is used from then on
