from __future__ import annotations

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property

from .models import ViewCount


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages through the first rows only, since counting a large table takes seconds."""

    cap = 1000

    @cached_property
    def count(self) -> int:
        return len(self.object_list.order_by().values_list("pk")[: self.cap])  # type: ignore[attr-defined]


@admin.register(ViewCount)
class ViewCountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list to look things up in: only the app itself writes counters."""

    list_display = ("content_type", "object_id", "counter", "views")
    list_select_related = ("content_type",)
    search_fields = ("object_id__exact",)
    ordering = ("-pk",)
    paginator = CappedPaginator
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
