"""What a project declares of its verbs; a verb that nobody declared is plain text."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, TypeAlias

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from .conf import settings
from .exceptions import MissingData, UnknownVerb

__all__ = ["Verb", "get", "register", "registered", "unregister"]

GROUPINGS = ("actor", "target", "action_object")

Text: TypeAlias = str | Promise


@dataclass(frozen=True)
class Verb:
    """How actions with one verb are told, shown, de-duplicated and grouped."""

    name: str
    """The verb as it is stored and given to `log()`, at most 64 characters."""

    _: KW_ONLY

    text: Text = ""
    """The whole sentence, translatable: `_("%(actor)s likes %(target)s")`. It may name `actor`,
    `action_object`, `target` and the keys of the action's data."""

    group_text: Text = ""
    """The sentence of a group; it may name `actors`, `action_objects`, `targets`, `count`, and what
    `text` may name, which is then that of the newest action. With `ngettext_lazy(…, "count")` it
    has a singular and a plural."""

    template: str = ""
    """The template of an action, instead of the one that is named by the verb."""

    icon: str = ""
    """Anything that your templates show as an icon: a class name, a character."""

    window: float | None = None
    """Seconds in which the same action is logged once, instead of ACTIVITY_DEDUP_WINDOW."""

    group_by: str | Callable[[Any], Hashable] | None = None
    """What actions of a group share besides the verb: "target" ("Ann, Bo and 3 others liked X"),
    "actor" ("Ann liked 5 pictures"), "action_object", or a function from an action to a key. None
    leaves each alone."""

    as2_type: str = ""
    """The ActivityStreams 2.0 type, such as "Like"; without one, "Activity"."""

    required: tuple[str, ...] = ()
    """Keys that the data of every action must have."""

    @property
    def slug(self) -> str:
        """The verb in names of files and classes."""
        return slugify(self.name)


def fill(text: Text, values: Mapping[str, Any]) -> str:
    """A sentence as plain text, with these values in their places; a missing one is empty, or 0."""
    return str(text % _Lenient(values))


def fill_html(text: Text, values: Mapping[str, Any]) -> SafeString:
    """The same as HTML: escapes the text, and the values that are not safe."""
    # A plural is chosen when its number is put in, so the text can be escaped no earlier. Marks
    # stand for the other values meanwhile; no text can hold one.
    marks = {
        key: value if isinstance(value, (int, float)) else f"\x00{key}\x00"
        for key, value in values.items()
    }
    sentence: str = escape(fill(text, marks))
    for key, value in values.items():
        sentence = sentence.replace(f"\x00{key}\x00", conditional_escape(value))
    return mark_safe(sentence)  # noqa: S308 (every part of it is escaped)


class _Nothing(int):
    def __str__(self) -> str:
        return ""


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> _Nothing:
        return _Nothing()


_registry: dict[str, Verb] = {}


def register(*verbs: Verb) -> None:
    """Declare verbs; best called in `AppConfig.ready()`.

    To declare the same verb again is fine. Raises ImproperlyConfigured for two that differ, or for
    a verb that nobody could log.
    """
    from .models import VERB_LENGTH

    for verb in verbs:
        if not 0 < len(verb.name) <= VERB_LENGTH:
            raise ImproperlyConfigured(f"A verb has 1 to {VERB_LENGTH} characters: {verb.name!r}.")
        if isinstance(verb.group_by, str) and verb.group_by not in GROUPINGS:
            raise ImproperlyConfigured(
                f"{verb.name!r} is grouped by {verb.group_by!r}; give one of {GROUPINGS}, or a "
                "function."
            )
        required: Any = verb.required
        if isinstance(required, str):
            raise ImproperlyConfigured(
                f"{verb.name!r} requires {required!r}; give a tuple of keys."
            )
        if _registry.setdefault(verb.name, verb) != verb:
            raise ImproperlyConfigured(
                f"The verb {verb.name!r} is registered already, differently."
            )


def unregister(name: str) -> None:
    """Forget a verb, if it is registered."""
    _registry.pop(name, None)


def get(name: str) -> Verb:
    """The registered verb of this name, or a plain one."""
    return _registry.get(name) or Verb(name)


def registered() -> list[Verb]:
    """Every registered verb, by name."""
    return sorted(_registry.values(), key=lambda verb: verb.name)


def require(name: str, data: Mapping[str, Any]) -> Verb:
    """The verb for an action with this data. Raises UnknownVerb or MissingData."""
    verb = _registry.get(name)
    if verb is None:
        if settings.strict_verbs:
            raise UnknownVerb(
                f"The verb {name!r} is not registered. Register it with django_activity.verbs, or "
                "turn ACTIVITY_STRICT_VERBS off."
            )
        return Verb(name)
    missing = [key for key in verb.required if key not in data]
    if missing:
        raise MissingData(f"The data of {name!r} lacks {', '.join(missing)}.")
    return verb
