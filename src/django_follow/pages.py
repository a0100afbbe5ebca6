"""The pages of people: lists by key, in as many queries for one person as for fifty."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings as project_settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from . import api
from .answers import Refusal, refusal_of, refuse
from .conf import settings
from .exceptions import FollowError
from .intents import find_node, not_found
from .models import Block, Follow, FollowRequest, Mute
from .rendering import carried_counts


class Row(NamedTuple):
    """A person in a list, and what put them there: an edge, a request, a suggestion …"""

    person: Any
    reason: Any


class PeoplePage(View):
    """A page of people with their buttons.

    `select_related` names what else a project's templates show of a person, such as "profile";
    like `template_name` it can be given to `as_view()`.
    """

    http_method_names = ["get", "head"]
    template_name: str = ""
    heading: str | Promise = ""
    end = ""  # of a pair, where the person is whom the list shows
    select_related: tuple[str, ...] = ()
    owner: Any = None  # whose list it is

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            self.owner = self.get_owner()
            rows, next_cursor = self.get_rows()
        except Refusal as refusal:
            return refuse(request, refusal)
        except FollowError as error:
            return refuse(request, refusal_of(error))
        api.attach_relationships(request.user, [row.person for row in rows])
        context = {
            "owner": self.owner,
            "is_mine": self.owner == request.user,
            "heading": self.get_heading(),
            "rows": rows,
            "next_cursor": next_cursor,
            "here": getattr(request.resolver_match, "url_name", ""),
            **self.get_extra_context(),
        }
        return render(request, self.template_name, context)

    def get_owner(self) -> Any:
        return self.request.user

    def get_pairs(self) -> Any:
        """The pairs that the list is made of, as a PairQuerySet."""
        raise NotImplementedError

    def get_rows(self) -> tuple[list[Row], str | None]:
        """The people of this page, and the cursor of the next. Costs one query."""
        related = [self.end, *carried_counts(self.end)]
        related += [f"{self.end}__{name}" for name in self.select_related]
        page = (
            self.get_pairs()
            .select_related(*related)
            .page(settings.page_size, self.request.GET.get("before") or None)
        )
        return [Row(getattr(pair, self.end), pair) for pair in page.pairs], page.next_cursor

    def get_heading(self) -> str:
        return str(self.heading)

    def get_extra_context(self) -> dict[str, Any]:
        return {}

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return refuse(
            request,
            Refusal(405, "get_required", _("This address only takes GET.")),
            {"Allow": "GET, HEAD"},
        )


class ListOfOwner(PeoplePage):
    """Followers or following of anybody, where FOLLOW_LIST_VISIBILITY allows.

    Under LoginRequiredMiddleware it is for members, as everything there that says nothing else.
    """

    kind = ""

    def get_owner(self) -> Any:
        try:
            label = project_settings.AUTH_USER_MODEL
            owner: Any = find_node(
                label, self.kwargs["pk"], *carried_counts(), *self.select_related
            )
        except Refusal:
            raise not_found() from None  # an address has no wrong parameters
        if not getattr(owner, "is_active", True):
            raise not_found()
        if not api.may_see_list(self.request.user, owner, self.kind):
            raise Refusal(403, "not_visible", _("You may not see this list."))
        return owner

    def get_extra_context(self) -> dict[str, Any]:
        return {"kind": self.kind}


class Followers(ListOfOwner):
    """Who follows somebody, newest first; one's own can be removed."""

    template_name = "django_follow/followers.html"
    kind, end = "followers", "follower"

    def get_pairs(self) -> Any:
        return Follow.objects.to(self.owner.pk)

    def get_heading(self) -> str:
        return _("Followers of %(name)s") % {"name": name_of(self.owner)}


class Following(ListOfOwner):
    """Whom somebody follows, newest first."""

    template_name = "django_follow/following.html"
    kind, end = "following", "followee"

    def get_pairs(self) -> Any:
        return Follow.objects.of(self.owner.pk)

    def get_heading(self) -> str:
        return _("People whom %(name)s follows") % {"name": name_of(self.owner)}


class Requests(LoginRequiredMixin, PeoplePage):
    """Who asks to follow the viewer, with the answers."""

    template_name = "django_follow/requests.html"
    heading = gettext_lazy("Follow requests")
    end = "follower"

    def get_pairs(self) -> Any:
        return FollowRequest.objects.to(self.owner.pk)


class SentRequests(LoginRequiredMixin, PeoplePage):
    """Whom the viewer asks to follow."""

    template_name = "django_follow/requests_sent.html"
    heading = gettext_lazy("Follow requests you sent")
    end = "followee"

    def get_pairs(self) -> Any:
        return FollowRequest.objects.of(self.owner.pk)


class Blocked(LoginRequiredMixin, PeoplePage):
    """Whom the viewer blocks."""

    template_name = "django_follow/blocked.html"
    heading = gettext_lazy("People you block")
    end = "blocked"

    def get_pairs(self) -> Any:
        return Block.objects.of(self.owner.pk)


class Muted(LoginRequiredMixin, PeoplePage):
    """Whom the viewer mutes, and until when."""

    template_name = "django_follow/muted.html"
    heading = gettext_lazy("People you mute")
    end = "muted"

    def get_pairs(self) -> Any:
        return Mute.objects.active().of(self.owner.pk)


class Suggestions(LoginRequiredMixin, PeoplePage):
    """Whom the viewer may want to follow, and why. Not paged: what is not wanted can be hidden."""

    template_name = "django_follow/suggestions.html"
    heading = gettext_lazy("People to follow")
    limit = 20

    def get_rows(self) -> tuple[list[Row], str | None]:
        found = api.suggestions(self.owner, self.limit)
        people: list[models.Model] = [suggestion.user for suggestion in found]
        models.prefetch_related_objects(people, *carried_counts(), *self.select_related)
        return [Row(suggestion.user, suggestion) for suggestion in found], None


def name_of(person: Any) -> str:
    """The full name where the user model has one."""
    return (hasattr(person, "get_full_name") and person.get_full_name()) or str(person)
