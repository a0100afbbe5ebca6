from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.template.loader import select_template
from django.utils.safestring import SafeString
from django.utils.text import slugify

from .models import AbstractAction


def template_names(action: AbstractAction) -> list[str]:
    """Where the template of an action is looked for: its verb's own first, then the general one."""
    return [f"django_activity/verbs/{slugify(action.verb)}.html", "django_activity/action.html"]


def render_action(action: AbstractAction, context: Mapping[Any, Any]) -> SafeString:
    """Render one action with the template of its verb.

    `context` is what the template sees besides `action`. Costs no query for an action of a page.
    """
    # Without the request: its context processors have run for the page and are in `context`.
    html: SafeString = select_template(template_names(action)).render({**context, "action": action})
    return html
