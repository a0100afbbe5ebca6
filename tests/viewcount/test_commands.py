from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from threading import Timer
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from testapp.models import Topic

from django_viewcount.api import count_view
from django_viewcount.models import ViewCount
from django_viewcount.targets import Kind

from .conftest import child_environment

pytestmark = pytest.mark.usefixtures("redis_backend")


TOLD_AT_ANY_MOMENT = """
import os, signal, time
import django
signal.alarm(60)  # which ends this process
django.setup()
from django_viewcount.management.commands.viewcount_flush import Command
Command.move = lambda *args: None  # so that it mostly rests
signal.signal(signal.SIGTERM, signal.SIG_IGN)
flushing = os.getpid()
if not os.fork():
    while os.getppid() == flushing:
        os.kill(flushing, signal.SIGTERM)
        time.sleep(0.0001)
    os._exit(0)
for _ in range(2000):
    Command().repeat(0.00001, None)
"""


@contextmanager
def flushing(every: float, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """The command as a process, which does not outlive the test."""
    command = [sys.executable, "-m", "django", "viewcount_flush", "--every", str(every)]
    environment = child_environment() | {"PYTHONUNBUFFERED": ""}
    with subprocess.Popen(command, env=environment, text=True, **options) as process:
        given_up = Timer(120, process.kill)
        given_up.start()
        try:
            yield process
        finally:
            given_up.cancel()
            process.kill()


def run(**options: Any) -> str:
    output = StringIO()
    call_command("viewcount_flush", stdout=output, **options)
    return output.getvalue()


@pytest.mark.django_db
def test_moves_and_says_so() -> None:
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic, views=3)

    assert run() == "Moved 3 views of 1 objects in 1 batches.\n"
    assert ViewCount.objects.totals(Kind(Topic), [str(topic.pk)]) == {str(topic.pk): 3}


@pytest.mark.django_db(databases=["default", "other"])
def test_database() -> None:
    count_view(None, Topic(pk=1), views=3, using="other")

    assert run() == "Moved 0 views of 0 objects in 0 batches.\n"
    assert run(database="other") == "Moved 3 views of 1 objects in 1 batches.\n"
    assert ViewCount.objects.using("other").get().views == 3


def test_nothing_waits_in_the_database_backend(settings: Any) -> None:
    settings.VIEWCOUNT_REDIS_URL = None

    assert run() == "Nothing to move: this backend does not let views wait.\n"


def test_redis_is_away(settings: Any) -> None:
    settings.VIEWCOUNT_REDIS_URL = "redis://127.0.0.1:1/0"

    with pytest.raises(CommandError, match=r"^Nothing lost, but not all moved. Redis: "):
        run()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_goes_on_until_told_to_stop(number: int) -> None:
    topic = Topic.objects.create(name="Jazz")
    with flushing(0.05, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        for views in (1, 2):
            count_view(None, topic)
            while "Moved 1 views" not in process.stdout.readline():
                assert process.poll() is None
            assert ViewCount.objects.totals(Kind(Topic), [str(topic.pk)]) == {str(topic.pk): views}
        process.send_signal(number)
        assert process.wait(20) == 0


def test_can_be_told_at_any_moment() -> None:
    command = [sys.executable, "-c", TOLD_AT_ANY_MOMENT]
    subprocess.run(command, env=child_environment(), check=True)


@pytest.mark.django_db(transaction=True)
def test_says_so_before_it_rests() -> None:
    with flushing(3600, stdout=subprocess.PIPE) as process:
        assert process.stdout
        line = process.stdout.readline()
        process.terminate()
        assert (line, process.wait(20)) == ("Moved 0 views of 0 objects in 0 batches.\n", 0)


@pytest.mark.django_db(transaction=True)
def test_goes_on_when_redis_was_away(settings: Any) -> None:
    settings.VIEWCOUNT_REDIS_URL = "redis://127.0.0.1:1/0"
    with flushing(0.05, stderr=subprocess.PIPE) as process:
        assert process.stderr
        lines = [process.stderr.readline() for _ in range(2)]
        process.terminate()
        assert process.wait(20) == 0
    assert {line[:34] for line in lines} == {"Nothing lost, but not all moved. R"}


@pytest.mark.parametrize("every", [0, -1])
def test_no_rest(every: float) -> None:
    with pytest.raises(CommandError, match=f"^--every is {every}: give a number of seconds"):
        run(every=every)
