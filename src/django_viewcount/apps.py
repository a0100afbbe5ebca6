from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class ViewCountConfig(AppConfig):
    name = "django_viewcount"
    verbose_name = _("View counts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import receivers
        from .checks import check_backend, check_settings

        register(check_settings)
        register(check_backend)
        receivers.connect()
