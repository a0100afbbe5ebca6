from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from django.core import checks
from django.core.checks import Error, Warning
from django.test import override_settings

from django_viewcount.checks import check_backend, check_settings, known_settings

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


def test_known_settings() -> None:
    assert known_settings() == {
        "VIEWCOUNT_BACKEND",
        "VIEWCOUNT_KEY_PREFIX",
        "VIEWCOUNT_REDIS_URL",
        "VIEWCOUNT_TIMEOUT",
    }


@override_settings(VIEWCOUNT_REDIS="redis://localhost")
def test_unknown_setting() -> None:
    assert check_settings() == [
        Warning(
            "VIEWCOUNT_REDIS is not a setting of django_viewcount.",
            hint="Known settings: VIEWCOUNT_BACKEND, VIEWCOUNT_KEY_PREFIX, VIEWCOUNT_REDIS_URL, "
            "VIEWCOUNT_TIMEOUT.",
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
        'Give an address such as "redis://localhost:6379/0", or None to count in the database.'
    )


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
