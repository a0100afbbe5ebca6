"""Models whose changes are logged by themselves."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import partial
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models, router
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete

from .conf import settings
from .context import current_actor, is_tracking
from .managers import ActionQuerySet
from .models import AbstractAction, get_action_model
from .options import Getter, Options
from .recording import log, log_many
from .retracting import delete

# Before Django 6.1 signals do not say that relations come from a fixture, so the instance does.
FROM_FIXTURE = "_django_activity_from_fixture"

logger = logging.getLogger("django_activity")


class Tracked(Options):
    """What `track()` was told of one model, and the receivers that do it."""

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
        vars(instance)[FROM_FIXTURE] = raw
        if verb and not raw and self.wants(instance):
            log(**self.entry(instance, verb), using=_database(instance))

    def removed(self, instance: Any, **kwargs: Any) -> None:
        # Before the deletion: it may take the actor along, and then clears this action's, too.
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
        raw = raw or vars(instance).get(FROM_FIXTURE, False)
        if raw or not verb or action not in {"post_add", "pre_remove", "pre_clear"}:
            return
        relation: Any = self.model._meta.get_field(name)
        other: Any = self.model if reverse else relation.related_model
        others = other._base_manager.using(using).order_by("pk")
        if pk_set is not None:
            others = others.filter(pk__in=pk_set)
        if action != "post_add":  # only now is it known what is there to be removed
            ends = [relation.m2m_field_name(), relation.m2m_reverse_field_name()]
            here, there = reversed(ends) if reverse else ends
            through = relation.remote_field.through._base_manager.using(using)
            linked = through.filter(**{here: instance}).values(f"{there}__pk")
            others = others.filter(pk__in=linked)
        pairs = [(item, instance) if reverse else (instance, item) for item in others]
        entries = [self._pair(owner, item, verb) for owner, item in pairs if self.wants(owner)]
        if entries:
            log_many(entries, using=_database(instance))

    def _pair(self, owner: models.Model, item: models.Model, verb: str) -> dict[str, Any]:
        """Users do with things what is done; a thing is put to another by whoever acts."""
        entry = self.entry(owner, verb)
        actor_model: Any = get_action_model()._meta.get_field("actor").related_model
        if isinstance(owner, actor_model):
            return entry | {"actor": owner, "target": item}
        if isinstance(item, actor_model):
            return entry | {"actor": item}
        return entry | {"action_object": item}


_tracked: dict[type[models.Model], Tracked] = {}


def track(model: type[models.Model] | str, **options: Any) -> None:
    """Log an action whenever an instance of this model is saved, deleted or related.

    `created`, `updated` and `deleted` are the verbs; what has none is not logged. `m2m` maps the
    name of a many-to-many field to the verb of adding, or to a pair of those of adding and
    removing. Where one end is a user, the user is the actor and the other end the target; else
    what was added is the action object. `actor` names the attribute with the actor, by default
    whoever `acting_as()` or the middleware says. `target`, by default the instance, and
    `action_object` name attributes too. A dotted path leads on; a function is given the instance.
    `data(instance)`, `public(instance)` and `when(instance)` are functions.

    Call it in `AppConfig.ready()`, or write ACTIVITY_TRACK. The model may be named by
    "app_label.ModelName". Its proxies are tracked with it. To track it twice in the same way is
    fine. Fixtures are not logged; neither are `bulk_create()` and `QuerySet.update()`, for which
    Django sends no signals. Raises ImproperlyConfigured for an unknown option, model or field, or
    for a model that is tracked already, differently. Each change costs what `log()` costs, a change
    of a many-to-many field one query more and what `log_many()` costs.
    """
    _listen(describe(model, options))


def _listen(tracked: Tracked) -> None:
    for sender in _with_proxies(tracked.model):
        _tracked[sender] = tracked
        name = f"django_activity.track.{sender._meta.label}"
        if tracked.created or tracked.updated or tracked.m2m:
            post_save.connect(tracked.saved, sender, weak=False, dispatch_uid=name)
        if tracked.deleted:
            pre_delete.connect(tracked.removed, sender, weak=False, dispatch_uid=name)
    for field_name in tracked.m2m:
        m2m_changed.connect(
            partial(tracked.related, field_name),
            tracked.through(field_name),
            weak=False,
            dispatch_uid=f"django_activity.track.{tracked.model._meta.label}.{field_name}",
        )


def describe(model: Any, options: Any) -> Tracked:
    """What `track()` is told, when it can be carried out. Raises ImproperlyConfigured."""
    model = model if isinstance(model, type) else _model_named(model)
    label, names = model._meta.label, {option.name for option in fields(Tracked)} - {"model"}
    if not isinstance(options, Mapping) or not options.keys() <= names:
        raise ImproperlyConfigured(
            f"Cannot track {label}: its options are a dict with any of "
            f"{', '.join(sorted(names))}, not {options!r}."
        )
    tracked = Tracked(model, **options)
    for problem in tracked.problems():
        raise ImproperlyConfigured(f"Cannot track {label}: {problem}.")
    for sender in _with_proxies(model):
        if _tracked.get(sender, tracked) != tracked:
            raise ImproperlyConfigured(f"{sender._meta.label} is tracked already, differently.")
    return tracked


def tracked_models() -> list[Tracked]:
    """What is tracked; proxies are told with their model."""
    return list({id(tracked): tracked for tracked in _tracked.values()}.values())


def untrack(model: type[models.Model]) -> None:
    """Undo `track()`, if this model is tracked."""
    for sender in _with_proxies(model):
        tracked = _tracked.pop(sender, None)
        if tracked is None:
            continue
        name = f"django_activity.track.{sender._meta.label}"
        for signal in (post_save, pre_delete):
            signal.disconnect(sender=sender, dispatch_uid=name)
        for field_name in tracked.m2m:
            m2m_changed.disconnect(
                sender=tracked.through(field_name), dispatch_uid=f"{name}.{field_name}"
            )


def connect() -> None:
    """Listen to the models of ACTIVITY_TRACK, and to those whose deletion takes actions along.

    What cannot be listened to is logged, and is an error of `manage.py check`.
    """
    given: Any = settings.track
    tracked = given if isinstance(given, Mapping) else {}
    policies: Any = settings.on_target_delete
    if isinstance(policies, Mapping):
        cascading = [label for label, policy in policies.items() if policy == "cascade"]
    else:
        cascading = list(_all_models()) if policies == "cascade" else []
    steps: list[partial[None]] = [partial(_cascade_named, label) for label in cascading]
    steps += [partial(_listen_to, label, options) for label, options in tracked.items()]
    for step in steps:
        try:
            step()
        except ImproperlyConfigured as error:
            # No reason for the whole site to stay down.
            logger.error("%s", error)


def _all_models() -> Iterator[str]:
    """Everything that an action may be about."""
    for model in apps.get_models():
        own = model._meta.app_label == "django_activity" or issubclass(model, AbstractAction)
        if not own and not model._meta.proxy:
            yield model._meta.label


def _cascade_named(label: Any) -> None:
    cascade(_model_named(label))


def _listen_to(label: Any, options: Any) -> None:
    _listen(describe(label, options))


def _model_named(label: Any) -> type[models.Model]:
    try:
        return apps.get_model(label)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ImproperlyConfigured(
            f"Cannot track {label!r}: it is not a model of an installed app."
        ) from error


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
    proxies = [
        other
        for other in apps.get_models()
        if other._meta.concrete_model is concrete and issubclass(other, model)
    ]
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
