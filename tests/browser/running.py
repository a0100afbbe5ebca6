"""Servers in processes of their own, and where the browser is."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "example_project"
# The machine may have no network at all: the browser must not look for one.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def environment(data: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DATA_DIR": str(data),
        "DATABASE_URL": f"sqlite:///{data / 'db.sqlite3'}",
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "tests.browser.server.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(SITE)]),
    }


def manage(data: Path, *arguments: str) -> None:
    command = [sys.executable, str(SITE / "manage.py"), *arguments]
    subprocess.run(command, cwd=ROOT, env=environment(data), check=True)


@contextmanager
def running(data: Path, *command: str, ready: str = "/images/") -> Iterator[str]:
    """Run a server, the site unless told otherwise; gives its address, and fails if it crashed."""
    port = free_port()
    command = command or (str(SITE / "manage.py"), "runserver", "--noreload")
    with (data / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, *command, f"127.0.0.1:{port}"],
            cwd=ROOT,
            env=environment(data),
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address + ready, server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=10)
    text = (data / "server.log").read_text()
    assert "Traceback" not in text, text


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, "the server did not start"
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} does not answer")


def chromium_path() -> str:
    path = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    assert path, "Chromium is not installed: apt install chromium"
    return path


def browser_agent(browser: Browser) -> str:
    return (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{browser.version} Safari/537.36"
    )
