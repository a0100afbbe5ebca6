"""Whose views do not count: VIEWCOUNT_EXCLUDE and VIEWCOUNT_OWNER_FIELD."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import models
from django.http import HttpRequest
from django.utils.module_loading import import_string

from .conf import settings
from .users import signed_in_user

FLAGS = {"staff": "is_staff", "superusers": "is_superuser"}
GROUP = "group:"


class Rules(NamedTuple):
    """VIEWCOUNT_EXCLUDE, sorted by what its rules ask for."""

    flags: dict[str, str]
    """Attributes of a user, by rule."""
    functions: dict[str, Callable[[HttpRequest, models.Model | None], bool]]
    groups: tuple[str, ...]


def exclusion(request: HttpRequest, obj: models.Model | None) -> str | None:
    """Return the rule of VIEWCOUNT_EXCLUDE that a request falls under, or None.

    Rules about users fetch the user of a request that carries a session cookie; all groups
    together cost one query per request, for a user to whom no other rule applies. Raises
    ImproperlyConfigured for a rule that there is not.
    """
    listed = settings.exclude
    if not listed:
        return None
    rules = _rules(tuple(listed))
    user = None
    if rules.flags or rules.groups:
        user = signed_in_user(request, fetch=True)
    if user is not None:
        for rule, flag in rules.flags.items():
            if getattr(user, flag, False):
                return rule
    for rule, applies in rules.functions.items():
        if applies(request, obj):
            return rule
    if user is not None and rules.groups and hasattr(user, "groups"):
        return _group_rule(request, user, rules.groups)
    return None


def _group_rule(request: HttpRequest, user: Any, names: tuple[str, ...]) -> str | None:
    # A request that counts many objects asks once: the answer stays with the request.
    known = request.__dict__.setdefault("_viewcount_groups", {})
    place = (user.pk, names)
    if place not in known:
        groups = user.groups.filter(name__in=names).order_by("name")
        known[place] = groups.values_list("name", flat=True).first()
    return None if known[place] is None else f"{GROUP}{known[place]}"


def owner_field(request: HttpRequest, obj: models.Model | None) -> str | None:
    """Return the field that names the user of a request as the owner of an object, or None.

    Fetches the user of a request that carries a session cookie. Costs no other query, unless the
    field is deferred.
    """
    field = settings.owner_field
    if field is None or obj is None:
        return None
    model = type(obj)
    name = field if isinstance(field, str) else _named(field, model)
    columns = None if name is None else _columns(model, name)
    if columns is None or (user := signed_in_user(request, fetch=True)) is None:
        return None
    owner = getattr(obj, columns[0])
    return name if owner is not None and owner == getattr(user, columns[1], None) else None


def _named(fields: Mapping[str, str], model: type[models.Model]) -> str | None:
    """The field of a model, or of the one it is a proxy or child of."""
    labels = (base._meta.label for base in model.__mro__ if hasattr(base, "_meta"))
    return next((fields[label] for label in labels if label in fields), None)


@lru_cache(maxsize=256)
def _columns(model: type[models.Model], name: str) -> tuple[str, str] | None:
    """The attributes of object and user to compare, or None if the field leads to no user."""
    try:
        field: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    if not isinstance(field, models.Field):
        return None
    if not field.is_relation:
        # The key of a user is their own; that of anything else is the same as theirs by chance.
        is_key_of_other = field.primary_key and not _is_user(model)
        return None if is_key_of_other else (field.attname, "pk")
    if not isinstance(field, models.ForeignKey):
        return None
    if not _is_user(field.remote_field.model):
        return None
    return field.attname, field.target_field.attname


def _is_user(model: Any) -> bool:
    return issubclass(get_user_model(), model._meta.concrete_model)


@lru_cache(maxsize=8)
def _rules(listed: tuple[Any, ...]) -> Rules:
    flags, functions, groups = {}, {}, []
    for rule in listed:
        if callable(rule):
            functions[getattr(rule, "__qualname__", repr(rule))] = rule
        elif rule in FLAGS:
            flags[rule] = FLAGS[rule]
        elif rule.startswith(GROUP):
            groups.append(rule.removeprefix(GROUP))
        else:
            functions[rule] = _function(rule)
    return Rules(flags, functions, tuple(groups))


def _function(rule: str) -> Any:
    try:
        function = import_string(rule)
    except ImportError as error:
        raise ImproperlyConfigured(f"VIEWCOUNT_EXCLUDE has {rule!r}: {error}") from error
    if not callable(function):
        raise ImproperlyConfigured(f"VIEWCOUNT_EXCLUDE has {rule!r}, which cannot be called.")
    return function


def problems() -> Iterator[str]:
    """Say what is wrong with VIEWCOUNT_EXCLUDE and VIEWCOUNT_OWNER_FIELD, for the system check."""
    listed: Any = settings.exclude
    if isinstance(listed, (list, tuple)):
        for rule in listed:
            if not isinstance(rule, str) and not callable(rule):
                yield f"VIEWCOUNT_EXCLUDE has {rule!r}."
                continue
            try:
                _rules((rule,))
            except ImproperlyConfigured as error:
                yield str(error)
    else:
        yield f"VIEWCOUNT_EXCLUDE is {listed!r}."
    yield from _owner_problems(settings.owner_field)


def _owner_problems(field: Any) -> Iterator[str]:
    if isinstance(field, str):
        if not any(_columns(model, field) for model in apps.get_models()):
            yield f"VIEWCOUNT_OWNER_FIELD is {field!r}: no model has this field for a user."
    elif isinstance(field, Mapping):
        for label, name in field.items():
            try:
                model: type[models.Model] = apps.get_model(label)
            except (LookupError, ValueError, AttributeError) as error:
                yield f"VIEWCOUNT_OWNER_FIELD has {label!r}: {error}"
                continue
            if label != model._meta.label:
                yield f"VIEWCOUNT_OWNER_FIELD has {label!r}: write {model._meta.label!r}."
            elif not isinstance(name, str) or _columns(model, name) is None:
                yield f"VIEWCOUNT_OWNER_FIELD has {label!r}: {name!r} is no field for a user."
    elif field is not None:
        yield f"VIEWCOUNT_OWNER_FIELD is {field!r}."
