from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from .conf import settings


class AccessorField(models.ManyToManyField):  # type: ignore[type-arg]
    """A many-to-many that proxies and children of the user model do not receive copies of.

    They inherit the accessors as attributes; a copy would clash with the original.
    """

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False, **kwargs: Any
    ) -> None:
        if not getattr(self, "mti_inherited", False):
            super().contribute_to_class(cls, name, private_only=private_only, **kwargs)


def attach_accessors(edge: Any, user_model: Any) -> None:
    """Put `following` and `followers` on the user model, out of sight of its migrations.

    `private_only` keeps the whole ORM working and the field out of the migration state: the
    usual `add_to_class` makes `makemigrations` write into the user model's own app.
    """
    names = settings.user_attributes
    if names is None or not well_formed(names):
        return  # the second is a check's to report
    if declares_accessors(user_model, edge) or clashing_names(user_model, names, edge):
        return
    field = AccessorField(
        "self",
        through=edge,
        through_fields=("follower", "followee"),
        symmetrical=False,
        related_name=names[1],
        editable=False,  # a form with fields = "__all__" must not offer every user
        verbose_name=_("following"),
    )
    field.contribute_to_class(user_model, names[0], private_only=True)


def well_formed(names: Any) -> bool:
    """Are these two different names that attributes can bear?"""
    return (
        isinstance(names, (tuple, list))
        and len(names) == 2
        and all(isinstance(name, str) and name.isidentifier() for name in names)
        and names[0] != names[1]
    )


def declares_accessors(user_model: type[models.Model], edge: Any = None) -> bool:
    """Does the user model declare its own many-to-many through `Follow`?"""
    edge = edge or apps.get_model("django_follow.Follow")
    return any(
        field.remote_field.through in (edge, "django_follow.Follow")
        for field in user_model._meta.local_many_to_many
    )


def clashing_names(
    user_model: type[models.Model], names: Iterable[str], edge: Any = None
) -> list[str]:
    """The accessor names that the user model, or a relation to it, uses for something else."""
    edge = edge or apps.get_model("django_follow.Follow")
    return [
        name
        for name in names
        if hasattr(user_model, name)
        and getattr(getattr(getattr(user_model, name), "rel", None), "through", None) is not edge
    ]
