from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connections


@pytest.fixture
def make_user(db: None) -> Callable[..., Any]:
    """Create users with names of their own."""
    numbers = itertools.count(1)

    def make(username: str = "", **fields: Any) -> Any:
        username = username or f"user{next(numbers)}"
        return get_user_model().objects.create(username=username, **fields)

    return make


@pytest.fixture
def ann(make_user: Callable[..., Any]) -> Any:
    return make_user("ann")


@pytest.fixture
def bo(make_user: Callable[..., Any]) -> Any:
    return make_user("bo")


@pytest.fixture
def together() -> Callable[..., list[Any]]:
    """Run one function in many threads at once, each with database connections of its own.

    Returns what each returned, or the exception it raised.
    """

    def run(threads: int, function: Callable[[int], Any]) -> list[Any]:
        barrier = threading.Barrier(threads)
        results: list[Any] = [None] * threads

        def work(number: int) -> None:
            try:
                barrier.wait(timeout=30)
                results[number] = function(number)
            except Exception as error:  # handed to the test, which asserts on it
                results[number] = error
            finally:
                connections.close_all()

        workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=60)
        return results

    return run
