from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections, router

from django_follow.exchange import COLUMNS, account_named, count_list, write_list
from django_follow.management.progress import Progress
from django_follow.models import Follow

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


class Command(BaseCommand):
    help = "Writes a list of a user as CSV, with the columns that Mastodon imports."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--kind", choices=list(COLUMNS), required=True)
        parser.add_argument("--output", metavar="FILE", help="by default standard output")
        parser.add_argument(
            "--domain", default="", help="added to each name: example.org makes ann@example.org"
        )
        parser.add_argument(
            "--database",
            choices=tuple(connections),
            help="database to read; by default the one that the routers choose",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        using = options["database"] or router.db_for_read(Follow)
        user = account_named(options["username"], using)

        def export(file: SupportsWrite[str]) -> int:
            total = count_list(user, options["kind"], using=using)
            with Progress(total, "accounts", quiet=not options["verbosity"]) as progress:
                for number in write_list(
                    user, options["kind"], file, using=using, domain=options["domain"]
                ):
                    progress.advance(number)
            return progress.done

        if options["output"] is None:
            export(self.stdout)
            return
        try:
            with open(options["output"], "w", encoding="utf-8", newline="") as output:
                number = export(output)
        except OSError as error:
            raise CommandError(f"{options['output']} cannot be written: {error}") from error
        if options["verbosity"]:
            self.stdout.write(f"{number} accounts written to {options['output']}.")
