from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class FollowConfig(AppConfig):
    name = "django_follow"
    verbose_name = _("Follows")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from .checks import check_accessors, check_counts, check_edges, check_settings
        from .receivers import connect

        connect()
        register(check_settings)
        register(check_accessors)
        register(check_edges)
        register(check_counts)
