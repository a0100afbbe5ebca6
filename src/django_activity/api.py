"""The functions that write. Reads are streams and methods of the action model's manager."""

from __future__ import annotations

from asgiref.sync import sync_to_async

from .context import acting_as, current_actor, disable_tracking, enable_tracking
from .markers import advance_marker, stream_marker
from .pruning import prune
from .recording import log, log_many
from .retracting import ANYONE, forget, rename_verb, retract
from .tracking import track

__all__ = [
    "ANYONE",
    "aadvance_marker",
    "acting_as",
    "advance_marker",
    "aforget",
    "alog",
    "alog_many",
    "aprune",
    "arename_verb",
    "aretract",
    "astream_marker",
    "current_actor",
    "disable_tracking",
    "enable_tracking",
    "forget",
    "log",
    "log_many",
    "prune",
    "rename_verb",
    "retract",
    "stream_marker",
    "track",
]

aadvance_marker = sync_to_async(advance_marker)
aforget = sync_to_async(forget)
alog = sync_to_async(log)
alog_many = sync_to_async(log_many)
aprune = sync_to_async(prune)
arename_verb = sync_to_async(rename_verb)
aretract = sync_to_async(retract)
astream_marker = sync_to_async(stream_marker)
