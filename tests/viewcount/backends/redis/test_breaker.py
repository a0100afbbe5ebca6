from __future__ import annotations

import threading
from typing import Any

import pytest

from django_viewcount.backends.redis import breaker as module
from django_viewcount.backends.redis.breaker import Breaker
from django_viewcount.exceptions import BackendUnavailable


class Away:
    """A server that is away until told otherwise."""

    def __init__(self) -> None:
        self.back = False
        self.probes = 0
        self.recovered = threading.Event()

    def probe(self) -> None:
        self.probes += 1
        if not self.back:
            raise OSError("still away")


@pytest.fixture
def away() -> Away:
    return Away()


@pytest.fixture
def breaker(away: Away, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(module, "INTERVAL", 0.005)
    breaker = Breaker(away.probe, away.recovered.set)
    yield breaker
    away.back = True
    if breaker.thread:
        breaker.thread.join(5)


def test_closed(breaker: Breaker) -> None:
    breaker.check()
    assert breaker.thread is None


def test_open_until_the_server_answers(breaker: Breaker, away: Away) -> None:
    breaker.failed("refused")

    for _ in range(3):
        with pytest.raises(BackendUnavailable, match=r"away, .* again every second: refused$"):
            breaker.check()
    assert not away.recovered.is_set()
    away.back = True
    assert away.recovered.wait(5)
    breaker.check()
    assert away.probes > 0


def test_one_thread_for_all(breaker: Breaker) -> None:
    breaker.failed("refused")
    thread = breaker.thread
    assert thread
    for _ in range(3):
        breaker.failed("refused")
        with pytest.raises(BackendUnavailable):
            breaker.check()
    assert breaker.thread is thread
    assert thread.daemon


def test_thread_left_behind_by_a_fork_is_started_again(breaker: Breaker, away: Away) -> None:
    breaker.failed("refused")
    first = breaker.thread
    assert first
    breaker.answered()
    first.join(5)
    breaker.cause = "refused"  # as a child finds it, without the thread

    with pytest.raises(BackendUnavailable):
        breaker.check()

    assert breaker.thread is not first
    away.back = True
    assert away.recovered.wait(5)


def test_without_threads_a_call_tries_now_and_then(
    monkeypatch: pytest.MonkeyPatch, breaker: Breaker
) -> None:
    now = 1000.0
    monkeypatch.setattr(module, "monotonic", lambda: now)

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    breaker.failed("refused")
    with pytest.raises(BackendUnavailable):
        breaker.check()
    now += module.PATIENCE + 1
    breaker.check()
    with pytest.raises(BackendUnavailable):
        breaker.check()


def test_recovery_that_fails_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "INTERVAL", 0.005)

    def fail() -> None:
        raise ValueError("the buffer's own trouble")

    breaker = Breaker(lambda: None, fail)
    breaker.failed("refused")
    assert breaker.thread
    breaker.thread.join(5)

    breaker.check()
    assert [record.getMessage() for record in caplog.records] == [
        "Views that were kept could not be counted."
    ]
