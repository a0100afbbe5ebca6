from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class ActivityConfig(AppConfig):
    name = "django_activity"
    verbose_name = _("Activity")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import tracking
        from .checks import check_action_model, check_settings, check_tracking, check_verbs

        for check in (check_settings, check_action_model, check_tracking, check_verbs):
            register(check)
        tracking.connect()
