"""What a project calls."""

from __future__ import annotations

from asgiref.sync import sync_to_async

from .annotating import with_views
from .backends.base import Rank
from .buffering import buffer
from .counts import Point, attach_views, get_unique_views, get_views, series
from .flushing import Flushed, flush
from .merging import merge_views
from .outages import Health, outages
from .pruning import Pruned, prune
from .rankings import most_viewed, percentile, rank
from .reasons import Reason
from .receivers import forget_views
from .recording import Explanation, ViewResult, count_view, count_views, explain

__all__ = [
    "Explanation",
    "Flushed",
    "Health",
    "Point",
    "Pruned",
    "Rank",
    "Reason",
    "ViewResult",
    "aattach_views",
    "acount_view",
    "acount_views",
    "aexplain",
    "aflush",
    "aforget_views",
    "aget_unique_views",
    "aget_views",
    "amerge_views",
    "amost_viewed",
    "apercentile",
    "aprune",
    "arank",
    "aseries",
    "attach_views",
    "count_view",
    "count_views",
    "explain",
    "flush",
    "forget_views",
    "get_unique_views",
    "get_views",
    "health",
    "merge_views",
    "most_viewed",
    "percentile",
    "prune",
    "rank",
    "series",
    "with_views",
]


def health() -> Health:
    """Return how counting goes in this process. Costs nothing."""
    waiting = sum(view.views for view in list(buffer.views))
    return Health(outages.cause, waiting, outages.lost, outages.uncertain)


acount_view = sync_to_async(count_view)
acount_views = sync_to_async(count_views)
aexplain = sync_to_async(explain)
aget_views = sync_to_async(get_views)
aget_unique_views = sync_to_async(get_unique_views)
aattach_views = sync_to_async(attach_views)
aseries = sync_to_async(series)
amost_viewed = sync_to_async(most_viewed)
arank = sync_to_async(rank)
apercentile = sync_to_async(percentile)
aflush = sync_to_async(flush)
aforget_views = sync_to_async(forget_views)
amerge_views = sync_to_async(merge_views)
aprune = sync_to_async(prune)
