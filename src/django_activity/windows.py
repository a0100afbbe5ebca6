from __future__ import annotations

from typing import Any

MAX_WINDOW = 10 * 366 * 24 * 3600  # ten years; with more, some databases run out of dates
WINDOW_HINT = "Give a number of seconds up to ten years, or 0 to log every action."


def is_window(seconds: Any) -> bool:
    """Can this be a window of de-duplication?"""
    is_number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
    return is_number and 0 <= seconds <= MAX_WINDOW
