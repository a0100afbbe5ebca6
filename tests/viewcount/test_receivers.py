from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.deletion import Collector
from django.test.utils import CaptureQueriesContext
from testapp.models import Country, Document, ProxyTopic, Topic

from django_viewcount import receivers
from django_viewcount.api import count_view, forget_views, get_views
from django_viewcount.models import DailyViews, HourlyViews, ViewCount


def is_fast(model: Any) -> bool:
    return Collector(using="default").can_fast_delete(model._default_manager.all())


def rows() -> int:
    return sum(model.objects.count() for model in (ViewCount, DailyViews, HourlyViews))


@pytest.mark.django_db
def test_other_models_are_deleted_as_fast_as_before() -> None:
    assert is_fast(Document)
    count_view(None, Document.objects.create())

    assert not is_fast(Document)
    assert is_fast(Country)
    assert receivers._watched == {Document}


@pytest.mark.django_db
def test_models_of_the_setting_are_watched_from_the_start(settings: Any) -> None:
    settings.VIEWCOUNT_MODELS = ["testapp.Document", "testapp.Nothing", 5]

    receivers.connect()

    assert receivers._watched == {Document}


@pytest.mark.django_db(transaction=True)
def test_deleted_with_its_object() -> None:
    kept, gone = Document.objects.create(), Document.objects.create()
    for document in (kept, gone):
        count_view(None, document)
    key = gone.pk

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Document.objects.get(pk=key).delete()
        raise ZeroDivisionError
    assert get_views(Document(pk=key)) == 1
    gone.delete()

    assert (get_views(kept), get_views(Document(pk=key))) == (1, 0)
    assert rows() == 3


@pytest.mark.django_db(transaction=True)
def test_savepoint_that_is_rolled_back() -> None:
    documents = [Document.objects.create() for _ in range(3)]
    for document in documents:
        count_view(None, document)
    keys = [document.pk for document in documents]

    with transaction.atomic():
        documents[0].delete()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            Document.objects.get(pk=keys[1]).delete()
            raise ZeroDivisionError
        documents[2].delete()

    assert [get_views(Document(pk=key)) for key in keys] == [0, 1, 0]


@pytest.mark.django_db(transaction=True)
def test_proxy() -> None:
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic)

    ProxyTopic.objects.all().delete()

    assert rows() == 0


@pytest.mark.django_db(transaction=True)
def test_costs_the_same_for_one_and_for_fifty() -> None:
    costs = []
    for size in (1, 50):
        documents = Document.objects.bulk_create(Document() for _ in range(size))
        for document in documents:
            count_view(None, document)
        with CaptureQueriesContext(connection) as queries:
            Document.objects.all().delete()
        costs.append(len(queries))
        assert rows() == 0

    assert costs[0] == costs[1]


@pytest.mark.django_db(transaction=True)
def test_redis_that_is_away_does_not_hold_up_a_delete(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    document = Document.objects.create()
    count_view(None, document)
    settings.VIEWCOUNT_REDIS_URL = "redis://127.0.0.1:1/0"

    document.delete()

    assert not Document.objects.exists()
    assert rows() == 0
    assert [record.name for record in caplog.records] == ["django_viewcount"]


@pytest.mark.django_db
def test_forget_views_of_several_models() -> None:
    objects = [Document.objects.create(), Country.objects.create(code="nz")]
    for obj in objects:
        count_view(None, obj)

    forget_views(objects)

    assert rows() == 0
    assert [get_views(obj) for obj in objects] == [0, 0]
