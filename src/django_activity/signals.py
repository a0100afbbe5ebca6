from __future__ import annotations

from django.dispatch import Signal

# Sent once per logged action, after its transaction has committed, with sender = the action model.
# A receiver that raises is logged and cannot undo the action.
# provides args: action, using
action_logged = Signal()
