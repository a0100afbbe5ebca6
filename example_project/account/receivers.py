from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete

from .models import Profile


def connect() -> None:
    post_delete.connect(delete_photo, sender=Profile, dispatch_uid="account.delete_photo")


def delete_photo(instance: Profile, using: str, **kwargs: Any) -> None:
    """The photo goes once it is certain that the member has gone."""
    if photo := instance.photo:
        delete = partial(photo.storage.delete, str(photo.name))
        transaction.on_commit(delete, using=using, robust=True)
