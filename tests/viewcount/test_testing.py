from __future__ import annotations

import unittest
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import SimpleTestCase
from testapp.models import Topic

from django_viewcount.api import acount_view, count_view, get_views
from django_viewcount.backends import get_backend
from django_viewcount.backends.database import DatabaseBackend
from django_viewcount.testing import DUMMY, assert_unique_views, assert_views, count_in_memory

TOPIC = Topic(pk=1)


def test_counts_without_a_database() -> None:
    for _ in range(2):
        with count_in_memory() as backend:
            count_view(None, TOPIC, views=2, visitor="a")
            assert_views(TOPIC, 2)
            assert_unique_views(TOPIC, 1)
            backend.clear()
            assert_views(TOPIC, 0)
            count_view(None, TOPIC)
    assert isinstance(get_backend(), DatabaseBackend)


def test_starts_and_ends_with_nothing(settings: Any) -> None:
    settings.VIEWCOUNT_BACKEND = DUMMY
    count_view(None, TOPIC)

    with count_in_memory() as backend:
        assert_views(TOPIC, 0)
        count_view(None, TOPIC)

    assert not backend.views


@count_in_memory()
def test_as_a_decorator() -> None:
    count_view(None, TOPIC)
    assert_views(TOPIC, 1)


def test_of_a_coroutine() -> None:
    @count_in_memory()
    async def act() -> int:
        await acount_view(None, TOPIC)
        return get_views(TOPIC)

    assert async_to_sync(act)() == 1


def test_of_a_test_case() -> None:
    @count_in_memory()
    class Case(SimpleTestCase):
        def test_one(self) -> None:
            count_view(None, TOPIC)
            assert_views(TOPIC, 1)

        test_two = test_one

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)

    assert result.testsRun == 2
    assert result.wasSuccessful(), result.errors


@count_in_memory()
def test_assertions_say_what_is() -> None:
    count_view(None, TOPIC, views=3)

    with pytest.raises(AssertionError) as excinfo:
        assert_views(TOPIC, 2)
    assert str(excinfo.value) == f"{TOPIC!r} has 3 views (view), and not 2."
    with pytest.raises(AssertionError) as excinfo:
        assert_unique_views(TOPIC, 1)
    assert str(excinfo.value) == f"{TOPIC!r} has 0 unique views (view), and not 1."


def test_counters(settings: Any) -> None:
    settings.VIEWCOUNT_COUNTERS = ["download"]
    with count_in_memory():
        count_view(None, TOPIC, counter="download")
        assert_views(TOPIC, 1, "download")
        assert_views(TOPIC, 0)
