from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS

from django_viewcount.api import flush
from django_viewcount.backends import get_backend
from django_viewcount.exceptions import BackendUnavailable


class Command(BaseCommand):
    help = "Moves waiting views into the database. Run it every minute."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--database",
            help="Database to move views to. By default the one that the routers choose, "
            f'usually "{DEFAULT_DB_ALIAS}".',
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not get_backend().supports_flush:
            self.stdout.write("Nothing to move: this backend does not let views wait.")
            return
        try:
            moved = flush(using=options["database"])
        except BackendUnavailable as error:
            raise CommandError(f"Nothing lost, but not all moved. {error}") from error
        self.stdout.write(
            f"Moved {moved.views} views of {moved.objects} objects in {moved.batches} batches."
        )
