"""Measure the apps beside their peers: python -m benchmarks.run [follow] [activity] [viewcount].

Starts a PostgreSQL of its own, or uses the one of TEST_POSTGRESQL_URL, in a database of its own for
each app.
Asserts nothing; prints a table per app.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import django
import psycopg
from django.core.management import call_command
from django.db import connections
from tests import servers

APPS = ["follow", "activity", "viewcount"]
DATABASE = "timehut_benchmarks"


@contextmanager
def fresh_database(server: str) -> Iterator[None]:
    """Make an empty database, which is dropped in the end."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        connection.execute(f"CREATE DATABASE {DATABASE}")
        try:
            yield
        finally:
            connections.close_all()
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.run")
    parser.add_argument("app", nargs="*", choices=[*APPS, []], help="default: all of them")
    parser.add_argument("--edges", type=int, default=1_000_000, help="of the graph (%(default)s)")
    parser.add_argument("--actions", type=int, default=1_000_000, help="logged (%(default)s)")
    parser.add_argument("--objects", type=int, default=100_000, help="viewed (%(default)s)")
    arguments = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    with servers.postgresql() as server:
        os.environ["DATABASE_URL"] = f"{server.rpartition('/')[0]}/{DATABASE}"
        django.setup()
        for app in arguments.app or APPS:
            with fresh_database(server):
                call_command("migrate", verbosity=0)
                import_module(f"benchmarks.{app}").main(arguments)


if __name__ == "__main__":
    main()
