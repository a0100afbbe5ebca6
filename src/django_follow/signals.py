from __future__ import annotations

from django.dispatch import Signal

# Each is sent once per real change, after its transaction has committed, with sender = the model of
# the row. A receiver that raises is logged and cannot undo the change.

# provides args: edge, follower, followee, using
followed = Signal()

# provides args: edge (deleted), follower, followee, using
unfollowed = Signal()

# provides args: request, follower, followee, using
follow_requested = Signal()

# provides args: request (deleted), edge, follower, followee, using
follow_request_accepted = Signal()

# provides args: request (deleted), follower, followee, using
follow_request_rejected = Signal()

# provides args: request (deleted), follower, followee, using
follow_request_withdrawn = Signal()

# provides args: block, blocker, blocked, using
blocked = Signal()

# provides args: blocker, blocked, using
unblocked = Signal()

# provides args: mute, muter, muted, using
muted = Signal()

# provides args: muter, muted, using
unmuted = Signal()
