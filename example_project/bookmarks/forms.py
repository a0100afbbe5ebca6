from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _


class PlainLabelsMixin:
    """Labels without a colon, and a mark on the fields that must be filled in."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        mark = format_html(' <span class="mark">{}</span>', _("(required)"))
        for field in self.fields.values():
            if field.required:
                field.label_suffix = mark
