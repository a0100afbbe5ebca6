from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings as project_settings
from django.db import models, router, transaction
from django.db.models import F, Q
from django.db.models.fields.related import lazy_related_operation
from django.db.models.signals import class_prepared
from django.utils.translation import gettext_lazy as _
from model_utils.fields import AutoCreatedField

from .exceptions import NoSuchEdge
from .managers import FollowQuerySet, PairQuerySet


class AbstractPair(models.Model):
    """Something between two nodes, of which each pair has one at most.

    Every concrete pair receives the unique constraint, the CHECK against a pair of one and the
    same where both ends are the same model, and an index per direction: see `constrain_pair`.
    """

    created = AutoCreatedField(_("created"))

    objects: ClassVar[Any] = PairQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return "{} → {}".format(*self.ends)

    @classmethod
    def end_names(cls) -> tuple[str, str]:
        """Names of the two foreign keys, from where to where."""
        raise NotImplementedError(f"{cls.__name__} must name its two ends.")

    @classmethod
    def end_fields(cls) -> tuple[models.ForeignKey[Any, Any], models.ForeignKey[Any, Any]]:
        """The two foreign keys, whatever they are called."""
        start, end = map(cls._meta.get_field, cls.end_names())
        return start, end  # type: ignore[return-value]

    @property
    def ends(self) -> tuple[Any, Any]:
        """Primary keys of the two ends, as the nodes have them. Costs no query."""
        start, end = (
            field.target_field.to_python(getattr(self, field.attname))
            for field in self.end_fields()
        )
        return start, end


class AbstractFollow(AbstractPair):
    """One node follows another. A concrete edge adds the foreign key `followee`.

    An edge whose ends bear other names says so in `follower_field` and `followee_field`, and sets
    `follower = None`. An edge whose nodes have integer fields for their counts names them in
    `following_count` (of the follower) and `followers_count` (of the followee).
    """

    follower_field: ClassVar[str] = "follower"
    followee_field: ClassVar[str] = "followee"
    following_count: ClassVar[str | None] = None
    followers_count: ClassVar[str | None] = None

    follower = models.ForeignKey(
        project_settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name=_("follower"),
        related_name="%(model_name)s_edges",
        db_index=False,  # the unique pair and the list index both start with it
    )

    objects: ClassVar[Any] = FollowQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def end_names(cls) -> tuple[str, str]:
        return cls.follower_field, cls.followee_field

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        """As Django's, in one transaction with the counts, which its signals keep."""
        using = kwargs.get("using") or router.db_for_write(type(self), instance=self)
        with transaction.atomic(using=using, savepoint=False):
            super().save_base(*args, **kwargs)

    def delete(self, using: Any = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        """Delete the edge; the counts of its nodes follow. Costs as `FollowQuerySet.delete`."""
        if self.pk is None or keep_parents:
            return super().delete(using=using, keep_parents=keep_parents)
        database = using or router.db_for_write(type(self), instance=self)
        deleted = FollowQuerySet(type(self), using=database).filter(pk=self.pk).delete()
        self.pk = None
        return deleted


def constrain_pair(sender: type[models.Model], **kwargs: Any) -> None:
    """Give a concrete pair the constraints and indexes that its ends call for.

    They cannot stand in the abstract Meta: the names of the ends differ from model to model, a
    child's own Meta would drop them, and whether a pair can loop depends on its two types.
    """
    if not issubclass(sender, AbstractPair) or sender._meta.proxy or sender._meta.parents:
        return  # a proxy or a child of a pair has its parent's table, which is constrained already
    meta, (start, end) = sender._meta, sender.end_names()
    prefix = f"{meta.app_label}_{meta.model_name}"
    unique = models.UniqueConstraint(fields=[start, end], name=f"{prefix}_unique")
    lists = [models.Index(fields=[field, "-id"]) for field in (start, end)]
    for field, index in zip((start, end), lists, strict=True):
        name = f"{prefix}_{field}"
        if len(name) <= models.Index.max_name_length:
            index.name = name
        else:
            index.set_name_with_model(sender)
    # The migration writer only looks at options that the class is known to have set.
    meta.constraints = meta.original_attrs["constraints"] = [*meta.constraints, unique]
    meta.indexes = meta.original_attrs["indexes"] = [*meta.indexes, *lists]

    def refuse_loops(pair: Any, one: Any, other: Any) -> None:
        if one._meta.concrete_model is other._meta.concrete_model:
            condition = ~Q(**{start: F(end)})
            check = models.CheckConstraint(condition=condition, name=f"{prefix}_not_self")
            pair._meta.constraints.append(check)

    ends = (field.remote_field.model for field in sender.end_fields())
    lazy_related_operation(refuse_loops, sender, *ends)


# Here and not in ready(): models are prepared while they load.
class_prepared.connect(constrain_pair, dispatch_uid="django_follow.constrain_pair")


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
