from __future__ import annotations

from django.dispatch import Signal

# All are sent inside the transaction that does it, once per real change.

# provides args: image
image_bookmarked = Signal()

# provides args: image, member, at
image_liked = Signal()

# provides args: image, member
image_unliked = Signal()
