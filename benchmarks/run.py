"""Measure the apps beside their peers: python -m benchmarks.run [follow] [--edges N].

Starts a PostgreSQL of its own, or uses the one of TEST_POSTGRESQL_URL, in a database of its own.
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
from tests import servers

APPS = ["follow"]
DATABASE = "timehut_benchmarks"


@contextmanager
def database() -> Iterator[str]:
    """Yield the URL of an empty database, which is dropped in the end."""
    with servers.postgresql() as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        connection.execute(f"CREATE DATABASE {DATABASE}")
        try:
            yield f"{url.rpartition('/')[0]}/{DATABASE}"
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.run")
    parser.add_argument("app", nargs="*", choices=[*APPS, []], help="default: all of them")
    parser.add_argument("--edges", type=int, default=1_000_000, help="of the graph (%(default)s)")
    arguments = parser.parse_args()
    with database() as url:
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "benchmarks.settings"}
        django.setup()
        call_command("migrate", verbosity=0)
        for app in arguments.app or APPS:
            import_module(f"benchmarks.{app}").main(arguments)


if __name__ == "__main__":
    main()
