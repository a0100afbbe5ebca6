from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID, uuid4

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db import models
from redis import ConnectionPool

from ..conf import settings
from ..exceptions import BackendUnavailable
from ..models import ViewCount
from ..outages import outages
from ..storage import CHUNK
from ..targets import Target, keys_by_model, write_alias
from . import fields
from .base import BaseBackend, Batch
from .held import NOTHING, Held, exact_totals, held_views
from .seeding import seed, seed_from_page
from .server import Keys, Server, get_server, keys_of


class RedisBackend(BaseBackend):
    """Counts in Redis or Valkey, one round trip and no SQL a view, and flushes to the database."""

    supports_flush = True

    @property
    def server(self) -> Server:
        return get_server(settings.redis_url or "", settings.timeout)

    def count(self, target: Target, views: int, day: date, using: str | None) -> int | None:
        """Costs one round trip.

        The first view after Redis lost a ranking rebuilds it from the database if it is small,
        and until it is rebuilt the total costs a round trip and a query more. An error does not
        mean that the view was not counted: the answer alone may have been lost.
        """
        keys = keys_of(target.model, write_alias(using))
        total, by_day = fields.total_field(target.key), fields.day_field(target.key, day)
        with self.server.guarded():
            score = self.server.count(
                keys=[keys.pend, keys.rank], args=[total, by_day, views, target.key, uuid4().hex]
            )
        if score is not None:
            return int(float(score))
        try:
            seed_from_page(self.server, target.model, using)
        except BackendUnavailable:
            return None  # counted all the same
        return self.totals([target], using)[target]

    def totals(self, targets: Collection[Target], using: str | None) -> dict[Target, int]:
        """Costs one round trip, and one query per model."""
        by_model = keys_by_model(targets)
        held: dict[type[models.Model], tuple[Held, Held]] = {}
        alias = write_alias(using)
        if by_model:
            names: dict[type[models.Model], Keys] = {m: keys_of(m, alias) for m in by_model}
            try:
                with self.server.guarded():
                    found = held_views(
                        self.server.client, {names[m]: keys for m, keys in by_model.items()}
                    )
                held = {model: found[names[model]] for model in by_model}
            except BackendUnavailable as error:
                outages.report(error)
        return {
            Target(model, key): views
            for model, keys in by_model.items()
            for key, views in exact_totals(
                model, keys, held.get(model, (NOTHING, NOTHING)), alias
            ).items()
        }

    def top(
        self, model: type[models.Model], limit: int, using: str | None
    ) -> list[tuple[str, int]]:
        """Costs one round trip; without Redis, or a complete ranking in it, one query."""
        try:
            ranking = self._ranking(model, limit, using)
            if ranking is None and seed_from_page(self.server, model, using):
                ranking = self._ranking(model, limit, using)
        except BackendUnavailable as error:
            outages.report(error)
            ranking = None
        if ranking is None:
            counters = ViewCount.objects.using(write_alias(using)).top(model)
            ranking = list(counters.values_list("object_id", "views")[:limit])
        return ranking

    def _ranking(
        self, model: type[models.Model], limit: int, using: str | None
    ) -> list[tuple[str, int]] | None:
        rank = keys_of(model, write_alias(using)).rank
        pipeline = self.server.client.pipeline(transaction=False)
        pipeline.zscore(rank, "")
        pipeline.zrange(rank, 0, limit - 1, desc=True, withscores=True)
        with self.server.guarded():
            complete, members = pipeline.execute()
        if complete is None:
            return None
        return [(member.decode(), int(score)) for member, score in members if member]

    def waiting(self, using: str | None) -> list[type[models.Model]]:
        alias = write_alias(using)
        concrete = [model for model in apps.get_models() if not model._meta.proxy]
        pipeline = self.server.client.pipeline(transaction=False)
        for model in concrete:
            keys = keys_of(model, alias)
            pipeline.exists(keys.pend, keys.batch)
        with self.server.guarded():
            found = pipeline.execute()
        return [model for model, number in zip(concrete, found, strict=True) if number]

    def claim(self, model: type[models.Model], using: str | None) -> Batch | None:
        keys = keys_of(model, write_alias(using))
        with self.server.guarded():
            claimed = self.server.claim(
                keys=[keys.pend, keys.batch, keys.claims], args=[uuid4().hex]
            )
            if not claimed:
                return None
            reopened, batch_id = claimed
            # In pieces: a large hash in one answer would hold up the server, and time out.
            found = dict(self.server.client.hscan_iter(keys.batch, count=1000))
        views, days = fields.parse(found)
        return Batch(UUID(batch_id.decode()), model, views, days, bool(reopened))

    def release(self, batch: Batch, using: str | None) -> None:
        """Also lifts the ranking to what the database holds, and rebuilds it where it was lost."""
        keys = keys_of(batch.model, write_alias(using))
        complete = 1
        members = list(batch.views)
        for start in range(0, len(members), CHUNK):
            chunk = members[start : start + CHUNK]
            totals = ViewCount.objects.using(write_alias(using)).totals(batch.model, chunk)
            arguments = [part for pair in totals.items() for part in pair]
            with self.server.guarded():
                complete = self.server.raise_scores(keys=[keys.rank], args=arguments)
        with self.server.guarded():
            self.server.release(keys=[keys.batch], args=[batch.id.hex])
        if not complete:
            seed(self.server, batch.model, using)

    def check(self) -> list[CheckMessage]:
        url = settings.redis_url
        try:
            ConnectionPool.from_url(url or "")
        except (AttributeError, ValueError) as error:
            return [
                Error(
                    f"VIEWCOUNT_REDIS_URL is {url!r}: {error}",
                    hint='Give an address such as "redis://localhost:6379/0", or None to count '
                    "in the database.",
                    id="django_viewcount.E002",
                )
            ]
        return []
