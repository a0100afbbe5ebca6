from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings as project_settings
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.related import lazy_related_operation
from django.db.models.signals import class_prepared
from django.utils.translation import gettext_lazy as _
from model_utils.fields import AutoCreatedField

from .conf import settings
from .exceptions import NoSuchEdge
from .managers import FollowQuerySet


class AbstractFollow(models.Model):
    """One node follows another. A concrete edge adds the foreign key `followee`.

    Every concrete edge receives the unique pair, the CHECK against following oneself where both
    ends are the same model, and an index per direction: see `constrain_edge`. An edge whose ends
    bear other names says so in `follower_field` and `followee_field`, and sets `follower = None`.
    """

    follower_field: ClassVar[str] = "follower"
    followee_field: ClassVar[str] = "followee"

    follower = models.ForeignKey(
        project_settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name=_("follower"),
        related_name="%(model_name)s_edges",
        db_index=False,  # the unique pair and the list index both start with it
    )
    created = AutoCreatedField(_("created"))

    objects = FollowQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return "{} → {}".format(*self.ends)

    @property
    def ends(self) -> tuple[Any, Any]:
        """Primary keys of follower and followee, whatever the ends are called. Costs no query."""
        start, end = self.end_fields()
        return getattr(self, start.attname), getattr(self, end.attname)

    @classmethod
    def end_fields(cls) -> tuple[models.ForeignKey[Any, Any], models.ForeignKey[Any, Any]]:
        """The foreign keys to follower and followee, whatever the ends are called."""
        start, end = map(cls._meta.get_field, (cls.follower_field, cls.followee_field))
        return start, end  # type: ignore[return-value]


def constrain_edge(sender: type[models.Model], **kwargs: Any) -> None:
    """Give a concrete edge the constraints and indexes that its ends call for.

    They cannot stand in the abstract Meta: the names of the ends differ from edge to edge, a
    child's own Meta would drop them, and whether an edge can loop depends on its two types.
    """
    if not issubclass(sender, AbstractFollow) or sender._meta.proxy or sender._meta.parents:
        return  # a proxy or a child of an edge has its parent's table, which is constrained already
    meta, start, end = sender._meta, sender.follower_field, sender.followee_field
    prefix = f"{meta.app_label}_{meta.model_name}"
    pair = models.UniqueConstraint(fields=[start, end], name=f"{prefix}_unique")
    lists = [models.Index(fields=[field, "-id"]) for field in (start, end)]
    for field, index in zip((start, end), lists, strict=True):
        name = f"{prefix}_{field}"
        if len(name) <= models.Index.max_name_length:
            index.name = name
        else:
            index.set_name_with_model(sender)
    # The migration writer only looks at options that the class is known to have set.
    meta.constraints = meta.original_attrs["constraints"] = [*meta.constraints, pair]
    meta.indexes = meta.original_attrs["indexes"] = [*meta.indexes, *lists]

    def refuse_loops(edge: Any, follower: Any, followee: Any) -> None:
        if follower._meta.concrete_model is followee._meta.concrete_model:
            condition = ~Q(**{start: F(end)})
            check = models.CheckConstraint(condition=condition, name=f"{prefix}_not_self")
            edge._meta.constraints.append(check)

    ends = (field.remote_field.model for field in sender.end_fields())
    lazy_related_operation(refuse_loops, sender, *ends)


# Here and not in ready(): edge models are prepared while models load.
class_prepared.connect(constrain_edge, dispatch_uid="django_follow.constrain_edge")


class Follow(AbstractFollow):
    """The stock edge: a user follows a user."""

    followee = models.ForeignKey(
        project_settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name=_("followee"),
        related_name="follower_edges",
        db_index=False,  # the list index starts with it
    )

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")


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
    if declares_accessors(user_model) or clashing_names(user_model, names):
        return
    field = AccessorField(
        "self",
        through=Follow,
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


def declares_accessors(user_model: type[models.Model]) -> bool:
    """Does the user model declare its own many-to-many through `Follow`?"""
    return any(
        field.remote_field.through in (Follow, "django_follow.Follow")
        for field in user_model._meta.local_many_to_many
    )


def clashing_names(user_model: type[models.Model], names: Iterable[str]) -> list[str]:
    """The accessor names that the user model, or a relation to it, uses for something else."""
    return [
        name
        for name in names
        if hasattr(user_model, name)
        and getattr(getattr(getattr(user_model, name), "rel", None), "through", None) is not Follow
    ]


lazy_related_operation(attach_accessors, Follow, project_settings.AUTH_USER_MODEL)


def edge_models() -> Iterator[tuple[type[AbstractFollow], list[type[models.Model] | None]]]:
    """Every edge model with the concrete models of its two ends."""
    for model in apps.get_models():
        if issubclass(model, AbstractFollow) and not model._meta.proxy and not model._meta.parents:
            yield model, [end.related_model._meta.concrete_model for end in model.end_fields()]


@lru_cache(maxsize=256)
def edge_model(follower: type[models.Model], followee: type[models.Model]) -> type[AbstractFollow]:
    """Return the edge model that joins two model classes, proxies included.

    Raises NoSuchEdge when there is none. Costs no query.
    """
    wanted = [follower._meta.concrete_model, followee._meta.concrete_model]
    for model, ends in edge_models():
        if ends == wanted:
            return model
    raise NoSuchEdge(
        f"{follower._meta.label} cannot follow {followee._meta.label}: no model joins them. "
        "Declare a subclass of django_follow.models.AbstractFollow with these two ends."
    )
