"""Actions that are told together: "Ann, Bo and 3 others liked X"; "Ann liked 5 pictures"."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from . import verbs

POINTERS = {
    "actor": ("actor_id",),
    "target": ("target_content_type_id", "target_object_id"),
    "action_object": ("action_object_content_type_id", "action_object_object_id"),
}


@dataclass(frozen=True)
class ActionGroup:
    """Actions that belong together, newest first; often it is only one."""

    verb: verbs.Verb
    actions: list[Any]

    @property
    def newest(self) -> Any:
        """The action that the group is placed by."""
        return self.actions[0]

    @property
    def actors(self) -> list[Any]:
        """One action of each actor, newest first."""
        return self.distinct("actor")

    @property
    def targets(self) -> list[Any]:
        """One action for each target, newest first."""
        return self.distinct("target")

    @property
    def action_objects(self) -> list[Any]:
        """One action for each action object, newest first."""
        return self.distinct("action_object")

    def distinct(self, role: str) -> list[Any]:
        """One action for each "actor", "target" or "action_object" that differs, newest first."""
        found: dict[Hashable, Any] = {}
        for action in self.actions:
            found.setdefault(_pointer(action, role), action)
        return list(found.values())


def fold(actions: Iterable[Any], limit: int | None = None) -> list[ActionGroup]:
    """Put actions, newest first, into groups by the `group_by` of their verbs.

    With a limit, the first action that would need one group more ends it: the groups then hold
    the actions up to there. Costs no query.
    """
    groups: dict[Hashable, ActionGroup] = {}
    for number, action in enumerate(actions):
        verb = verbs.get(action.verb)
        key = _key(verb, action, number)
        group = groups.get(key)
        if group is not None:
            group.actions.append(action)
        elif limit is not None and len(groups) == limit:
            break
        else:
            groups[key] = ActionGroup(verb, [action])
    return list(groups.values())


def _key(verb: verbs.Verb, action: Any, number: int) -> Hashable:
    if verb.group_by is None:
        return number
    if isinstance(verb.group_by, str):
        return verb.name, _pointer(action, verb.group_by)
    return verb.name, verb.group_by(action)


def _pointer(action: Any, role: str) -> tuple[Any, ...]:
    pointer = tuple(getattr(action, name) for name in POINTERS[role])
    # People who were deleted are told apart by their names.
    return (None, action.actor_label) if pointer == (None,) else pointer
