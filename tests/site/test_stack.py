"""The whole site as compose.yaml starts it, without containers: real processes on loopback."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import servers
from tests.servers.farm import free_port

from .test_deployment import MANAGE, SITE, environment, run, static_root

__all__ = ["environment", "static_root"]

GUNICORN = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--workers=2", "--threads=4"]
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
MAKE_PICTURE = (
    "from tests.site.conftest import make_image, make_member;"
    "print(make_image(make_member('ann')).get_absolute_url())"
)
CUT_CONNECTIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
SERVERS = {
    "WSGI": ["bookmarks.wsgi:application"],
    "ASGI": ["--worker-class", "asgi", "bookmarks.asgi:application"],
}
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def database() -> Iterator[Any]:
    """A connection to an empty database of a real PostgreSQL."""
    name = f"site_{uuid.uuid4().hex}"
    with ExitStack() as stack:
        try:
            url = stack.enter_context(servers.postgresql())
        except servers.ServerNotFound as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(str(error))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
            with psycopg.connect(url, dbname=name, autocommit=True) as site:
                yield site
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def start(environment: dict[str, str], database: Any, tmp_path: Path) -> Iterator[Start]:
    """Start processes in the environment of production; end them, and show what they said."""
    running: list[subprocess.Popen[bytes]] = []
    info = database.info
    with servers.nodes() as farm, (tmp_path / "log").open("wb") as log:
        environment.update(
            DJANGO_SETTINGS_MODULE="tests.site.patient_settings",
            DATABASE_URL=f"postgresql://{info.user}@{info.host}:{info.port}/{info.dbname}",
            REDIS_URL=farm.node(appendonly="yes", maxmemory_policy="noeviction").url,
        )

        def start(*command: str) -> subprocess.Popen[bytes]:
            running.append(
                subprocess.Popen(command, cwd=SITE, env=environment, stdout=log, stderr=log)
            )
            return running[-1]

        try:
            yield start
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(30)
    print((tmp_path / "log").read_text())


def get(port: int, path: str, visitor: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {
        "Host": "bookmarks.test",
        "User-Agent": BROWSER,
        "X-Forwarded-For": f"192.0.2.{visitor}",
        "X-Forwarded-Proto": "https",
    }
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def answers(port: int) -> bool:
    try:
        return get(port, "/health/", 0) == 200
    except OSError:
        return False


@pytest.mark.parametrize("server", SERVERS)
def test_no_view_is_lost_when_everything_is_stopped(
    start: Start, database: Any, environment: dict[str, str], server: str
) -> None:
    def stored() -> Any:
        row = database.execute("SELECT views, uniques FROM django_viewcount_viewcount")
        return row.fetchone() or (0, 0)

    run(environment, *MANAGE, "migrate", "-v0")
    picture = run(environment, *MANAGE, "shell", "-v0", "-c", MAKE_PICTURE).stdout.strip()
    port = free_port()
    web = start(*GUNICORN, "--bind", f"127.0.0.1:{port}", *SERVERS[server])
    flusher = start(*MANAGE, "viewcount_flush", "--every", "0.2")
    servers.until(lambda: answers(port), "the site")

    assert [get(port, picture, visitor) for visitor in range(1, 11)] == [200] * 10
    servers.until(lambda: stored()[0] == 10, "the first ten views")
    database.execute(CUT_CONNECTIONS)  # as by a restart of the database
    assert [get(port, picture, visitor) for visitor in range(11, 21)] == [200] * 10
    for process in (web, flusher):
        process.terminate()
    assert [process.wait(30) for process in (web, flusher)] == [0, 0]

    run(environment, *MANAGE, "viewcount_flush")  # as the next start would
    views, uniques = stored()
    assert views == 20
    assert uniques in (18, 19, 20)  # Redis estimates: it may take two visitors for one
    run(environment, *MANAGE, "viewcount_doctor", "--strict")
