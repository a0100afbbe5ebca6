from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models


class Member(AbstractUser):
    """A custom user model with a UUID key and columns for the counts of follows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    following_count = models.IntegerField(default=0)
    followers_count = models.IntegerField(default=0)

    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"
