from __future__ import annotations

from typing import Any


class PlainLabelsMixin:
    """Labels without a colon, and a mark on the fields that must be filled in."""

    required_css_class = "required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
