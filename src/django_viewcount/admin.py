from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.core.paginator import Paginator
from django.db import models
from django.db.models import F
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from . import api
from .annotating import with_views
from .counts import daily
from .models import ViewCount
from .rendering import grouped, sparkline
from .targets import DEFAULT_COUNTER, Target, attribute_of

DAYS = 30
CHART = (600, 120)
COLUMN, FIELD = "view_count", "views_by_day"


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages through the first rows only, since counting a large table takes seconds."""

    cap = 1000

    @cached_property
    def count(self) -> int:
        return len(self.object_list.order_by().values_list("pk")[: self.cap])  # type: ignore[attr-defined]


@admin.register(ViewCount)
class ViewCountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list to look things up in: only the app itself writes counters."""

    list_display = ("content_type", "object_id", "counter", "views", "uniques")
    list_select_related = ("content_type",)
    search_fields = ("object_id__exact",)
    ordering = ("-pk",)
    paginator = CappedPaginator
    show_full_result_count = False
    fields = ("content_type", "object_id", "counter", "views", "uniques", FIELD)
    readonly_fields = (FIELD,)

    @admin.display(description=_("last 30 days"))
    def views_by_day(self, row: ViewCount) -> SafeString | str:
        model = row.content_type.model_class()
        if model is None:  # its app is gone
            return self.get_empty_value_display()
        target = Target(model, row.object_id, row.counter)
        return sparkline(daily(target, DAYS, row._state.db or ""), *CHART)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ViewCountAdminMixin:
    """Adds the views of each object to a ModelAdmin of yours; put it before ModelAdmin.

    The list gets a column to sort by, at no query more: the numbers that have reached the database.
    The page of an object gets a chart of its last 30 days. To choose their places, name
    "view_count" in `list_display`, and "views_by_day" in `readonly_fields` and `fields`.
    `view_counter` names another counter than "view".
    """

    view_counter = DEFAULT_COUNTER

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        everything: models.QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        queryset = with_views(everything, counter=self.view_counter)
        name = attribute_of(self.view_counter)
        if name != COLUMN:
            queryset = queryset.annotate(**{COLUMN: F(name)})
        return queryset

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = [*super().get_list_display(request)]  # type: ignore[misc]
        return columns if COLUMN in columns else [*columns, COLUMN]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = [*super().get_readonly_fields(request, obj)]  # type: ignore[misc]
        return fields if obj is None or FIELD in fields else [*fields, FIELD]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fieldsets = [*super().get_fieldsets(request, obj)]  # type: ignore[misc]
        if obj is not None and FIELD not in flatten_fieldsets(fieldsets):
            fieldsets.append((_("View counts"), {"fields": [FIELD]}))
        return fieldsets

    @admin.display(description=_("views"), ordering="view_count")
    def view_count(self, obj: Any) -> str:
        return grouped(obj.view_count)

    @admin.display(description=_("last 30 days"))
    def views_by_day(self, obj: Any) -> SafeString | str:
        if obj._state.adding:
            return str(super().get_empty_value_display())  # type: ignore[misc]
        return sparkline(api.series(obj, days=DAYS, counter=self.view_counter), *CHART)
