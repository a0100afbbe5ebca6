from __future__ import annotations

from django.dispatch import Signal

# Sent after a batch of waiting views has been committed to the database, with sender = the model
# class that was viewed. A receiver that raises is logged and cannot undo the flush.
# provides args: views (a dict of object id, as text, to the views added), using
views_flushed = Signal()
