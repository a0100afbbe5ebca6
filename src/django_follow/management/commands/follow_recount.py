from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections, models, router

from django_follow.management.progress import Progress
from django_follow.management.recounting import batches, counted, verify

SHOWN = 20  # lines at most; a table that was never counted has millions


class Command(BaseCommand):
    help = "Sets the counts of followers and followed right, or verifies them with --check."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="write nothing; exit with 1 and a list if there are wrong ones",
        )
        parser.add_argument(
            "--database",
            choices=tuple(connections),
            help="database to look at; by default the one that the routers choose",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        looked_at = wrong = 0
        for edge, table, node in counted():
            using = options["database"] or router.db_for_write(edge)
            nodes: models.QuerySet[Any] = models.QuerySet(node, using=using)
            quiet = not options["verbosity"]
            with Progress(nodes.count(), node._meta.label_lower, quiet=quiet) as progress:
                for keys in batches(nodes):
                    found = verify(edge, table, keys, using, repair=not options["check"])
                    lines = [
                        f"{node._meta.label} {key} {column}: {kept} instead of {true}"
                        for key, off in found.items()
                        for column, (kept, true) in off.items()
                    ]
                    if options["verbosity"] and lines and wrong < SHOWN:
                        progress.clear()
                        self.stdout.write("\n".join(lines[: SHOWN - wrong]))
                    wrong += len(lines)
                    looked_at += len(keys)
                    progress.advance(len(keys))
        if options["verbosity"] and wrong > SHOWN:
            self.stdout.write(f"… and {wrong - SHOWN} more")
        if wrong and options["check"]:
            raise CommandError(
                f"{wrong} counts are wrong. Run follow_recount without --check to set them right."
            )
        if options["verbosity"]:
            self.stdout.write(f"Looked at {looked_at} rows, {wrong} counts were wrong.")
