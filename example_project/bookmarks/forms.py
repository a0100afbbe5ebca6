from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _


class LinesField(forms.CharField):
    """Text of several lines, as long as browsers count it: they send two characters for a break."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


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
