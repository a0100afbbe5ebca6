from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from django_activity.admin import CappedPaginator
from django_activity.api import log
from django_activity.models import Action

pytestmark = pytest.mark.django_db

LIST = "admin:django_activity_action_changelist"


def test_list_without_a_count(ann, admin_client):
    log(ann, "says hello")

    with CaptureQueriesContext(connection) as queries:
        response = admin_client.get(reverse(LIST), {"q": "hello"})

    assert [action.verb for action in response.context["cl"].result_list] == ["says hello"]
    reads = [query["sql"] for query in queries if "django_activity_action" in query["sql"]]
    assert reads
    assert not [sql for sql in reads if "COUNT(" in sql]


def test_pages_end_at_the_cap(ann, monkeypatch):
    monkeypatch.setattr(CappedPaginator, "cap", 3)
    for number in range(5):
        log(ann, f"did {number}")

    assert CappedPaginator(Action.objects.order_by("pk"), 2).num_pages == 2
