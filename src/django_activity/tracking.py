"""Models whose changes are logged by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import models, router
from django.db.models.signals import m2m_changed, post_delete, post_save

from .conf import settings
from .context import current_actor, is_tracking
from .managers import ActionQuerySet
from .models import get_action_model
from .recording import log, log_many
from .retracting import delete

Getter = str | Callable[[Any], Any]


@dataclass(frozen=True)
class Tracked:
    """What `track()` was told of one model."""

    model: type[models.Model]
    created: str | None = None
    updated: str | None = None
    deleted: str | None = None
    m2m: Mapping[str, str | tuple[str | None, str | None]] = field(default_factory=dict)
    actor: Getter | None = None
    target: Getter | None = None
    action_object: Getter | None = None
    data: Callable[[Any], dict[str, Any]] | None = None
    public: Callable[[Any], bool] | None = None
    when: Callable[[Any], bool] | None = None

    def entry(self, instance: models.Model, verb: str) -> dict[str, Any]:
        """What `log()` is called with."""
        return {
            "actor": current_actor() if self.actor is None else _get(instance, self.actor),
            "verb": verb,
            "target": instance if self.target is None else _get(instance, self.target),
            "action_object": _get(instance, self.action_object),
            "data": None if self.data is None else self.data(instance),
            "public": self.public is None or self.public(instance),
        }

    def wants(self, instance: models.Model) -> bool:
        return is_tracking() and (self.when is None or self.when(instance))

    def saved(self, instance: Any, created: bool, raw: bool = False, **kwargs: Any) -> None:
        verb = self.created if created else self.updated
        if verb and not raw and self.wants(instance):
            log(**self.entry(instance, verb), using=_database(instance))

    def removed(self, instance: Any, **kwargs: Any) -> None:
        if self.deleted and self.wants(instance):
            log(**self.entry(instance, self.deleted), using=_database(instance))

    def related(
        self,
        name: str,
        instance: Any,
        action: str,
        reverse: bool,
        pk_set: set[Any] | None,
        using: str,
        raw: bool = False,
        **kwargs: Any,
    ) -> None:
        """A receiver of `m2m_changed`; `instance` is on either side of the relation."""
        verbs = self.m2m[name]
        added, gone = (verbs, None) if isinstance(verbs, str) else verbs
        verb = added if action == "post_add" else gone
        if raw or not verb or action not in {"post_add", "post_remove", "pre_clear"}:
            return
        relation: Any = self.model._meta.get_field(name)
        other: Any = self.model if reverse else relation.related_model
        if pk_set is None:  # only now is it known what is going to be cleared
            accessor = relation.remote_field.get_accessor_name() if reverse else name
            others = list(getattr(instance, accessor).all())
        else:
            others = list(other._base_manager.using(using).filter(pk__in=pk_set).order_by("pk"))
        pairs = [(item, instance) if reverse else (instance, item) for item in others]
        entries = [self._pair(owner, item, verb) for owner, item in pairs if self.wants(owner)]
        if entries:
            log_many(entries, using=_database(instance))

    def _pair(self, owner: models.Model, item: models.Model, verb: str) -> dict[str, Any]:
        """Users who come to or leave an object do so themselves; other things are put to it."""
        entry = self.entry(owner, verb)
        actor_model: Any = get_action_model()._meta.get_field("actor").related_model
        if isinstance(item, actor_model):
            return entry | {"actor": item}
        return entry | {"action_object": item}


def track(model: type[models.Model] | str, **options: Any) -> None:
    """Log an action whenever an instance of this model is saved, deleted or related.

    `created`, `updated` and `deleted` are the verbs; what has none is not logged. `m2m` maps the
    name of a many-to-many field to the verb of adding, or to a pair of those of adding and
    removing: for a relation to users the user is the actor, for any other what was added is the
    action object. `actor` names the attribute with the actor, by default whoever `acting_as()` or
    the middleware says. `target`, by default the instance, and `action_object` name attributes too.
    A dotted path leads on; a function is given the instance. `data(instance)`, `public(instance)`
    and `when(instance)` are functions.

    Call it in `AppConfig.ready()`, or write ACTIVITY_TRACK. The model may be named by
    "app_label.ModelName". Its proxies are tracked with it. Fixtures are not logged; neither are
    `bulk_create()` and `QuerySet.update()`, for which Django sends no signals. Raises
    ImproperlyConfigured for an unknown option, model or field. Each change costs what `log()`
    costs, a change of a many-to-many field one query more and what `log_many()` costs.
    """
    if isinstance(model, str):
        try:
            model = apps.get_model(model)
        except (LookupError, ValueError) as error:
            raise ImproperlyConfigured(f"Cannot track {model!r}: {error}.") from error
    try:
        tracked = Tracked(model, **options)
    except TypeError as error:
        raise ImproperlyConfigured(f"Cannot track {model._meta.label}: {error}.") from error
    for sender in _with_proxies(model):
        name = f"django_activity.track.{sender._meta.label}"
        if tracked.created or tracked.updated:
            post_save.connect(tracked.saved, sender, weak=False, dispatch_uid=name)
        if tracked.deleted:
            post_delete.connect(tracked.removed, sender, weak=False, dispatch_uid=name)
    for field_name in tracked.m2m:
        try:
            relation: Any = model._meta.get_field(field_name)
            through = relation.remote_field.through
        except (FieldDoesNotExist, AttributeError) as error:
            raise ImproperlyConfigured(
                f"Cannot track {model._meta.label}: {field_name!r} is no many-to-many field of it."
            ) from error
        m2m_changed.connect(
            partial(tracked.related, field_name),
            through,
            weak=False,
            dispatch_uid=f"django_activity.track.{model._meta.label}.{field_name}",
        )


def connect() -> None:
    """Listen to the models of ACTIVITY_TRACK, and to those whose deletion takes actions along."""
    policies = settings.on_target_delete
    labels = policies if isinstance(policies, Mapping) else dict.fromkeys(settings.track, policies)
    for label, policy in labels.items():
        if policy == "cascade":
            cascade(apps.get_model(label))
    for label, options in settings.track.items():
        track(label, **options)


def cascade(model: type[models.Model]) -> None:
    """Delete the actions of every instance that is deleted, as long as the policy says so."""
    for sender in _with_proxies(model):
        name = f"django_activity.cascade.{sender._meta.label}"
        post_delete.connect(_delete_actions, sender, dispatch_uid=name)


def _delete_actions(instance: models.Model, **kwargs: Any) -> None:
    if settings.delete_policy(instance._meta.concrete_model._meta.label_lower) != "cascade":  # type: ignore[union-attr]
        return
    actions: ActionQuerySet[Any] = ActionQuerySet(get_action_model(), using=_database(instance))
    for role in ("target", "action_object"):
        delete(actions.filter(actions.pointing_at(role, instance)))


def _with_proxies(model: type[models.Model]) -> list[type[models.Model]]:
    concrete = model._meta.concrete_model
    proxies = [m for m in apps.get_models() if m._meta.proxy and m._meta.concrete_model is concrete]
    return list(dict.fromkeys([model, *proxies]))


def _get(instance: Any, getter: Getter | None) -> Any:
    if getter is None:
        return None
    if callable(getter):
        return getter(instance)
    for name in getter.split("."):
        instance = getattr(instance, name)
    return instance


def _database(instance: models.Model) -> str:
    """Where the project keeps actions about this instance: by default, where the instance is."""
    return router.db_for_write(get_action_model(), instance=instance)
