"""What the doctor says of real servers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from testapp.models import Country, Topic

from django_viewcount.api import count_view, flush
from django_viewcount.backends.redis import RedisBackend, examining
from django_viewcount.backends.redis.keys import flushed_key
from django_viewcount.backends.redis.sharing import check_sharing, shared_caches
from django_viewcount.doctor import examine
from django_viewcount.findings import ERROR, OK, WARNING, Finding
from django_viewcount.models import ViewCount
from django_viewcount.targets import Kind
from tests import servers

pytestmark = pytest.mark.django_db


def found(**options: Any) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(**options)}


def levels(**options: Any) -> dict[str, str]:
    return {name: finding.level for name, finding in found(**options).items() if name != "process"}


def bad(**options: Any) -> dict[str, str]:
    return {name: level for name, level in levels(**options).items() if level != OK}


def test_healthy(node: servers.Node, node_backend: RedisBackend) -> None:
    count_view(None, Topic.objects.create(name="Jazz"))
    flush()

    report = found()

    assert {finding.level for finding in report.values()} == {OK}
    assert report["server"].text.startswith(f"127.0.0.1:{node.port}/0 answers in ")
    assert report["version"].text == (
        f"127.0.0.1:{node.port}/0 is Valkey {node.client().info()['valkey_version']}."
    )
    assert report["functions"].value is True
    assert report["flushing"].text == "Nothing waits for a flush."
    assert report["orphans"].value == {"looked_at": 1, "orphans": 0}
    assert "password" not in repr(report)


def test_away(node: servers.Node, node_backend: RedisBackend) -> None:
    node.kill()

    assert bad() == {"server": ERROR}


def test_hung(node: servers.Node, node_backend: RedisBackend) -> None:
    node.freeze()

    assert bad() == {"server": ERROR}


@pytest.mark.parametrize(
    ("policy", "level"),
    [("allkeys-lru", ERROR), ("volatile-lru", WARNING), ("volatile-ttl", OK), ("noeviction", OK)],
)
def test_eviction(node: servers.Node, node_backend: RedisBackend, policy: str, level: str) -> None:
    node.client().config_set("maxmemory-policy", policy)

    assert levels()["eviction"] == level


def test_memory_and_persistence(node: servers.Node, node_backend: RedisBackend) -> None:
    client = node.client()
    client.config_set("appendonly", "no")
    client.config_set("maxmemory", "1gb")
    assert bad() == {"persistence": WARNING}

    used = client.info("memory")["used_memory"]
    client.config_set("maxmemory", int(used * 1.05))
    assert bad()["memory"] == ERROR


def test_no_functions(node: servers.Node, node_backend: RedisBackend) -> None:
    node.client().execute_command("ACL", "SETUSER", "default", "-function")

    assert found()["functions"].value is False
    assert bad() == {}


def test_clock(
    node: servers.Node, node_backend: RedisBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert abs(found()["clock"].value) < 1

    monkeypatch.setattr(examining, "time", lambda: time.time() - 60)

    assert bad() == {"clock": WARNING}
    assert "is 60.0 s ahead" in found()["clock"].text


def test_views_that_wait_too_long(node: servers.Node, node_backend: RedisBackend) -> None:
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic)
    assert bad() == {"flushing": WARNING}
    assert "there was no flush" in found()["flushing"].text
    flush()
    count_view(None, topic)
    assert bad() == {}

    node.client().set(flushed_key("default"), int(time.time()) - 1000)

    assert bad() == {"flushing": WARNING}
    assert bad(max_age=2000) == {}


def test_open_batch(node: servers.Node, node_backend: RedisBackend) -> None:
    count_view(None, Topic.objects.create(name="Jazz"))
    node_backend.claim(Kind(Topic), 0, "default")

    assert found()["batches"].value == 1


def test_what_this_process_has_lost(
    node: servers.Node, node_backend: RedisBackend, settings: Any
) -> None:
    settings.VIEWCOUNT_BUFFER_SIZE = 1
    node.kill()
    for _ in range(3):
        count_view(None, Topic.objects.create(name="Jazz"))

    assert found()["process"].level == ERROR
    assert found()["process"].value == {"waiting": 1, "lost": 2, "uncertain": 0}


def test_orphans(node: servers.Node, node_backend: RedisBackend) -> None:
    topics = [Topic.objects.create(name=name) for name in "abc"]
    for obj in (*topics, Country.objects.create(code="no")):
        count_view(None, obj)
    flush()
    Topic.objects.filter(pk=topics[0].pk)._raw_delete("default")  # type: ignore[attr-defined]
    ViewCount.objects.filter(object_id=str(topics[1].pk)).update(object_id="no number")

    assert found()["orphans"].value == {"looked_at": 4, "orphans": 2}
    assert found()["orphans"].level == WARNING
    assert "2 of testapp.Topic" in found()["orphans"].text
    assert found(sample=1)["orphans"].value["looked_at"] == 2


def test_cluster(cluster_backend: RedisBackend, settings: Any) -> None:
    settings.VIEWCOUNT_SHARDS = 3
    count_view(None, Topic.objects.create(name="Jazz"))
    flush()

    assert bad() == {"persistence": WARNING}


def test_database(settings: Any) -> None:
    settings.VIEWCOUNT_REDIS_URL = None

    assert set(found()) == {"backend", "process", "orphans"}
    assert bad() == {}


REDIS_CACHE = "django.core.cache.backends.redis.RedisCache"


@pytest.mark.parametrize(
    ("url", "location", "shared"),
    [
        ("redis://localhost:6379/0", "redis://127.0.0.1", True),
        ("redis://localhost:6379/0", "redis://:secret@localhost:6379/0", True),
        ("redis://localhost:6379/0", "redis://localhost:6379/1", False),
        ("redis://localhost:6379/0", "redis://localhost:6380/0", False),
        ("redis://localhost:6379/0", "redis://elsewhere:6379/0", False),
        ("redis://a:6379/2", ["redis://b:6379/2", "redis://a:6379/2"], True),
        ("redis://a:6379/2", "redis://b:6379/2,redis://a:6379/2", True),
        ("redis://a?db=3", "redis://a/3", True),
        ("unix:///run/redis.sock", "unix:///run/redis.sock?db=0", True),
        ("unix:///run/redis.sock", "unix:///run/other.sock", False),
        ("default", "redis://a:6379/2", True),
        (None, "redis://a:6379/2", False),
    ],
)
def test_sharing(settings: Any, url: str | None, location: Any, shared: bool) -> None:
    settings.VIEWCOUNT_REDIS_URL = url
    settings.CACHES = {
        "default": {"BACKEND": REDIS_CACHE, "LOCATION": location},
        "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "x"},
    }

    assert shared_caches() == (["default"] if shared else [])
    assert [message.id for message in check_sharing()] == ["django_viewcount.W002"] * shared


def test_sharing_of_a_cluster_has_no_databases(settings: Any) -> None:
    settings.VIEWCOUNT_REDIS_URL, settings.VIEWCOUNT_REDIS_CLUSTER = "redis://a:6379", True
    settings.CACHES = {"default": {"BACKEND": REDIS_CACHE, "LOCATION": "redis://a:6379/1"}}

    assert shared_caches() == ["default"]


def test_sharing_is_found(node: servers.Node, node_backend: RedisBackend, settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": REDIS_CACHE, "LOCATION": node.url}}

    assert bad() == {"sharing": ERROR}
    assert found()["sharing"].value == ["default"]


@pytest.fixture
def doctor() -> Callable[..., str]:
    def run(*arguments: str) -> str:
        out = StringIO()
        call_command("viewcount_doctor", *arguments, stdout=out, no_color=True)
        return out.getvalue()

    return run


def test_command(
    node: servers.Node, node_backend: RedisBackend, doctor: Callable[..., str]
) -> None:
    assert "ok       flushing:    Nothing waits for a flush.\n" in doctor("--strict")

    node.client().config_set("maxmemory-policy", "allkeys-lru")
    node.client().config_set("appendonly", "no")

    assert "error    eviction:" in doctor()
    with pytest.raises(CommandError) as excinfo:
        doctor("--strict")
    assert str(excinfo.value) == "Not all is well: eviction, persistence."
    assert excinfo.value.returncode == 1


def test_command_for_programs(
    node: servers.Node, node_backend: RedisBackend, doctor: Callable[..., str]
) -> None:
    node.kill()

    report = {finding["name"]: finding for finding in json.loads(doctor("--json"))}

    assert report["backend"]["value"].endswith("RedisBackend")
    assert report["server"]["level"] == "error"
    assert set(report["server"]) == {"name", "level", "text", "hint", "value"}
