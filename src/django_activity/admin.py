from __future__ import annotations

from django.contrib import admin

from .models import Action


class ActionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("actor_label", "verb", "action_object_label", "target_label", "created")
    list_filter = ("public",)
    raw_id_fields = ("actor",)
    search_fields = ("verb", "actor_label", "target_label")
    show_full_result_count = False


# A swapped action has columns that only its project knows, and an admin of its own.
if not Action._meta.swapped:
    admin.site.register(Action, ActionAdmin)
