from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from django_activity.api import rename_verb
from django_activity.exceptions import InvalidAction
from django_activity.management.arguments import batch_size
from django_activity.management.progress import Progress
from django_activity.retracting import BATCH
from django_activity.validation import require_verb


class Command(BaseCommand):
    help = (
        "Gives actions another verb, in batches, while the site goes on; it may be interrupted and "
        "run again. Run it once no code logs the old verb any more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("old")
        parser.add_argument("new")
        parser.add_argument(
            "--batch-size",
            type=batch_size,
            default=BATCH,
            metavar="ROWS",
            help=f"rows per transaction (default: {BATCH})",
        )
        parser.add_argument(
            "--database",
            choices=tuple(connections),
            help="database to write to; by default the one that the routers choose",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        old, new = options["old"], options["new"]
        try:
            require_verb(old)
            with Progress(None, "actions", quiet=not options["verbosity"]) as progress:
                total = rename_verb(
                    old,
                    new,
                    batch_size=options["batch_size"],
                    advance=progress.advance,
                    using=options["database"],
                )
        except InvalidAction as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            self.stdout.write(f"{total} actions: {old!r} is now {new!r}.")
