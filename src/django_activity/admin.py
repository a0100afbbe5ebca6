from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from . import verbs
from .managers import ActionQuerySet
from .merging import newest
from .models import VERB_LENGTH, AbstractAction, Action
from .rendering import fetched, has, is_gone, name_of, url_of
from .resolving import ROLES, attach_objects
from .retracting import delete
from .sources import Condition, Followed

USERS_FOUND = 100
NEWEST = 100_000  # actions that filters without an index look through


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages through the first rows only, since counting a large table takes seconds."""

    cap = 900  # "select all" sends a field for each, of which Django accepts 1,000

    @cached_property
    def count(self) -> int:
        return len(self.object_list.order_by().values_list("pk")[: self.cap])  # type: ignore[attr-defined]


class NewestFilter(admin.SimpleListFilter):
    """A filter by a column without an index, which therefore looks at the newest actions only.

    What a search has found is looked at in full.
    """

    def condition(self, value: str) -> Q:
        raise NotImplementedError

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any] | None:
        value = self.value()
        if value is None:
            return None
        queryset = queryset.filter(self.condition(value))
        if request.GET.get("q"):
            return queryset
        everything: ActionQuerySet[Any] = ActionQuerySet(queryset.model, using=queryset.db)
        times = everything.newest_first().values_list("created", flat=True)
        oldest = times[NEWEST : NEWEST + 1].first()
        return queryset if oldest is None else queryset.filter(created__gt=oldest)


class VerbFilter(NewestFilter):
    """The verbs that are registered: to find the others, the table would have to be read."""

    title = _("verb")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(verb.name, verb.name) for verb in verbs.registered()]

    def condition(self, value: str) -> Q:
        fits = len(value) <= VERB_LENGTH and "\x00" not in value
        return Q(verb=value) if fits else Q(pk__in=[])


class PublicFilter(NewestFilter):
    title = _("public")
    parameter_name = "public"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("Yes")), ("0", _("No"))]

    def condition(self, value: str) -> Q:
        return Q(public=value == "1")


class ActionChangeList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        attach_objects(self.result_list, self.queryset.db)


class ActionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What happened, newest first: to be looked up and deleted, but not to be rewritten.

    A project with an action model of its own registers it with this class or a subclass. The list
    costs the same number of queries whatever the size of its table.
    """

    list_display = ("created", "actor_link", "verb", "action_object_link", "target_link", "public")
    list_display_links = ("created",)
    list_filter = ("created", VerbFilter, PublicFilter)
    list_select_related = ("actor",)
    ordering = ("-created", "-pk")
    sortable_by = ()  # no other order has an index
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each facet is a COUNT
    search_fields = ("actor",)  # get_search_results decides how; this shows the search box
    search_help_text = _("How the actor's name begins, or the key of an object")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ActionChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Find users and types first, then the newest of their actions, each by its index."""
        words = search_term.split()
        if not words:
            return queryset, False
        actors = self.model._meta.get_field("actor").related_model
        kinds = list(ContentType.objects.using(queryset.db).values_list("pk", flat=True))

        def users(word: str) -> list[Any]:
            if not hasattr(actors, "USERNAME_FIELD"):
                return []  # other actors have names that only their project knows
            found: models.QuerySet[Any] = models.QuerySet(actors, using=queryset.db)
            found = found.filter(**{f"{actors.USERNAME_FIELD}__startswith": word})
            named = found.order_by(actors.USERNAME_FIELD)[:USERS_FOUND]
            return list(named.values_list("pk", flat=True))

        def about(word: str) -> list[Q]:
            return [
                Q(**{f"{role}_content_type__in": kinds, f"{role}_object_id": word})
                for role in ROLES
            ]

        for word in words[1:]:
            by = Q(actor__in=users(word))
            queryset = queryset.filter(Q(by, *about(word), _connector=Q.OR))
        sources: list[Condition | Followed] = [Condition(q) for q in about(words[0])]
        first = users(words[0])
        # Each by itself, in the order of the index that begins with the actor.
        sources += [Followed(first, model=actors, q=Q(public=yes)) for yes in (True, False)]
        found = newest(queryset, sources, CappedPaginator.cap, Q())  # type: ignore[arg-type]
        return found.select_related(*self.list_select_related), False

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        action = super().get_object(request, object_id, from_field)
        if action is not None:
            attach_objects([action], action._state.db)
        return action

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The links, and the columns that a project has added."""
        stock = {field.name for field in AbstractAction._meta.get_fields()}
        own = [
            field.name
            for field in self.model._meta.fields
            if field.name not in stock and not field.primary_key
        ]
        links = ["actor_link", "verb", "action_object_link", "target_link"]
        return ["created", *links, "public", "data", *own]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._delete([obj.pk], obj._state.db)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        self._delete(list(queryset.values_list("pk", flat=True)), queryset.db)

    def response_action(
        self, request: HttpRequest, queryset: models.QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Let "select all" mean the rows that the list shows, and no more."""
        if request.POST.get("select_across") == "1":
            keys = list(queryset.values_list("pk", flat=True)[: CappedPaginator.cap])
            queryset = queryset.filter(pk__in=keys)
        return super().response_action(request, queryset, *args, **kwargs)

    @admin.display(description=_("actor"))
    def actor_link(self, action: AbstractAction) -> str:
        return self._link(action, "actor")

    @admin.display(description=_("action object"))
    def action_object_link(self, action: AbstractAction) -> str:
        return self._link(action, "action_object")

    @admin.display(description=_("target"))
    def target_link(self, action: AbstractAction) -> str:
        return self._link(action, "target")

    def _link(self, action: AbstractAction, role: str) -> str:
        """To where the object is administered, else to its page."""
        if not has(action, role) or (role == "actor" and not _has_actor(action)):
            return ""  # shown as Django shows what is empty
        name, item = name_of(action, role), fetched(action, role)
        if is_gone(action, role):
            return format_html("<s>{}</s>", name)
        url = self._admin_url(item) or url_of(item)
        return format_html('<a href="{}">{}</a>', url, name) if url else name

    def _admin_url(self, item: models.Model) -> str:
        if not self.admin_site.is_registered(type(item)):
            return ""
        names = f"{item._meta.app_label}_{item._meta.model_name}_change"
        try:
            return reverse(f"{self.admin_site.name}:{names}", args=[quote(item.pk)])
        except NoReverseMatch:  # an admin whose addresses are its own
            return ""

    def _delete(self, keys: list[Any], using: str) -> None:
        delete(ActionQuerySet(self.model, using=using).filter(pk__in=keys))


def _has_actor(action: AbstractAction) -> bool:
    return action.actor_id is not None or bool(action.actor_label)


# A swapped action has columns that only its project knows, and an admin of its own.
# Markers move with their readers, and locks mean nothing to people: neither has an admin.
if not Action._meta.swapped:
    admin.site.register(Action, ActionAdmin)
