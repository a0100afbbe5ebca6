from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from . import api
from .exceptions import FollowError
from .management.recounting import verify
from .models import Block, Follow, FollowCount, FollowRequest, HiddenSuggestion, Mute
from .permission import require_permission, require_room


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages through the first rows only, since counting a large table takes seconds."""

    cap = 900  # "select all" sends a field for each, of which Django accepts 1,000

    @cached_property
    def count(self) -> int:
        return len(self.object_list.order_by().values_list("pk")[: self.cap])  # type: ignore[attr-defined]


class LargeTableAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list, newest key first, whose cost does not grow with its table."""

    users: tuple[str, ...] = ()  # foreign keys to the user model

    ordering = ("-pk",)
    sortable_by = ()  # no other order has an index
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each facet is a COUNT
    search_help_text = _("How a username begins")

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return self.users  # get_search_results decides how; this shows the search box

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Find the users first: no index helps against a condition on a joined table."""
        name = get_user_model().USERNAME_FIELD
        for word in search_term.split():
            users: models.QuerySet[Any] = models.QuerySet(get_user_model(), using=queryset.db)
            found = users.filter(**{f"{name}__startswith": word})
            keys = list(found.order_by(name).values_list("pk", flat=True)[:100])
            any_end = (Q(**{f"{end}__in": keys}) for end in self.users)
            queryset = queryset.filter(Q(*any_end, _connector=Q.OR))
        return queryset, False

    def response_action(
        self, request: HttpRequest, queryset: models.QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Let "select all" mean the rows that the list shows, and no more."""
        if request.POST.get("select_across") == "1":
            keys = list(queryset.values_list("pk", flat=True)[: CappedPaginator.cap])
            queryset = queryset.filter(pk__in=keys)
        return super().response_action(request, queryset, *args, **kwargs)


class PairForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = self._meta.model.end_names()
        if start in cleaned and cleaned[start] == cleaned.get(end):
            self.add_error(end, _("These must be two different users."))
        return cleaned


class PairAdmin(LargeTableAdmin):
    """Pairs of users, added with the checks of the database and never turned into other pairs."""

    form = PairForm

    list_filter = ("created",)
    readonly_fields = ("created",)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return (*self.users, "created")

    def get_autocomplete_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Both users, where the admin of users can search; else they are given by their keys.

        Asked late: that admin may be registered after this one.
        """
        if not self.admin_site.is_registered(get_user_model()):
            return ()
        of_users = self.admin_site.get_model_admin(get_user_model())
        can = of_users.get_search_fields(request) and of_users.has_view_permission(request)
        return self.users if can else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.users, *self.readonly_fields) if obj else self.readonly_fields

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except FollowError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


@admin.register(Follow)
class FollowAdmin(PairAdmin):
    """Whoever adds a follow here decides; nobody is asked for approval. A block holds."""

    users = raw_id_fields = list_select_related = ("follower", "followee")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            require_permission(obj.follower, obj.followee, obj._state.db)
            require_room(obj.follower, obj._state.db)


class AnnouncedPairAdmin(PairAdmin):
    """Pairs that the api makes and ends, so that signals are sent and edges severed."""

    def make(self, pair: Any) -> Any:
        raise NotImplementedError

    def end(self, pair: Any) -> None:
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.pk = self.make(obj).pk

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.end(obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        for pair in queryset.select_related(*self.users):
            self.end(pair)


@admin.register(FollowRequest)
class FollowRequestAdmin(AnnouncedPairAdmin):
    """Requests to answer; only those who ask make them."""

    users = raw_id_fields = list_select_related = ("follower", "followee")
    actions = ("accept", "reject")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def make(self, pair: FollowRequest) -> FollowRequest:
        return pair  # there is nothing to change

    def end(self, pair: FollowRequest) -> None:
        api.reject(pair)

    @admin.action(description=_("Accept the selected follow requests"), permissions=["change"])
    def accept(self, request: HttpRequest, queryset: models.QuerySet[FollowRequest]) -> None:
        done = ngettext_lazy(
            "%(number)s request was accepted.", "%(number)s requests were accepted.", "number"
        )
        self._answer(request, queryset, api.accept, done)

    @admin.action(description=_("Reject the selected follow requests"), permissions=["change"])
    def reject(self, request: HttpRequest, queryset: models.QuerySet[FollowRequest]) -> None:
        done = ngettext_lazy(
            "%(number)s request was rejected.", "%(number)s requests were rejected.", "number"
        )
        self._answer(request, queryset, api.reject, done)

    def _answer(
        self, request: HttpRequest, asked: models.QuerySet[FollowRequest], answer: Any, done: Any
    ) -> None:
        number = 0
        for one in asked:
            try:
                answer(one, using=asked.db)
                number += 1
            except FollowError as error:
                self.message_user(request, str(error), messages.ERROR)
        self.message_user(request, done % {"number": number}, messages.SUCCESS)


@admin.register(Block)
class BlockAdmin(AnnouncedPairAdmin):
    users = raw_id_fields = list_select_related = ("blocker", "blocked")

    def make(self, pair: Block) -> Block:
        return api.block(pair.blocker, pair.blocked)[0]

    def end(self, pair: Block) -> None:
        api.unblock(pair.blocker, pair.blocked)


@admin.register(Mute)
class MuteAdmin(AnnouncedPairAdmin):
    users = raw_id_fields = list_select_related = ("muter", "muted")

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return (*self.users, "until", "created")

    def make(self, pair: Mute) -> Mute:
        return api.mute(pair.muter, pair.muted, until=pair.until)[0]

    def end(self, pair: Mute) -> None:
        api.unmute(pair.muter, pair.muted)


@admin.register(HiddenSuggestion)
class HiddenSuggestionAdmin(PairAdmin):
    users = raw_id_fields = list_select_related = ("user", "hidden")


@admin.register(FollowCount)
class FollowCountAdmin(LargeTableAdmin):
    """Numbers to look up; edges make them."""

    users = ("user",)
    list_display = ("user", "followers", "following")
    list_select_related = ("user",)
    actions = ("recount",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not here; but a count goes with its user, whose deletion asks this too."""
        match = request.resolver_match
        ours = match is not None and (match.url_name or "").startswith("django_follow_followcount")
        return not ours and super().has_delete_permission(request, obj)

    def has_recount_permission(self, request: HttpRequest) -> bool:
        return super().has_change_permission(request)

    @admin.action(description=_("Recount the selected users"), permissions=["recount"])
    def recount(self, request: HttpRequest, queryset: models.QuerySet[FollowCount]) -> None:
        keys = list(queryset.values_list("pk", flat=True))
        wrong = verify(Follow, FollowCount, keys, queryset.db, repair=True)
        text = ngettext("%(number)s count was wrong.", "%(number)s counts were wrong.", len(wrong))
        self.message_user(request, text % {"number": len(wrong)}, messages.SUCCESS)
