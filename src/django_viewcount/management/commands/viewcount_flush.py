from __future__ import annotations

import signal
from select import select
from socket import socketpair
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, DatabaseError, close_old_connections

from django_viewcount.api import flush
from django_viewcount.backends import get_backend
from django_viewcount.exceptions import BackendUnavailable


class Command(BaseCommand):
    help = "Moves waiting views into the database, once or again and again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--database",
            help="Database to move views to. By default the one that the routers choose, "
            f'usually "{DEFAULT_DB_ALIAS}".',
        )
        parser.add_argument(
            "--every",
            type=float,
            metavar="SECONDS",
            help="Go on until SIGTERM or Ctrl-C, with a rest of so many seconds in between.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not get_backend().supports_flush:
            self.stdout.write("Nothing to move: this backend does not let views wait.")
            return
        if (every := options["every"]) is None:
            try:
                self.move(options["database"])
            except BackendUnavailable as error:
                raise CommandError(f"Nothing lost, but not all moved. {error}") from error
        elif every <= 0:
            raise CommandError(f"--every is {every:g}: give a number of seconds above zero.")
        else:
            self.repeat(every, options["database"])

    def repeat(self, every: float, database: str | None) -> None:
        """Flush until told to stop; the one on its way is finished."""
        # A handler may interrupt a wait for anything with a lock, and would wait for that lock.
        told, tell = socketpair()
        before = {
            number: signal.signal(number, lambda *_: tell.send(b"."))
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            while True:
                close_old_connections()
                try:
                    self.move(database)
                except (BackendUnavailable, DatabaseError) as error:
                    # Both come back; what waits is moved then.
                    self.stderr.write(f"Nothing lost, but not all moved. {error}")
                self.stdout.flush()  # a pipe would fill first, which takes hours
                if select([told], [], [], every)[0]:
                    return
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            told.close()
            tell.close()

    def move(self, database: str | None) -> None:
        moved = flush(using=database)
        self.stdout.write(
            f"Moved {moved.views} views of {moved.objects} objects in {moved.batches} batches."
        )
