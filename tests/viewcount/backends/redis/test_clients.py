from __future__ import annotations

from typing import Any

import pytest
from redis.exceptions import ConnectionError
from testapp.models import Country

from django_viewcount.api import attach_views, count_view, flush, most_viewed
from django_viewcount.backends import get_backend
from django_viewcount.backends.redis import RedisBackend
from django_viewcount.backends.redis.clients import make_client
from django_viewcount.backends.redis.server import Server


def server() -> Server:
    backend = get_backend()
    assert isinstance(backend, RedisBackend)
    return backend.server


def options() -> dict[str, Any]:
    found: dict[str, Any] = server().client.connection_pool.connection_kwargs
    return found


def works() -> None:
    country = Country.objects.create(code="Å")
    count_view(None, country)
    assert attach_views([country])[0].view_count == 1
    assert flush().views == 1
    assert most_viewed(Country.objects.all()) == [country]


@pytest.mark.django_db
@pytest.mark.usefixtures("redis_backend")
class TestAddress:
    def test_text_client(self, settings: Any) -> None:
        settings.VIEWCOUNT_REDIS_URL += "?decode_responses=True"
        works()

    def test_patient_client(self, settings: Any) -> None:
        settings.VIEWCOUNT_REDIS_URL += "?retry_on_timeout=True&socket_timeout=60"
        works()

        assert options()["socket_timeout"] == 10
        assert options()["retry"].get_retries() == 0

    @pytest.mark.parametrize(
        "backend", ["django.core.cache.backends.redis.RedisCache", "django_redis.cache.RedisCache"]
    )
    @pytest.mark.parametrize("several", [False, True])
    def test_entry_of_caches(self, backend: str, several: bool, settings: Any) -> None:
        url = settings.VIEWCOUNT_REDIS_URL
        location = [url, "redis://replica.invalid"] if several else url
        settings.CACHES = {"views": {"BACKEND": backend, "LOCATION": location}}
        settings.VIEWCOUNT_REDIS_URL = "views"
        works()

        assert options()["retry"].get_retries() == 0
        assert options()["socket_timeout"] == 10

    def test_pool_is_kept(self, settings: Any) -> None:
        first = server()

        assert server() is first
        settings.VIEWCOUNT_TIMEOUT = 3
        assert server() is not first
        assert (options()["socket_timeout"], options()["socket_connect_timeout"]) == (3, 3)

    def test_connection_that_the_server_has_closed_loses_no_view(self, settings: Any) -> None:
        other = make_client(settings.VIEWCOUNT_REDIS_URL, 10, False, None)
        settings.VIEWCOUNT_REDIS_URL += f"?client_name={settings.VIEWCOUNT_KEY_PREFIX}"
        country = Country.objects.create(code="nz")
        count_view(None, country)
        ours = [
            client["id"]
            for client in other.client_list()
            if client["name"] == settings.VIEWCOUNT_KEY_PREFIX
        ]
        assert ours
        for client_id in ours:  # and nobody else's: the server is shared
            assert other.client_kill_filter(_id=client_id) == 1

        assert count_view(None, country).counted
        assert attach_views([country])[0].view_count == 2


@pytest.mark.parametrize(
    ("caches", "url", "cause"),
    [
        ({}, "views", "neither an address nor the name of an entry of CACHES"),
        (
            {"views": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
            "views",
            "does not use Redis",
        ),
    ],
)
def test_no_such_server(caches: Any, url: str, cause: str, settings: Any) -> None:
    settings.CACHES = caches

    with pytest.raises(ValueError, match=cause):
        make_client(url, 1, False, None)


def test_sentinel_is_asked_with_our_patience() -> None:
    client = make_client(
        None, 0.2, False, {"hosts": [["127.0.0.1", 1]], "service": "views", "db": 3}
    )

    kwargs = client.connection_pool.connection_kwargs
    assert (kwargs["db"], kwargs["socket_timeout"]) == (3, 0.2)
    assert kwargs["retry"].get_retries() == 0
    with pytest.raises(ConnectionError):
        client.ping()
