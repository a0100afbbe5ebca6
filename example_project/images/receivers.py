"""Keep Image.total_likes right, however the likes change, and no file without its picture."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.db.models.signals import m2m_changed, post_delete, pre_delete

from .models import Image

LIKES = Image.users_like.through


def connect() -> None:
    m2m_changed.connect(count_likes, sender=LIKES, dispatch_uid="images.count_likes")
    pre_delete.connect(
        take_likes_back, sender=settings.AUTH_USER_MODEL, dispatch_uid="images.take_likes_back"
    )
    post_delete.connect(delete_files, sender=Image, dispatch_uid="images.delete_files")


def count_likes(
    instance: Any, action: str, reverse: bool, pk_set: set[int] | None, using: str, **kwargs: Any
) -> None:
    """Lock the pictures before the change and count anew after it.

    `image.users_like` gives the picture as instance; `user.images_liked` gives the user, and
    then `pk_set` has the pictures, except for clear(), which names nothing.
    """
    moment, _, change = action.partition("_")
    images = Image._base_manager.using(using)
    if not reverse:
        keys = {instance.pk}
    elif change == "clear" and moment == "pre":
        keys = instance._images_to_recount = set(instance.images_liked.values_list("pk", flat=True))
    elif change == "clear":
        keys = instance.__dict__.pop("_images_to_recount")
    else:
        keys = pk_set or set()
    if moment == "pre":
        # In pk order, so that two members liking the same pictures cannot deadlock; counting
        # without the lock would miss what another open transaction adds.
        list(images.filter(pk__in=keys).order_by("pk").select_for_update().values_list("pk"))
    elif keys:
        rows = LIKES._base_manager.using(using).filter(image=OuterRef("pk")).order_by()
        number = rows.values("image").annotate(number=Count("pk")).values("number")  # type: ignore[misc]
        images.filter(pk__in=keys).update(total_likes=Coalesce(Subquery(number), 0))


def take_likes_back(instance: Any, **kwargs: Any) -> None:
    """A deleted member's likes go with them, but a cascade sends no m2m_changed."""
    instance.images_liked.clear()


def delete_files(instance: Image, using: str, **kwargs: Any) -> None:
    """The files go once it is certain that the picture has gone, whoever deleted it."""
    for file in (instance.image, instance.thumbnail):
        delete = partial(file.storage.delete, str(file.name))
        transaction.on_commit(delete, using=using, robust=True)
