from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from django_viewcount.exceptions import UnknownPeriod
from django_viewcount.management.progress import Progress
from django_viewcount.pruning import prune


class Command(BaseCommand):
    help = (
        "Deletes what is over: old days if told so, what the database backend remembers for a "
        "while only, and views of objects that are gone. Works in batches, while the site goes on; "
        "it may be interrupted and run again. Run it once a day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days",
            type=int,
            metavar="DAYS",
            help="keep views by the day for so many days only; the totals stay",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="delete nothing; tell how much would go"
        )
        parser.add_argument(
            "--database",
            choices=tuple(connections),
            help="database to clean; by default the one that the routers choose",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with Progress(None, "rows and objects", quiet=not options["verbosity"]) as progress:
            try:
                pruned = prune(
                    days=options["days"],
                    using=options["database"],
                    dry_run=options["dry_run"],
                    advance=progress.advance,
                )
            except UnknownPeriod as error:
                raise CommandError(str(error)) from error
        if options["verbosity"]:
            done = "Would delete" if options["dry_run"] else "Deleted"
            self.stdout.write(
                f"{done} {pruned.days} days, {pruned.hours} hours, {pruned.marks} marks, "
                f"{pruned.salts} salts, {pruned.batches} batches, and the views of "
                f"{pruned.orphans} objects that are gone."
            )
