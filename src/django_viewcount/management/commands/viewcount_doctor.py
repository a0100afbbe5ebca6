from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_viewcount.doctor import MAX_AGE, SAMPLE, examine
from django_viewcount.findings import OK


class Command(BaseCommand):
    help = "Looks at what views are counted in, and tells what is wrong with it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--database",
            help="Database that views are moved to. By default the one that the routers choose.",
        )
        parser.add_argument("--json", action="store_true", help="Write JSON, for programs.")
        parser.add_argument(
            "--strict", action="store_true", help="Exit with 1 if anything is wrong."
        )
        parser.add_argument(
            "--max-age",
            type=float,
            default=MAX_AGE,
            metavar="SECONDS",
            help="Views that wait should be flushed within so many seconds (%(default)s).",
        )
        parser.add_argument(
            "--sample",
            type=int,
            default=SAMPLE,
            metavar="ROWS",
            help="Look for objects that are gone in so many counters of a model (%(default)s).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = examine(
            using=options["database"], max_age=options["max_age"], sample=options["sample"]
        )
        if options["json"]:
            self.stdout.write(json.dumps([finding._asdict() for finding in found], indent=2))
        else:
            style = {OK: self.style.SUCCESS, "warning": self.style.WARNING}
            for finding in found:
                level = style.get(finding.level, self.style.ERROR)(f"{finding.level:<8}")
                self.stdout.write(f"{level} {finding.name + ':':<12} {finding.text}")
                if finding.hint:
                    self.stdout.write(f"{'':<21} {finding.hint}")
        wrong = [finding.name for finding in found if finding.level != OK]
        if wrong and options["strict"]:
            raise CommandError(f"Not all is well: {', '.join(dict.fromkeys(wrong))}.", returncode=1)
