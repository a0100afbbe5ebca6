"""What `track()` may be told of a model, and why it could not be carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from .exceptions import InvalidAction
from .validation import require_verb

Getter = str | Callable[[Any], Any]


@dataclass(frozen=True)
class Options:
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

    def verbs(self) -> list[Any]:
        """The verbs that are logged."""
        verbs: list[Any] = [self.created, self.updated, self.deleted]
        for value in self.m2m.values():
            is_pair = isinstance(value, (tuple, list)) and len(value) == 2
            verbs += value if is_pair else [value]
        return [verb for verb in verbs if verb is not None]

    def through(self, name: str) -> Any:
        """The model between this one and that of a many-to-many field."""
        relation: Any = self.model._meta.get_field(name)
        return relation.remote_field.through

    def problems(self) -> Iterator[str]:
        """What is wrong with these options, in the order in which to put it right."""
        for name in ("actor", "target", "action_object", "data", "public", "when"):
            value = getattr(self, name)
            may_be_name = name in {"actor", "target", "action_object"}
            if not (value is None or callable(value) or (may_be_name and isinstance(value, str))):
                wanted = "the name of an attribute or a function" if may_be_name else "a function"
                yield f"{name} is {wanted}, not {value!r}"
        given: Any = self.m2m
        if not isinstance(given, Mapping):
            yield f"m2m is a dict, not {given!r}"
            return
        for field_name in given:
            try:
                self.through(field_name)
            except (AttributeError, FieldDoesNotExist):
                yield f"{field_name!r} is no many-to-many field of it"
        try:
            for verb in self.verbs():
                require_verb(verb)
        except InvalidAction as error:
            yield str(error).rstrip(".")

    def missing_attributes(self) -> list[str]:
        """Names of attributes that are given, but that neither a field nor the class has."""
        given = (self.actor, self.target, self.action_object)
        names = [value.partition(".")[0] for value in given if isinstance(value, str)]
        fields = {one.name for one in self.model._meta.get_fields()}
        return [name for name in names if name not in fields and not hasattr(self.model, name)]
