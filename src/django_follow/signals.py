from __future__ import annotations

from django.dispatch import Signal

# Both are sent once per real change, after its transaction has committed, with sender = the edge
# model. A receiver that raises is logged and cannot undo the follow.

# provides args: edge, follower, followee, using
followed = Signal()

# provides args: follower, followee, using
unfollowed = Signal()
