from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from testapp.models import Topic

from django_viewcount.admin import CappedPaginator
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


def test_paginator_looks_no_further_than_its_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CappedPaginator, "cap", 3)
    for key in range(5):
        count_view(None, Topic(pk=key))

    assert CappedPaginator(ViewCount.objects.order_by("pk"), 2).count == 3
