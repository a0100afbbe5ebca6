"""Actions and groups as sentences and as HTML. Costs no query for the actions of a page."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from django.template.loader import select_template
from django.urls import NoReverseMatch
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext

from . import verbs
from .grouping import ActionGroup

__all__ = ["sentence", "sentence_html"]

ROLES = ("actor", "action_object", "target")
NAMED = 2  # in a list, before "and 3 others"
CLASSES = {"actor": "action-actor", "action_object": "action-object", "target": "action-target"}
# By whether there is an action object, and a target.
PLAIN_TEXTS = {
    (False, False): gettext_lazy("%(actor)s %(verb)s"),
    (True, False): gettext_lazy("%(actor)s %(verb)s %(action_object)s"),
    (False, True): gettext_lazy("%(actor)s %(verb)s %(target)s"),
    (True, True): gettext_lazy("%(actor)s %(verb)s %(action_object)s %(target)s"),
}
LINKABLE = re.compile(r"https?://|/", re.IGNORECASE)

logger = logging.getLogger("django_activity")

Fill: TypeAlias = Callable[[verbs.Text, Mapping[str, Any]], str]
Name: TypeAlias = Callable[[Any, str], str]


def sentence(item: Any) -> str:
    """An action, or an ActionGroup, as a sentence of plain text: "Ann and Bo like Tea".

    It is the text of the verb, else actor, verb, action object and target in a row. A text that
    does not fit the action's data is passed over and logged. A group of one is told as its action;
    a verb without `group_text` is told by its `text`, with all actors and objects in it.
    """
    return _tell(item, verbs.fill, name_of, lambda value: value)


def sentence_html(item: Any) -> SafeString:
    """The same as HTML: escaped, with links to the pages of what is named.

    Each name is an `<a>` or `<span>` with class `action-actor`, `action-object` or `action-target`,
    and `action-gone` where there is only its label left.
    """
    return mark_safe(_tell(item, verbs.fill_html, _name_html, _value_html))  # noqa: S308 (escaped)


def fetched(action: Any, role: str) -> Any:
    """The "actor", "action_object" or "target", if it is there without a query; else None."""
    return action._meta.get_field(role).get_cached_value(action, default=None)


def is_gone(action: Any, role: str) -> bool:
    """Whether it is known that what the action pointed to can no longer be shown."""
    if role == "actor":
        return action.actor_id is None and bool(action.actor_label)
    cached = action._meta.get_field(role).is_cached(action)
    return has(action, role) and cached and fetched(action, role) is None


def has(action: Any, role: str) -> bool:
    """Whether the action has this part. Everyone has an actor, though it may be the system."""
    return role == "actor" or getattr(action, f"{role}_object_id") is not None


def name_of(action: Any, role: str) -> str:
    """What to call the actor, action object or target: what it is called now, else its label.

    Empty for a part that the action does not have.
    """
    if not has(action, role):
        return ""
    item = fetched(action, role)
    name = getattr(action, f"{role}_label") if item is None else str(item)
    return name.replace("\x00", "") or (_("Somebody") if role == "actor" else _("something"))


def url_of(item: Any) -> str:
    """The `get_absolute_url()` of an object, or "" if it has none that is fit for a link."""
    get_absolute_url = getattr(item, "get_absolute_url", None)
    if get_absolute_url is None:
        return ""
    try:
        url = str(get_absolute_url() or "")
    except NoReverseMatch:  # one odd name must not take down the page of all the others
        return ""
    return url if LINKABLE.match(url) else ""  # never javascript:


def template_names(action: Any) -> list[str]:
    """Where the template of an action is looked for: its verb's own first, then the general one."""
    return _template_names(verbs.get(action.verb), "verbs", "action")


def group_template_names(group: ActionGroup) -> list[str]:
    """The same for the template of a group."""
    return _template_names(group.verb, "groups", "group")


