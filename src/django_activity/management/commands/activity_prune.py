from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections, router

from django_activity.exceptions import InvalidAction
from django_activity.management.arguments import batch_size, days
from django_activity.management.progress import Progress
from django_activity.models import get_action_model
from django_activity.pruning import prunable, prune, prune_locks
from django_activity.retracting import BATCH
from django_activity.validation import require_verb

COUNTED = 100_000  # a look must not take longer than the work


class Command(BaseCommand):
    help = (
        "Deletes old actions, in batches, while the site goes on; it may be interrupted and run "
        "again. Conditions that are given together must all be met. Rows of locks that are no "
        "longer used go each time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", metavar="DAYS", type=days, help="actions of this age")
        parser.add_argument(
            "--verb", action="append", help="only actions with this verb; may be repeated"
        )
        parser.add_argument(
            "--orphans",
            action="store_true",
            help="only actions whose target or action object is gone",
        )
        parser.add_argument(
            "--locks", action="store_true", help="unused locks, when no actions are to go"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="delete nothing; tell how many would go"
        )
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
            help="database to clean; by default the one that the routers choose",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        using = options["database"] or router.db_for_write(get_action_model())
        conditions = {
            "older_than": options["older_than"],
            "verbs": options["verb"],
            "orphans": options["orphans"],
            "using": using,
        }
        some = options["older_than"] is not None or options["orphans"]
        if not some and (options["verb"] or not options["locks"]):
            raise CommandError("Say what is to go: --older-than DAYS, --orphans, or --locks.")
        for verb in options["verb"] or ():
            try:
                require_verb(verb)
            except InvalidAction as error:
                raise CommandError(str(error)) from error
        if options["dry_run"]:
            number = self.number(conditions) if some else 0
            what = f"{number} actions" if number < COUNTED else f"{COUNTED} actions or more"
            self.say(f"{what} would be deleted.", options)
            return
        locks = prune_locks(batch_size=options["batch_size"], using=using)
        deleted = self.prune(conditions, options) if some else 0
        self.say(f"{deleted} actions and {locks} locks deleted.", options)

    def prune(self, conditions: dict[str, Any], options: dict[str, Any]) -> int:
        # To look for orphans once more, only to know how many there are, would take too long.
        number = COUNTED if options["orphans"] else self.number(conditions)
        total = number if number < COUNTED else None
        with Progress(total, "actions", quiet=not options["verbosity"]) as progress:
            return prune(**conditions, batch_size=options["batch_size"], advance=progress.advance)

    def number(self, conditions: dict[str, Any]) -> int:
        """How many actions would go, counted to a hundred thousand."""
        keys: set[Any] = set()
        for part in prunable(**conditions):
            keys |= set(part.order_by().values_list("pk", flat=True)[:COUNTED])
            if len(keys) >= COUNTED:
                break
        return len(keys)

    def say(self, text: str, options: dict[str, Any]) -> None:
        if options["verbosity"]:
            self.stdout.write(text)
