from __future__ import annotations

from django.dispatch import Signal

# provides args: member; sent inside the transaction that registers them
registered = Signal()
