"""RSS 2.0 and Atom feeds of streams, on top of django.contrib.syndication."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import get_script_prefix
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .activitystreams import action_uri
from .answers import conditional
from .rendering import fetched, name_of, sentence, url_of
from .requested import find_actor, find_target
from .streams import Stream, actor_stream, public_stream, target_stream

__all__ = ["ActionFeed", "AtomFeed", "RssFeed"]

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _XmlText:
    """Leaves out what XML cannot hold, so that one odd label does not break the whole feed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**_clean(kwargs))

    def add_item(self, **kwargs: Any) -> None:
        super().add_item(**_clean(kwargs))  # type: ignore[misc]


class RssFeed(_XmlText, Rss201rev2Feed):  # type: ignore[misc]
    """RSS 2.0, for `feed_type`."""


class AtomFeed(_XmlText, Atom1Feed):  # type: ignore[misc]
    """Atom 1.0, for `feed_type`."""


class ActionFeed(Feed):  # type: ignore[type-arg]
    """The newest public actions of a stream as RSS 2.0; AtomFeed as `feed_type` makes it Atom.

    A project's own feed needs a `title`, a `link` and `get_stream()`; everything else is as in
    Django's Feed. Costs the queries of one page of `size` actions. Sends an ETag, and 304 to those
    who have the feed already.
    """

    feed_type: type[SyndicationFeed] = RssFeed
    size = 50
    title: Any = gettext_lazy("Activity")
    description: Any = ""
    item_guid_is_permalink = False

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return conditional(request, super().__call__(request, *args, **kwargs))

    def get_stream(self, obj: Any) -> Stream:
        """The stream; `obj` is what `get_object()` returned for the request."""
        raise NotImplementedError

    def link(self, obj: Any) -> str:
        """The page that the feed is of: that of the object, else the site's first."""
        return url_of(obj) or get_script_prefix()

    def get_feed(self, obj: Any, request: HttpRequest) -> Any:
        feed: Any = super().get_feed(obj, request)
        if not hasattr(self, "feed_guid"):
            feed.feed["id"] = feed.feed["feed_url"]  # two feeds may be of one page
        return feed

    def items(self, obj: Any) -> list[Any]:
        # Whoever subscribes is nobody in particular, whatever the stream would show to some.
        return self.get_stream(obj).filter(public=True).page(self.size).actions

    def item_title(self, item: Any) -> str:
        # HTML in RSS, as Django has it; plain text in Atom.
        return sentence(item) if issubclass(self.feed_type, Atom1Feed) else escape(sentence(item))

    def item_description(self, item: Any) -> Any:
        return None

    def item_link(self, item: Any) -> str:
        """The page of the action object, else of the target, the actor, the site."""
        items = (fetched(item, role) for role in ("action_object", "target", "actor"))
        return next(filter(None, map(url_of, items)), get_script_prefix())

    def item_guid(self, item: Any) -> str:
        return action_uri(item)

    def item_author_name(self, item: Any) -> str:
        return name_of(item, "actor")

    def item_categories(self, item: Any) -> tuple[str, ...]:
        return (item.verb,)

    def item_pubdate(self, item: Any) -> Any:
        return item.created

    def item_updateddate(self, item: Any) -> Any:
        return item.created


class PublicFeed(ActionFeed):
    """Everything done in public."""

    def get_stream(self, obj: Any) -> Stream:
        return public_stream()


class ActorFeed(ActionFeed):
    """What one user did; takes `pk` from the address."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return find_actor(kwargs["pk"])

    def title(self, obj: Any) -> str:
        return _("Activity of %(name)s") % {"name": obj}

    def get_stream(self, obj: Any) -> Stream:
        return actor_stream(obj)


class TargetFeed(ActionFeed):
    """What was done at one object; takes `app_label`, `model` and `pk` from the address."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return find_target(kwargs["app_label"], kwargs["model"], kwargs["pk"])

    def title(self, obj: Any) -> str:
        return _("Activity at %(name)s") % {"name": obj}

    def get_stream(self, obj: Any) -> Stream:
        return target_stream(obj)


class PublicAtomFeed(PublicFeed):
    feed_type = AtomFeed


class ActorAtomFeed(ActorFeed):
    feed_type = AtomFeed


class TargetAtomFeed(TargetFeed):
    feed_type = AtomFeed


def _clean(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _clean_value(value) for name, value in values.items()}


def _clean_value(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_clean_value(part) for part in value]
    return NOT_XML.sub("", str(value)) if isinstance(value, (str, Promise)) else value
