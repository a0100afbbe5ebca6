from __future__ import annotations

from itertools import islice
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections, models, router, transaction
from django.db.models import Exists, F, OuterRef, Window
from django.db.models.functions import RowNumber

from django_follow.edges import AbstractFollow
from django_follow.management.progress import Progress

BATCH = 500
SHOWN = 20


class Command(BaseCommand):
    help = (
        "Finds the rows of a table of pairs that a unique constraint and a check against "
        "self-follows would refuse, and removes them with --apply. Works with any model that has "
        "two foreign keys."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("model", metavar="app.Model")
        parser.add_argument(
            "--fields",
            nargs=2,
            metavar=("FROM", "TO"),
            help="the two foreign keys; by default the only two that the model has",
        )
        parser.add_argument(
            "--keep",
            choices=("oldest", "newest"),
            default="oldest",
            help="which row of a pair stays, by primary key (default: oldest)",
        )
        parser.add_argument("--apply", action="store_true", help="remove them")
        parser.add_argument(
            "--database",
            choices=tuple(connections),
            help="database to clean; by default the one that the routers choose",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        model = model_named(options["model"])
        start, end = ends_of(model, options["fields"])
        using = options["database"] or router.db_for_write(model)
        rows: models.QuerySet[Any] = models.QuerySet(model, using=using)
        pairs = rows.filter(**{f"{start.name}__isnull": False, f"{end.name}__isnull": False})
        loops = pairs.none()
        if start.related_model._meta.concrete_model is end.related_model._meta.concrete_model:
            loops = pairs.filter(**{start.name: F(end.name)})
            pairs = pairs.exclude(**{start.name: F(end.name)})
        doomed = [*loops.values_list("pk", flat=True)]
        loop_count = len(doomed)
        doomed += twins(pairs, start.attname, end.attname, newest=options["keep"] == "newest")
        if options["verbosity"]:
            self.report(rows, (start, end), doomed, loop_count)
        if options["apply"]:
            removed = 0
            with Progress(len(doomed), "rows", quiet=not options["verbosity"]) as progress:
                keys = iter(doomed)
                while batch := list(islice(keys, BATCH)):
                    removed += remove(rows, (start, end), batch, options["keep"])
                    progress.advance(len(batch))
            if options["verbosity"]:
                self.stdout.write(f"{removed} rows removed.")
                if removed and issubclass(model, AbstractFollow):
                    self.stdout.write("Run follow_recount now: rows are removed, not unfollowed.")
        elif doomed and options["verbosity"]:
            self.stdout.write("Nothing was removed: add --apply for that.")

    def report(
        self, rows: models.QuerySet[Any], ends: tuple[Any, Any], doomed: list[Any], loops: int
    ) -> None:
        self.stdout.write(
            f"{rows.model._meta.label}: {len(doomed) - loops} duplicates, {loops} self-follows."
        )
        start, end = ends
        shown = rows.filter(pk__in=doomed[:SHOWN]).order_by(start.attname, end.attname, "pk")
        for key, one, other in shown.values_list("pk", start.attname, end.attname):
            self.stdout.write(f"  {key}: {start.name} {one}, {end.name} {other}")
        if len(doomed) > SHOWN:
            self.stdout.write(f"  … and {len(doomed) - SHOWN} more")


def model_named(label: str) -> type[models.Model]:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise CommandError(f"There is no model {label!r}. Write it as app.Model.") from error


def ends_of(model: type[models.Model], names: list[str] | None) -> list[Any]:
    """The two foreign keys that make a pair."""
    keys = [field for field in model._meta.concrete_fields if field.many_to_one]
    if names is not None:
        try:
            keys = [model._meta.get_field(name) for name in names]  # type: ignore[misc]
        except FieldDoesNotExist as error:
            raise CommandError(str(error)) from error
        if not all(field.many_to_one and field.concrete for field in keys):
            raise CommandError(f"{' and '.join(names)} are not both foreign keys.")
    if len(keys) != 2 or keys[0] == keys[1]:
        found = ", ".join(field.name for field in keys) or "none"
        raise CommandError(
            f"{model._meta.label} has these foreign keys: {found}. Name two with --fields."
        )
    return list(keys)


def twins(pairs: models.QuerySet[Any], start: str, end: str, *, newest: bool) -> list[Any]:
    """Keys of the rows that repeat a pair. Costs one query, which sorts the table once."""
    order = "-pk" if newest else "pk"
    place = Window(RowNumber(), partition_by=[F(start), F(end)], order_by=order)
    repeated = pairs.annotate(place=place).filter(place__gt=1)
    return list(repeated.order_by("pk").values_list("pk", flat=True))


def remove(rows: models.QuerySet[Any], ends: tuple[Any, Any], keys: list[Any], keep: str) -> int:
    """Delete these rows, but a pair whose other row has gone meanwhile stays."""
    start, end = ends
    pair = {start.attname: OuterRef(start.attname), end.attname: OuterRef(end.attname)}
    other = {f"pk__{'lt' if keep == 'oldest' else 'gt'}": OuterRef("pk")}
    kept: models.QuerySet[Any] = models.QuerySet(rows.model, using=rows.db).filter(**pair, **other)
    loops = models.Q(**{start.attname: F(end.attname)})
    with transaction.atomic(using=rows.db):
        doomed = rows.filter(models.Q(Exists(kept)) | loops, pk__in=keys)
        locked = list(doomed.select_for_update().order_by("pk").values_list("pk", flat=True))
        try:
            rows.filter(pk__in=locked).delete()
        except (models.ProtectedError, models.RestrictedError) as error:
            raise CommandError(f"Other rows depend on these: {error.args[0]}") from error
    return len(locked)
