"""Nothing that is kept, in Redis or in the database, tells who has looked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from testapp.models import Topic

from django_viewcount.api import count_view, count_views, flush, get_unique_views, get_views
from django_viewcount.backends.redis import RedisBackend
from django_viewcount.buffering import buffer
from tests import servers

ADDRESSES = ["203.0.113.7", "198.51.100.77", "2001:db8:85a3:1234:aaaa:bbbb:cccc:dddd", "::1"]
AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605",
    "Googlebot/2.1 (+http://www.google.com/bot.html)",
]

DEVICE = "the phone of somebody"


@pytest.fixture
def secrets(ann: Any, bo: Any) -> list[bytes]:
    """What must be found nowhere: each address in text and in bytes, and parts of the agents."""
    found = [agent.encode() for agent in AGENTS] + [b"Mozilla", b"Firefox", b"Macintosh", b"bot/"]
    for text in ADDRESSES:
        address = ip_address(text)
        network = ip_network(f"{text}/{24 if address.version == 4 else 64}", strict=False)
        found += [text.encode(), address.packed, address.packed.hex().encode()]
        if address.version == 6 and network.network_address.packed.strip(b"\0"):
            found += [network.network_address.packed[:8], address.exploded.encode()]
    for user in (ann, bo):
        if isinstance(user.pk, UUID):  # a number may be found anywhere
            found += [str(user.pk).encode(), user.pk.hex.encode(), user.pk.bytes]
    return [*found, b"testserver", DEVICE.encode()]


@pytest.fixture
def views(settings: Any, visit: Callable[..., Any], ann: Any, bo: Any) -> Callable[[], None]:
    """Count the views of many visitors with all that may look at them switched on."""
    settings.VIEWCOUNT_COOLDOWN = 60
    settings.VIEWCOUNT_NETWORK_LIMIT = 1000

    def count() -> None:
        topics = [Topic.objects.create(name=name) for name in "ab"]
        for address in ADDRESSES:
            for agent in AGENTS:
                for user in (AnonymousUser(), ann, bo):
                    request = visit(address, agent, HTTP_X_FORWARDED_FOR=ADDRESSES[1])
                    request.user = user
                    for topic in topics:
                        count_view(request, topic)
                    count_views(request, [(topics[0], "view", "a token")])
        count_view(None, topics[0], visitor=DEVICE)
        assert get_views(topics[0]) >= 8
        assert get_views(topics[0], counter="robot") > 0
        assert get_unique_views(topics[0]) >= 8

    return count


def database_content() -> Iterator[bytes]:
    for model in apps.get_app_config("django_viewcount").get_models():
        for row in model._default_manager.values_list():
            for value in row:
                yield (
                    bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
                )


def redis_content(client: Any) -> Iterator[bytes]:
    for key in client.scan_iter():
        yield key
        yield client.dump(key)
        kind = client.type(key)
        if kind == b"zset":
            yield from client.zrange(key, 0, -1)
        elif kind == b"hash":
            yield from (part for pair in client.hgetall(key).items() for part in pair)
        elif kind == b"set":
            yield from client.smembers(key)
        elif kind == b"list":
            yield from client.lrange(key, 0, -1)
        else:
            assert kind == b"string"
            yield client.get(key)


def assert_none_of(secrets: list[bytes], content: Iterator[bytes]) -> None:
    found = b"\n".join(content)
    assert len(found) > 200
    assert [secret for secret in secrets if secret in found] == []


@pytest.mark.django_db
def test_redis(
    node: servers.Node,
    node_backend: RedisBackend,
    views: Callable[[], None],
    secrets: list[bytes],
) -> None:
    node.client().config_set("rdbcompression", "no")
    views()
    content = list(redis_content(node.client()))
    flush()

    kinds = b"\n".join(content)
    for part in (b":seen:", b":network:", b":token:", b":visitors:", b":salt:", b":robot:"):
        assert part in kinds
    assert_none_of(secrets, iter(content))
    assert_none_of(secrets, redis_content(node.client()))
    assert_none_of(secrets, database_content())


@pytest.mark.django_db
def test_kept_while_redis_is_away(
    node: servers.Node,
    node_backend: RedisBackend,
    visit: Callable[..., Any],
    secrets: list[bytes],
) -> None:
    topic = Topic.objects.create(name="Jazz")
    count_view(visit(), topic)
    node.kill()
    for address in ADDRESSES:
        for agent in AGENTS:
            count_view(visit(address, agent), topic)

    assert len(buffer) == 12
    assert_none_of(secrets, (repr(view).encode() for view in buffer.views))


@pytest.mark.django_db
def test_database(views: Callable[[], None], secrets: list[bytes], settings: Any) -> None:
    settings.VIEWCOUNT_REDIS_URL = None
    views()

    assert_none_of(secrets, database_content())
