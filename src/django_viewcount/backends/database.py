from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import DatabaseError, models, transaction

from ..exceptions import BackendUnavailable
from ..models import ViewCount
from ..storage import store
from ..targets import Target, keys_by_model, write_alias
from .base import BaseBackend


class DatabaseBackend(BaseBackend):
    """Writes each view to the database at once: for small sites and the first five minutes."""

    def count(self, target: Target, views: int, day: date, using: str | None) -> int | None:
        """Costs two upserts and one SELECT.

        The counter's row is locked until the commit. Transactions that count several objects,
        in differing order, can therefore deadlock.
        """
        alias, (model, key) = write_alias(using), target
        try:
            # A savepoint, so that a failure leaves the page's own transaction usable. MySQL and
            # MariaDB end the whole transaction at a deadlock: there, only a rollback is left.
            with transaction.atomic(using=alias):
                store(model, {key: views}, {(key, day): views}, alias)
                return ViewCount.objects.using(alias).totals(model, [key]).get(key)
        except DatabaseError as error:
            raise BackendUnavailable(f"The database refused a view: {error}") from error

    def totals(self, targets: Collection[Target], using: str | None) -> dict[Target, int]:
        # Where views are written, and not where reads go: a replica may be behind.
        alias, result = write_alias(using), dict.fromkeys(targets, 0)
        for model, keys in keys_by_model(targets).items():
            for key, views in ViewCount.objects.using(alias).totals(model, keys).items():
                if (target := Target(model, key)) in result:  # else spelt in another way
                    result[target] = views
        return result

    def top(
        self, model: type[models.Model], limit: int, using: str | None
    ) -> list[tuple[str, int]]:
        ranking = ViewCount.objects.using(write_alias(using)).top(model)
        return list(ranking.values_list("object_id", "views")[:limit])
