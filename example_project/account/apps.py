from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountConfig(AppConfig):
    name = "account"
    verbose_name = _("Members")

    def ready(self) -> None:
        from django.contrib.auth.models import User

        from . import receivers

        receivers.connect()
        # The stock user calls itself by its username, and people call each other by their names.
        User.add_to_class("__str__", lambda user: user.get_full_name() or user.get_username())
