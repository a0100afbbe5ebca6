from __future__ import annotations

from django.conf import settings
from django.db import models


class Profile(models.Model):
    """What a member shows of themselves, beside the stock user."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="profile", verbose_name="member"
    )
    photo = models.ImageField("photo", upload_to="people/", blank=True)
    bio = models.TextField("about me", max_length=500, blank=True)

    class Meta:
        verbose_name = "profile"
        verbose_name_plural = "profiles"

    def __str__(self) -> str:
        return f"Profile of {self.user}"
