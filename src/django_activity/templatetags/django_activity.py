from __future__ import annotations

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from .. import rendering
from ..models import AbstractAction

register = template.Library()


@register.simple_tag(takes_context=True)
def render_action(context: Context, action: AbstractAction) -> SafeString:
    """Render an action with the template of its verb, which sees the page's context too.

    The template is django_activity/verbs/<slug of the verb>.html, else django_activity/action.html.
    """
    return rendering.render_action(action, context.flatten())
