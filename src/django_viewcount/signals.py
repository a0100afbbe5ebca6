from __future__ import annotations

from django.dispatch import Signal

# Sent after waiting views have been committed to the database, with sender = the model class that
# was viewed; a large batch in several parts. A receiver that raises is logged and cannot undo it.
# provides args: views (a dict of object id, as text, to the views added), counter, using
views_flushed = Signal()

# Sent on commit, once for each number of VIEWCOUNT_MILESTONES that an object's total has reached or
# passed, with sender = the model class. With Redis that is seen when views are flushed.
# provides args: object_id (as text), milestone, views (the total), counter, using
views_milestone_reached = Signal()
