from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from django.core import checks
from django.core.checks import Error, Warning
from django.test import override_settings

from django_viewcount.checks import check_backend, check_settings

REDIS = "django_viewcount.backends.redis.RedisBackend"


def test_good_project() -> None:
    assert check_settings() == []
    assert check_backend() == []


@override_settings(
    VIEWCOUNT_REDIS_URL="redis://localhost:6379/0", VIEWCOUNT_TIMEOUT=1, VIEWCOUNT_KEY_PREFIX="a"
)
def test_good_project_with_redis() -> None:
    assert check_settings() == []
    assert check_backend() == []


def test_checks_are_bound() -> None:
    registered = checks.registry.registry.get_checks()

    assert check_settings in registered
    assert check_backend in registered


def test_app_config_imports_no_checks() -> None:
    """They come with ready(), when a project's settings and models are there."""
    code = "import sys, django_viewcount.apps; sys.exit('django_viewcount.checks' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_unknown_setting() -> None:
    with override_settings(VIEWCOUNT_REDIS="redis://localhost"):
        assert check_settings() == [
            Warning(
                "VIEWCOUNT_REDIS is not a setting of django_viewcount.",
                hint="Did you mean VIEWCOUNT_REDIS_URL?",
                id="django_viewcount.W001",
            )
        ]


@pytest.mark.parametrize(
    ("path", "cause"),
    [
        ("nowhere.Backend", "No module named 'nowhere'"),
        (
            "django_viewcount.backends.redis.Nothing",
            'Module "django_viewcount.backends.redis" does not define a "Nothing" attribute/class',
        ),
        ("datetime.date", "datetime.date is not a subclass of BaseBackend."),
        (
            "datetime.timezone.utc",
            "No module named 'datetime.timezone'; 'datetime' is not a package",
        ),
        ("backend", "backend doesn't look like a module path"),
    ],
)
def test_backend_that_cannot_be_imported(path: str, cause: str) -> None:
    with override_settings(VIEWCOUNT_BACKEND=path):
        assert check_backend() == [
            Error(
                f"VIEWCOUNT_BACKEND is {path!r}, which cannot be imported: {cause}",
                hint="Give the dotted path of a subclass of "
                "django_viewcount.backends.base.BaseBackend, or None.",
                id="django_viewcount.E001",
            )
        ]


@pytest.mark.parametrize(
    "url", ["", "localhost:6379", "http://localhost", "redis://h?db=x", None, 5]
)
def test_bad_url(url: Any) -> None:
    with override_settings(VIEWCOUNT_BACKEND=REDIS, VIEWCOUNT_REDIS_URL=url):
        (message,) = check_backend()

    assert message.id == "django_viewcount.E002"
    assert message.msg.startswith(f"VIEWCOUNT_REDIS_URL is {url!r}: ")
    assert message.hint == (
        'Give an address such as "redis://localhost:6379/0", the name of an entry of CACHES, or '
        "None to count in the database."
    )


def test_bad_address_of_a_cluster() -> None:
    with override_settings(VIEWCOUNT_REDIS_CLUSTER=True, VIEWCOUNT_REDIS_URL="redis://h/3"):
        (message,) = check_backend()

    assert message.msg.endswith(": a cluster has no other database than 0")


@pytest.mark.parametrize("sentinel", [{}, {"hosts": 5, "service": "x"}, {"service": "x"}, "x"])
def test_bad_sentinel(sentinel: Any) -> None:
    with override_settings(VIEWCOUNT_REDIS_SENTINEL=sentinel):
        (message,) = check_backend()

    assert message.id == "django_viewcount.E002"
    assert message.msg.startswith(f"VIEWCOUNT_REDIS_SENTINEL is {sentinel!r}: ")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("COOLDOWN", -1, "E003"),
        ("RESPECT_OPT_OUT", "yes", "E003"),
        ("COUNT_ROBOTS", 1, "E003"),
        ("HALF_LIFE", 0, "E003"),
        ("BEACON_MAX_AGE", "1", "E003"),
        ("SHARDS", 0, "E003"),
        ("SHARDS", 1.5, "E003"),
        ("BUFFER_SIZE", -1, "E003"),
        ("RANKING_SIZE", 99, "E003"),
        ("RANKING_MAX_AGE", 0.5, "E003"),
        ("NETWORK_LIMIT", 0, "E003"),
        ("MILESTONES", [0], "E003"),
        ("MILESTONES", 100, "E003"),
        ("COUNTERS", "download", "E005"),
        ("COUNTERS", ["a:b"], "E005"),
        ("COUNTERS", ["x" * 33], "E005"),
        ("MODELS", ["testapp.Nothing"], "E006"),
        ("MODELS", "testapp", "E006"),
        ("IS_ROBOT", "nowhere.function", "E007"),
        ("VISITOR", "testapp.models", "E007"),
        ("EXCLUDE", ["everybody"], "E008"),
        ("EXCLUDE", "staff", "E008"),
        ("OWNER_FIELD", "nobody", "E008"),
        ("OWNER_FIELD", {"testapp.topic": "user"}, "E008"),
        ("TRUSTED_PROXIES", "10.0.0.1", "E009"),
        ("TRUSTED_PROXIES", ["proxy.internal"], "E009"),
    ],
)
def test_bad_value(name: str, value: Any, code: str) -> None:
    with override_settings(**{f"VIEWCOUNT_{name}": value}):
        (message,) = check_settings()

    assert message.id == f"django_viewcount.{code}"
    assert message.msg.startswith(f"VIEWCOUNT_{name}")
    assert message.hint


@pytest.mark.parametrize("timeout", [0, -1, "1", None, True])
def test_bad_timeout(timeout: Any) -> None:
    with override_settings(VIEWCOUNT_TIMEOUT=timeout):
        assert check_settings() == [
            Error(
                f"VIEWCOUNT_TIMEOUT is {timeout!r}.",
                hint="Give a number of seconds above zero, such as 0.1.",
                id="django_viewcount.E003",
            )
        ]


@pytest.mark.parametrize("prefix", ["", "a{b}", None])
def test_bad_key_prefix(prefix: Any) -> None:
    with override_settings(VIEWCOUNT_KEY_PREFIX=prefix):
        assert check_settings() == [
            Error(
                f"VIEWCOUNT_KEY_PREFIX is {prefix!r}.",
                hint="Give a short text without braces: they mark the part that a Redis Cluster "
                "places keys by.",
                id="django_viewcount.E004",
            )
        ]
