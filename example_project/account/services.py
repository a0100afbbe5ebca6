from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from django_follow.api import accept
from django_follow.exceptions import FollowError
from django_follow.models import FollowRequest

from .models import Profile
from .signals import registered


@transaction.atomic
def register(
    member: User,
    *,
    bio: str = "",
    photo: ContentFile[bytes] | None = None,
    private: bool = False,
    at: datetime | None = None,
) -> User:
    """Save a new member with their profile, and say so to whoever listens."""
    member.date_joined = at or timezone.now()
    member.save()
    profile = Profile(user=member, bio=bio, private=private)
    if photo is not None:
        profile.photo.save(f"{member.pk}-{photo.name}", photo, save=False)
    profile.save()
    registered.send(sender=User, member=member)
    return member


def accept_all(member: User) -> None:
    """Let everybody follow who has asked to: a member who is not private any more has no say.

    The request of one who must not follow, such as one who follows too many, stays.
    """
    for request in FollowRequest.objects.to(member).select_related("follower", "followee"):
        with suppress(FollowError):
            accept(request)
