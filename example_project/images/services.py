from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from .models import Image
from .signals import image_bookmarked, image_liked, image_unliked


@transaction.atomic
def bookmark(image: Image, file: ContentFile[bytes]) -> Image:
    """Save a new picture with its file, and say so to whoever listens."""
    image.image.save(str(file.name), file, save=False)
    image.save()
    image_bookmarked.send(sender=Image, image=image)
    return image


@transaction.atomic
def like(member: User, image: Image, *, at: datetime | None = None) -> bool:
    """Make a member like a picture; liking again is harmless. Returns whether it is new.

    Raises Image.DoesNotExist if it was deleted meanwhile, as do the others.
    """
    lock(image)
    if image.users_like.filter(pk=member.pk).exists():
        return False
    image.users_like.add(member)
    image_liked.send(sender=Image, image=image, member=member, at=at or timezone.now())
    return True


@transaction.atomic
def unlike(member: User, image: Image) -> None:
    """Take a like back. Harmless where there is none."""
    lock(image)
    if image.users_like.filter(pk=member.pk).exists():
        image.users_like.remove(member)
        image_unliked.send(sender=Image, image=image, member=member)


@transaction.atomic
def delete(image: Image) -> None:
    """Delete a picture."""
    lock(image)
    image.delete()


def lock(image: Image) -> None:
    """Take the picture before its likes: whoever goes the other way round can end in a deadlock."""
    Image.objects.select_for_update().get(pk=image.pk)
