from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from .models import Profile
from .signals import registered


@transaction.atomic
def register(
    member: User,
    *,
    bio: str = "",
    photo: ContentFile[bytes] | None = None,
    at: datetime | None = None,
) -> User:
    """Save a new member with their profile, and say so to whoever listens."""
    member.date_joined = at or timezone.now()
    member.save()
    profile = Profile(user=member, bio=bio)
    if photo is not None:
        profile.photo.save(f"{member.pk}-{photo.name}", photo, save=False)
    profile.save()
    registered.send(sender=User, member=member)
    return member
