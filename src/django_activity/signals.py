from __future__ import annotations

from django.dispatch import Signal

# Each is sent after its transaction has committed, with sender = the action model. A receiver that
# raises is logged and cannot undo the change.

# Sent once per logged action.
# provides args: action, using
action_logged = Signal()

# Sent once per batch of actions that were deleted by retract(), forget() or activity_prune, or with
# their object.
# provides args: keys (primary keys of the actions, a list), using
actions_retracted = Signal()
