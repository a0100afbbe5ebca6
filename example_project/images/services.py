from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from .models import Image
from .signals import image_bookmarked, image_liked


@transaction.atomic
def bookmark(image: Image, file: ContentFile[bytes]) -> Image:
    """Save a new picture with its file, and say so to whoever listens."""
    image.image.save(str(file.name), file, save=False)
    image.save()
    image_bookmarked.send(sender=Image, image=image)
    return image


@transaction.atomic
def like(member: User, image: Image, *, at: datetime | None = None) -> bool:
    """Make a member like a picture; liking again is harmless. Returns whether it is new."""
    if image.users_like.filter(pk=member.pk).exists():
        return False
    image.users_like.add(member)
    image_liked.send(sender=Image, image=image, member=member, at=at or timezone.now())
    return True


def unlike(member: User, image: Image) -> None:
    """Take a like back. Harmless where there is none."""
    image.users_like.remove(member)
