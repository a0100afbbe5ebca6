from __future__ import annotations

from django.contrib import admin

from .models import Follow


@admin.register(Follow)
class FollowAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("follower", "followee", "created")
    list_select_related = ("follower", "followee")
    raw_id_fields = ("follower", "followee")
    show_full_result_count = False
