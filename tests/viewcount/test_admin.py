from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse
from testapp.models import Topic

from django_viewcount.admin import CappedPaginator, ViewCountAdminMixin
from django_viewcount.api import count_view
from django_viewcount.models import ViewCount

pytestmark = pytest.mark.django_db
LIST = "admin:django_viewcount_viewcount_changelist"


def test_list(admin_client: Any) -> None:
    for key in (1, 12):
        count_view(None, Topic(pk=key), views=key * 100)

    with CaptureQueriesContext(connection) as queries:
        response = admin_client.get(reverse(LIST))

    assert "1200" in response.content.decode()
    assert not [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    found = admin_client.get(reverse(LIST), {"q": "1"}).context["cl"].result_list
    assert [row.object_id for row in found] == ["1"]


def test_read_only(admin_client: Any) -> None:
    count_view(None, Topic(pk=1))
    row = ViewCount.objects.get()
    change = reverse("admin:django_viewcount_viewcount_change", args=[row.pk])
    delete = reverse("admin:django_viewcount_viewcount_delete", args=[row.pk])

    assert admin_client.get(reverse("admin:django_viewcount_viewcount_add")).status_code == 403
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403
    assert admin_client.post(change, {"views": 5}).status_code == 403
    assert admin_client.get(change).status_code == 200
    assert ViewCount.objects.get().views == 1


def test_chart(admin_client: Any) -> None:
    count_view(None, Topic(pk=1), views=7)
    change = reverse("admin:django_viewcount_viewcount_change", args=[ViewCount.objects.get().pk])

    page = admin_client.get(change).content.decode()

    assert "<title>Views in each of the last 30 days: 7 in all, from 0 to 7.</title>" in page
    ContentType.objects.filter(model="topic").update(model="gone")
    ContentType.objects.clear_cache()
    assert admin_client.get(change).status_code == 200
    ContentType.objects.clear_cache()


class TopicAdmin(ViewCountAdminMixin, admin.ModelAdmin):
    list_display = ("name",)


class SetAdmin(ViewCountAdminMixin, admin.ModelAdmin):
    fieldsets = ((None, {"fields": ["name"]}),)


class PlacedAdmin(ViewCountAdminMixin, admin.ModelAdmin):
    list_display = ("view_count", "name")
    readonly_fields = ("views_by_day",)
    fields = (("views_by_day", "name"),)


plain, sets, placed = (admin.AdminSite(name) for name in ("plain", "sets", "placed"))
plain.register(Topic, TopicAdmin)
sets.register(Topic, SetAdmin)
placed.register(Topic, PlacedAdmin)
urlpatterns = [path(f"{site.name}/", site.urls) for site in (plain, sets, placed)]


@pytest.mark.urls(__name__)
class TestMixin:
    def test_column_to_sort_by(self, admin_client: Any) -> None:
        def names() -> list[str]:
            response = admin_client.get("/plain/testapp/topic/?o=-2")
            return [topic.name for topic in response.context["cl"].result_list]

        costs = []
        for number in range(50):
            count_view(None, Topic.objects.create(name=f"{number:02}"), views=number % 7 + 1)
            if number in (1, 49):
                with CaptureQueriesContext(connection) as queries:
                    found = names()
                costs.append(len(queries))
        assert costs[0] == costs[1]
        assert len(found) == 50
        assert set(found[:7]) == {f"{number:02}" for number in range(6, 50, 7)}

    def test_column_in_a_place_of_its_own(self, admin_client: Any) -> None:
        response = admin_client.get("/placed/testapp/topic/")

        columns = response.context["cl"].list_display
        assert columns == ["action_checkbox", "view_count", "name"]

    @pytest.mark.parametrize("site", ["plain", "sets", "placed"])
    def test_chart_on_the_page(self, site: str, admin_client: Any) -> None:
        topic = Topic.objects.create(name="Jazz")
        count_view(None, topic, views=7)

        page = admin_client.get(f"/{site}/testapp/topic/{topic.pk}/change/").content.decode()
        assert page.count("Views in each of the last 30 days: 7 in all, from 0 to 7.") == 1
        assert 'name="name"' in page
        page = admin_client.get(f"/{site}/testapp/topic/add/").content.decode()
        assert 'name="name"' in page
        assert "view-sparkline" not in page


def test_paginator_looks_no_further_than_its_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CappedPaginator, "cap", 3)
    for key in range(5):
        count_view(None, Topic(pk=key))

    assert CappedPaginator(ViewCount.objects.order_by("pk"), 2).count == 3
