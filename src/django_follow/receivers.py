"""What Django tells of edges and their nodes, and what it means for counts and signals."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.apps import apps
from django.db import connections, models, transaction
from django.db.models.signals import post_save, pre_delete, pre_save

from . import changes, counting
from .edges import AbstractFollow, edge_models
from .managers import FollowQuerySet


def connect() -> None:
    """Listen to every edge model and to whatever takes edges along when it is deleted.

    Nothing listens to the deletion of edges: then Django would fetch them before it deletes them.
    Other models keep their fast deletes.
    """
    concerned = {field.related_model._meta.concrete_model for field, _ in cascading_keys()}
    for model in apps.get_models():
        if issubclass(model, AbstractFollow):
            pre_save.connect(before_save, sender=model, dispatch_uid="django_follow.before_save")
            post_save.connect(after_save, sender=model, dispatch_uid="django_follow.after_save")
        if model._meta.concrete_model in concerned:
            pre_delete.connect(
                take_edges_along, sender=model, dispatch_uid="django_follow.take_edges_along"
            )
    for edge, _ in edge_models():
        for counter in counting.counters(edge):
            post_save.connect(
                after_loading_node,
                sender=counter.model,
                dispatch_uid="django_follow.after_loading_node",
            )


def cascading_keys() -> list[tuple[Any, type[AbstractFollow]]]:
    """Foreign keys of edges through which a deletion reaches them, with the edge model."""
    cascades = {models.CASCADE, getattr(models, "DB_CASCADE", models.CASCADE)}  # from Django 6.1 on
    return [
        (field, edge)
        for edge, _ in edge_models()
        for field in edge._meta.local_fields
        if getattr(field.remote_field, "on_delete", None) in cascades
    ]


def before_save(sender: Any, instance: Any, raw: bool, using: str, **kwargs: Any) -> None:
    """Remember what a saved edge joined before, in case it is given other ends."""
    if instance._state.adding and not raw:
        counting.lock_nodes(sender, [instance.ends], using)
    update_fields = kwargs.get("update_fields")
    names = {name for field in sender.end_fields() for name in (field.name, field.attname)}
    if instance.pk is not None and (update_fields is None or names.intersection(update_fields)):
        edges: FollowQuerySet[Any] = FollowQuerySet(_root(sender), using=using)
        # A transaction is there already, unless a fixture is loaded outside of one.
        with transaction.atomic(using=using, savepoint=False):
            instance._before = edges.filter(pk=instance.pk).select_for_update().first()


def after_save(
    sender: Any, instance: Any, created: bool, raw: bool, using: str, **kwargs: Any
) -> None:
    """Count a new edge, or one that has been given other ends. Fixtures are no exception."""
    before = instance.__dict__.pop("_before", None)
    if raw and sender._meta.concrete_model is not _root(sender):
        return  # the row of a child, in a table of its own; its parent has been loaded as well
    if before is None and created:
        changes.asked(instance)
        changes.added(sender, [instance], using)
    elif before is not None and before.ends != instance.ends:
        changes.removed(sender, [before], using)
        changes.added(sender, [instance], using)


def _root(edge_class: type[AbstractFollow]) -> Any:
    """The edge model itself, of which this may be a proxy or a child."""
    return edge_class.end_fields()[0].model


def take_edges_along(sender: Any, instance: Any, using: str, **kwargs: Any) -> None:
    """A node is about to be deleted: its edges go first, and the other nodes are recounted.

    No edge may come after, for the deletion would take it along uncounted: the locked node sees to
    that. MySQL and MariaDB share the node with a new edge from its INSERT on, so it is locked first
    there; PostgreSQL only while the edge is committed, which waits for no count any more. Costs one
    SELECT per edge model, and when there are edges, their DELETE and the statement for the counts;
    with locks one for the node, and on PostgreSQL one more per edge model and one for the counts.
    """
    connection, model = connections[using], instance._meta.concrete_model
    node: models.QuerySet[Any] = models.QuerySet(model, using=using).filter(pk=instance.pk)
    if connection.vendor == "mysql":
        list(node.select_for_update().values_list("pk"))
        _take_edges(instance, using)
    elif connection.features.has_select_for_update:
        _take_edges(instance, using, hold=True)
        list(node.select_for_update().values_list("pk"))
        _take_edges(instance, using)
    else:
        _take_edges(instance, using)


def _take_edges(instance: Any, using: str, *, hold: bool = False) -> None:
    """Remove the edges of a node. Locked, they are really there: nobody else has uncounted them."""
    by_edge: dict[type[AbstractFollow], models.Q] = {}
    for field, edge in cascading_keys():
        if instance._meta.concrete_model is field.related_model._meta.concrete_model:
            reached = models.Q(**{field.name: instance})
            by_edge[edge] = by_edge.get(edge, models.Q()) | reached
    for edge, reached in by_edge.items():
        rows: FollowQuerySet[Any] = FollowQuerySet(edge, using=using)
        edges = rows.filter(reached).locked()
        if hold:
            counting.hold(edge, [edge.ends for edge in edges], using, instance)
        if edges:
            changes.remove(edge, edges, using, departing=copy(instance))


def after_loading_node(sender: Any, instance: Any, raw: bool, using: str, **kwargs: Any) -> None:
    """A fixture brings counts of another time: the edges that are here decide."""
    if raw:
        for edge, _ in edge_models():
            if any(isinstance(instance, counter.model) for counter in counting.counters(edge)):
                with transaction.atomic(using=using, savepoint=False):
                    counting.recount(edge, [instance.pk], using)
