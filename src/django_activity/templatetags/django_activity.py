from __future__ import annotations

from typing import Any

from django import template
from django.contrib.auth import get_user_model
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.utils.safestring import SafeString

from .. import rendering, streams
from ..conf import settings
from ..exceptions import InvalidCursor
from ..grouping import ActionGroup
from ..requested import DEFAULT_PAGE_SIZE, viewer_of

register = template.Library()


@register.simple_tag(takes_context=True)
def render_action(context: Context, action: Any) -> SafeString:
    """Render an action with the template of its verb, which sees the page's context too.

    The template is the `template` of the registered verb, else django_activity/verbs/<slug of the
    verb>.html, else django_activity/action.html. Costs no query for an action of a page.
    """
    return rendering.render_action(action, context.flatten())


@register.simple_tag(takes_context=True)
def render_group(context: Context, group: ActionGroup) -> SafeString:
    """Render a group of actions; a group of one is rendered as its action.

    The template is django_activity/groups/<slug of the verb>.html, else django_activity/group.html.
    Costs no query for a group of a page.
    """
    return rendering.render_group(group, context.flatten())


@register.simple_tag
def action_text(item: Any) -> str:
    """An action or a group as a sentence without links, for titles and mails."""
    return rendering.sentence(item)


@register.simple_tag
def action_html(item: Any) -> SafeString:
    """An action or a group as a sentence with links to what is named in it."""
    return rendering.sentence_html(item)


@register.simple_tag(takes_context=True)
def home_stream(
    context: Context,
    user: Any,
    *,
    size: int = DEFAULT_PAGE_SIZE,
    before: str | None = None,
    after: str | None = None,
    **options: Any,
) -> streams.Page:
    """A page of the home stream of a user; an empty one for a guest.

    As in `{% home_stream request.user before=request.GET.before with_self=True as page %}`, where
    `options` are what the function of the same name takes. A cursor that is none (somebody edited
    the address) gives the newest page: a template cannot answer 400. Costs what `page()` does.
    """
    actor = _actor(user)
    if actor is None:
        return streams.Page([], None)
    return _page(streams.home_stream(actor, **options), size, before, after)


@register.simple_tag(takes_context=True)
def actor_stream(
    context: Context,
    actor: Any,
    *,
    size: int = DEFAULT_PAGE_SIZE,
    before: str | None = None,
    after: str | None = None,
    **options: Any,
) -> streams.Page:
    """A page of what an actor did in public, as the user of the request sees it.

    See `home_stream` for the rest.
    """
    options.setdefault("viewer", _viewer(context))
    if actor is not None:
        actor = _actor(actor)
        if actor is None:
            return streams.Page([], None)
    return _page(streams.actor_stream(actor, **options), size, before, after)


@register.simple_tag(takes_context=True)
def target_stream(
    context: Context,
    target: Any,
    *,
    size: int = DEFAULT_PAGE_SIZE,
    before: str | None = None,
    after: str | None = None,
    **options: Any,
) -> streams.Page:
    """A page of what was done in public at an object, as the user of the request sees it.

    See `home_stream` for the rest.
    """
    options.setdefault("viewer", _viewer(context))
    return _page(streams.target_stream(target, **options), size, before, after)


@register.simple_tag(takes_context=True)
def public_stream(
    context: Context,
    *,
    size: int = DEFAULT_PAGE_SIZE,
    before: str | None = None,
    after: str | None = None,
    **options: Any,
) -> streams.Page:
    """A page of everything done in public, as the user of the request sees it.

    See `home_stream` for the rest.
    """
    options.setdefault("viewer", _viewer(context))
    return _page(streams.public_stream(**options), size, before, after)


@register.inclusion_tag("django_activity/links.html", takes_context=True)
def stream_links(context: Context, page: streams.Page | streams.GroupedPage) -> dict[str, str]:
    """Links to the newest, newer and older page, with `before` and `after` in the address.

    Everything else in the address stays as it is. The template is django_activity/links.html.
    """
    request = _request(context)
    query = QueryDict(mutable=True) if request is None else request.GET.copy()
    path = "" if request is None else request.path
    asked = [query.pop(name, None) for name in ("before", "after")]

    def link(**place: str) -> str:
        there = query.copy()
        there.update(place)
        return f"{path}?{there.urlencode()}" if there else path or "?"

    at_top = not any(asked)
    has_newer = not at_top and isinstance(page, streams.Page)  # groups are only paged downwards
    return {
        "newest": "" if at_top else link(),
        "newer": link(after=page.prev_cursor) if has_newer and page.prev_cursor else "",
        "older": link(before=page.next_cursor) if page.next_cursor else "",
    }


def _actor(user: Any) -> Any:
    """The actor to read the stream of: None for a guest, who has none."""
    if not getattr(user, "is_authenticated", True):
        return None
    return settings.actor_for(user) if isinstance(user, get_user_model()) else user


def _page(stream: streams.Stream, size: int, before: Any, after: Any) -> streams.Page:
    try:
        return stream.page(size, before or None, after=after or None)
    except InvalidCursor:
        return stream.page(size)


def _request(context: Context) -> HttpRequest | None:
    request: HttpRequest | None = context.get("request")
    return request


def _viewer(context: Context) -> Any:
    request = _request(context)
    return None if request is None else viewer_of(request)
