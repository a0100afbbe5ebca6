from __future__ import annotations

from django.contrib import admin
from django.core.paginator import Paginator
from django.utils.functional import cached_property

from .models import Action


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages through the first rows only, since counting a large table takes seconds."""

    cap = 1000

    @cached_property
    def count(self) -> int:
        return len(self.object_list.order_by().values_list("pk")[: self.cap])  # type: ignore[attr-defined]


class ActionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("actor_label", "verb", "action_object_label", "target_label", "created")
    list_filter = ("public",)
    raw_id_fields = ("actor",)
    search_fields = ("verb", "actor_label", "target_label")
    paginator = CappedPaginator
    show_full_result_count = False


# A swapped action has columns that only its project knows, and an admin of its own.
if not Action._meta.swapped:
    admin.site.register(Action, ActionAdmin)
