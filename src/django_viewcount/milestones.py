"""Numbers of views worth telling, seen as they are passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from .backends.base import Outcome, View
from .conf import settings
from .signals import views_milestone_reached
from .targets import ROBOT_COUNTER, Kind


def passed(kind: Kind, added: Mapping[str, int], totals: Mapping[str, int], using: str) -> None:
    """Send the signal for every milestone between the totals before and after."""
    if kind.counter == ROBOT_COUNTER or not views_milestone_reached.has_listeners(kind.model):
        return
    for key, views in added.items():
        after = totals.get(key, 0)
        for milestone in sorted(settings.milestones):
            if after - views < milestone <= after:
                views_milestone_reached.send_robust(
                    sender=kind.model,
                    object_id=key,
                    milestone=milestone,
                    views=after,
                    counter=kind.counter,
                    using=using,
                )


def announce(views: Sequence[View], outcomes: Sequence[Outcome]) -> None:
    """The same for views that are in the database at once, on commit."""
    for view, outcome in zip(views, outcomes, strict=True):
        if outcome.total and views_milestone_reached.has_listeners(view.target.model):
            total = outcome.total

            def tell(view: View = view, total: int = total) -> None:
                key = view.target.key
                passed(view.target.kind, {key: view.views}, {key: total}, view.alias)

            transaction.on_commit(tell, using=view.alias, robust=True)