def render_action(action: Any, context: Mapping[Any, Any]) -> SafeString:
    """Render one action with the template of its verb.

    `context` is what the template sees besides `action` and `verb`, the Verb. Costs no query for an
    action of a page.
    """
    return _render(
        template_names(action), {**context, "action": action, "verb": verbs.get(action.verb)}
    )


def render_group(group: ActionGroup, context: Mapping[Any, Any]) -> SafeString:
    """Render a group with the template for groups of its verb; a group of one as its action.

    `context` is what the template sees besides `group`, `verb`, and `action`, the newest one. Costs
    no query for a group of a page.
    """
    if len(group.actions) == 1:
        return render_action(group.newest, context)
    names = group_template_names(group)
    return _render(names, {**context, "group": group, "action": group.newest, "verb": group.verb})


def _template_names(verb: verbs.Verb, folder: str, general: str) -> list[str]:
    own = [verb.template] if verb.template and folder == "verbs" else []
    if verb.slug:
        own.append(f"django_activity/{folder}/{verb.slug}.html")
    return [*own, f"django_activity/{general}.html"]


def _render(names: list[str], context: Mapping[Any, Any]) -> SafeString:
    # Without the request: its context processors have run for the page and are in `context`.
    html: SafeString = select_template(names).render(context)
    return html


def _tell(item: Any, fill: Fill, name: Name, value: Callable[[Any], Any]) -> str:
    group = item if isinstance(item, ActionGroup) else ActionGroup(verbs.get(item.verb), [item])
    action, verb = group.newest, group.verb
    data = action.data if isinstance(action.data, Mapping) else {}
    values = {key: value(datum) for key, datum in data.items()}
    values["verb"] = value(action.verb)
    values |= {role: name(action, role) for role in ROLES if has(action, role)}
    plain = PLAIN_TEXTS[has(action, "action_object"), has(action, "target")]
    text = verb.text or plain
    if len(group.actions) > 1:
        lists = _lists(group, fill, name)
        values |= lists
        if verb.group_text:
            text = verb.group_text
        else:
            values |= {role: lists[f"{role}s"] for role in ROLES}
    try:
        return fill(text, values)
    except (KeyError, TypeError, ValueError):
        logger.warning("The text of %r does not fit action %s.", verb.name, action.pk)
        return fill(plain, values)


def _lists(group: ActionGroup, fill: Fill, name: Name) -> dict[str, Any]:
    """What only the sentence of a group may name."""
    values: dict[str, Any] = {"count": 0}
    for role in ROLES:
        actions = [action for action in group.distinct(role) if has(action, role)]
        values["count"] = max(values["count"], len(actions))
        values[f"{role}_count"] = len(actions)
        names = [name(action, role) for action in actions[:NAMED]]
        values[f"{role}s"] = _listed(role, names, len(actions), fill)
    return values


def _listed(role: str, names: list[str], count: int, fill: Fill) -> str:
    if count < NAMED:
        return names[0] if names else ""
    values = dict(zip(("first", "second"), names, strict=True))
    if count == NAMED:
        return fill(_("%(first)s and %(second)s"), values)
    others = count - NAMED
    if role == "actor":  # some languages count people by another word than things
        text = npgettext(
            "people",
            "%(first)s, %(second)s and %(count)d other",
            "%(first)s, %(second)s and %(count)d others",
            others,
        )
    else:
        text = npgettext(
            "things",
            "%(first)s, %(second)s and %(count)d other",
            "%(first)s, %(second)s and %(count)d others",
            others,
        )
    return fill(text, {**values, "count": others})


def _name_html(action: Any, role: str) -> SafeString:
    # Always escaped: what __str__ or a label holds is text, whatever it says of itself.
    name = escape(name_of(action, role))
    classes = CLASSES[role] + (" action-gone" if is_gone(action, role) else "")
    url = url_of(fetched(action, role))
    if url:
        return format_html('<a class="{}" href="{}">{}</a>', classes, url, name)
    return format_html('<span class="{}">{}</span>', classes, name)


def _value_html(value: Any) -> Any:
    return value if isinstance(value, (int, float)) else escape(value)
