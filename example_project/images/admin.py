from __future__ import annotations

from django.contrib import admin

from django_viewcount.admin import ViewCountAdminMixin

from .models import Image


@admin.register(Image)
class ImageAdmin(ViewCountAdminMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "user", "created", "total_likes")
    list_filter = ("created",)
    list_select_related = ("user",)
    raw_id_fields = ("user", "users_like")
    readonly_fields = ("slug", "created", "total_likes")
    search_fields = ("title", "description", "user__username")
    show_full_result_count = False
