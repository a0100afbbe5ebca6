from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Profile(models.Model):
    """What a member shows of themselves, beside the stock user."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="profile", verbose_name=_("member")
    )
    photo = models.ImageField(_("photo"), upload_to="people/", blank=True)
    bio = models.TextField(_("about me"), max_length=500, blank=True)
    private = models.BooleanField(
        _("private"),
        default=False,
        help_text=_("Only those whom you let follow you see your pictures and what you do."),
    )

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")

    def __str__(self) -> str:
        return gettext("Profile of %(member)s") % {"member": self.user}
