from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections, router

from django_follow.exchange import Line, account_named, read_lines
from django_follow.importing import REMOVERS, import_list, remove_others
from django_follow.management.progress import Progress
from django_follow.models import Follow


class Command(BaseCommand):
    help = (
        "Lets a user follow, block or mute the accounts of a CSV file, such as Mastodon writes it. "
        "Of its columns only the account address is read: the others are options that no list "
        "here has."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("file")
        parser.add_argument("--kind", choices=list(REMOVERS), required=True)
        parser.add_argument(
            "--overwrite", action="store_true", help="end what the user has with all others"
        )
        parser.add_argument(
            "--domain", default="", help="our own: accounts of example.org may then bear it"
        )
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument(
            "--database",
            choices=tuple(connections),
            help="database to write to; by default the one that the routers choose",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        using = options["database"] or router.db_for_write(Follow)
        user = account_named(options["username"], using)
        choices = {"using": using, **{name: options[name] for name in ("domain", "dry_run")}}
        removed = 0
        if options["overwrite"]:  # before the others come, so that a limit leaves room for them
            removed = remove_others(user, options["kind"], lines_of(options["file"]), **choices)
        total = {"new": 0, "asked": 0, "known": 0, "bad": 0}
        stopped = ""
        with Progress(None, "lines", quiet=not options["verbosity"]) as progress:
            for done in import_list(user, options["kind"], lines_of(options["file"]), **choices):
                progress.clear()
                for line in sorted(done.bad):
                    self.stderr.write(f"line {line.number}: {line.problem}")
                for name in total:
                    value = getattr(done, name)
                    total[name] += len(value) if name == "bad" else value
                progress.advance(done.lines)
                stopped = done.stopped
                if stopped:
                    break
        good = total["new"] + total["asked"] + total["known"]
        if stopped:
            self.stderr.write(f"Stopped at {stopped} The lines after it are not imported.")
        if not good:
            raise CommandError(f"{options['file']}: nothing could be imported.")
        if options["verbosity"]:
            said = "would be new" if options["dry_run"] else "new"
            asked = f", {total['asked']} asked" if total["asked"] else ""
            ended = f", {removed} removed" if options["overwrite"] else ""
            self.stdout.write(
                f"{options['kind']} of {user}: {total['new']} {said}{asked}, "
                f"{total['known']} already there, {total['bad']} bad lines{ended}."
            )


def lines_of(path: str) -> Iterator[Line]:
    """The lines of a file, read as they are asked for; what is not UTF-8 becomes a bad line."""
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            yield from read_lines(file)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
