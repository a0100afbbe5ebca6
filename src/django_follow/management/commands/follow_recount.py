from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections, models, router

from django_follow import counting
from django_follow.edges import AbstractFollow, edge_models
from django_follow.management.progress import Progress
from django_follow.models import FollowCount
from django_follow.transactions import retried

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
        for edge, node, columns in counted():
            using = options["database"] or router.db_for_write(edge)
            nodes: models.QuerySet[Any] = models.QuerySet(node, using=using)
            quiet = not options["verbosity"]
            with Progress(nodes.count(), node._meta.label_lower, quiet=quiet) as progress:
                for keys in batches(nodes):
                    found = verify(edge, keys, using, repair=not options["check"])
                    lines = [
                        f"{columns[column]._meta.label} {key} {column}: {kept} instead of {true}"
                        for key, off in found.items()
                        for column, (kept, true) in off.items()
                        if columns[column] is node or not options["check"]
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


def counted() -> Iterator[tuple[type[AbstractFollow], Any, dict[str, Any]]]:
    """Edge models that are counted, with each node model in turn, and the nodes of each column."""
    for edge, _ in edge_models():
        columns: dict[str, Any] = {
            counter.column: edge._meta.get_field(counter.end).related_model._meta.concrete_model  # type: ignore[union-attr]
            for counter in counting.counters(edge)
        }
        for node in dict.fromkeys(columns.values()):
            yield edge, node, columns


def batches(nodes: models.QuerySet[Any]) -> Iterator[list[Any]]:
    """Keys of all nodes in their order; each batch is a query of its own, as fast as the first."""
    keys = nodes.order_by("pk").values_list("pk", flat=True)
    batch = list(keys[: counting.BATCH])
    while batch:
        yield batch
        batch = list(keys.filter(pk__gt=batch[-1])[: counting.BATCH])


def verify(
    edge: type[AbstractFollow], keys: list[Any], using: str, *, repair: bool
) -> dict[Any, dict[str, tuple[int, int]]]:
    """Find the wrong counts of these nodes, and set them right.

    The first look takes no locks, and so may see a count before a change and its edges after it.
    What then looks wrong is looked at again, with the counts locked, in a transaction of its own.
    """
    suspects = list(counting.recount(edge, keys, using, repair=False))
    if not suspects:
        return {}
    tables = {counter.model for counter in counting.counters(edge)}
    if repair and FollowCount in tables:
        retried(using, lambda: add_rows(suspects, using))

    def look_again() -> dict[Any, dict[str, tuple[int, int]]]:
        for table in tables:
            counting.lock(models.QuerySet(table, using=using).filter(pk__in=suspects))
        return counting.recount(edge, suspects, using, repair=repair)

    return retried(using, look_again)


def add_rows(users: list[Any], using: str) -> None:
    """Only a count that is there can be locked against those who count at this moment."""
    nodes: models.QuerySet[Any] = models.QuerySet(get_user_model(), using=using).filter(
        pk__in=users
    )
    nothing: dict[Any, dict[str, int]] = {key: {} for key in counting.lock(nodes)}
    if nothing:
        counting.upsert(FollowCount, nothing, using)
