from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from testapp.models import Country, Topic

from django_viewcount.api import count_view
from django_viewcount.models import (
    DailyViews,
    FlushBatch,
    HourlyViews,
    Mark,
    ViewCount,
    VisitorSalt,
)
from django_viewcount.targets import Kind

pytestmark = pytest.mark.django_db


def test_migrations_match_the_models() -> None:
    output = StringIO()

    call_command("makemigrations", "django_viewcount", check=True, dry_run=True, stdout=output)

    assert output.getvalue() == "No changes detected in app 'django_viewcount'\n"


def test_names() -> None:
    for model in (ViewCount, DailyViews, HourlyViews, FlushBatch, Mark, VisitorSalt):
        with connection.cursor() as cursor:
            constraints = connection.introspection.get_constraints(cursor, model._meta.db_table)
        declared = [*model._meta.indexes, *model._meta.constraints]
        assert {item.name for item in declared} <= set(constraints)
        assert all(len(item.name) <= 30 for item in declared)


def test_no_second_index_for_the_content_type() -> None:
    """On MySQL the composite indexes serve the foreign key as well."""
    for model in (ViewCount, DailyViews, HourlyViews):
        with connection.cursor() as cursor:
            constraints = connection.introspection.get_constraints(cursor, model._meta.db_table)
        alone = [
            name
            for name, one in constraints.items()
            if one["columns"] == ["content_type_id"] and one["index"]
        ]
        assert alone == []


@pytest.mark.parametrize(
    ("model", "values"), [(ViewCount, {}), (DailyViews, {"day": date(2026, 1, 2)})]
)
def test_one_row_each(model: Any, values: dict[str, Any]) -> None:
    content_type = ContentType.objects.get_for_model(Topic)
    model.objects.create(content_type=content_type, object_id="1", **values)
    model.objects.create(content_type=content_type, object_id="1", counter="download", **values)

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(content_type=content_type, object_id="1", **values)


def test_for_objects(django_assert_num_queries: Any) -> None:
    topics = [Topic.objects.create(name=name) for name in "abc"]
    count_view(None, Country.objects.create(code=str(topics[0].pk)))
    for topic in topics:
        count_view(None, topic)

    with django_assert_num_queries(1):
        found = list(ViewCount.objects.for_objects(topics[:2]))
    assert {row.object_id for row in found} == {str(topic.pk) for topic in topics[:2]}
    assert list(ViewCount.objects.for_objects([])) == []
    assert DailyViews.objects.for_objects(topics).filter(views=1).count() == 3


def test_top() -> None:
    content_type = ContentType.objects.get_for_model(Topic)
    for key, views in (("1", 5), ("2", 0), ("3", 9), ("4", 5)):
        ViewCount.objects.create(content_type=content_type, object_id=key, views=views)

    ranking = ViewCount.objects.top(Kind(Topic))

    assert list(ranking.values_list("object_id", "views")) == [("3", 9), ("1", 5), ("4", 5)]


@pytest.mark.django_db(databases=["default", "other"])
def test_content_types_of_each_database() -> None:
    """Ids of content types differ from one database to the next."""
    ContentType.objects.using("other").filter(app_label="testapp", model="topic").delete()
    ContentType.objects.clear_cache()
    count_view(None, Topic(pk=1), views=2, using="other")

    row = ViewCount.objects.using("other").get()

    assert row.content_type_id != ContentType.objects.get_for_model(Topic).pk
    assert ViewCount.objects.using("other").totals(Kind(Topic), ["1"]) == {"1": 2}
    ContentType.objects.clear_cache()


def test_str() -> None:
    count_view(None, Topic(pk=1), views=3)
    content_type = ContentType.objects.get_for_model(Topic).pk
    day = DailyViews.objects.get()

    assert str(ViewCount.objects.get()) == f"{content_type}:1 view 3"
    assert str(day) == f"{content_type}:1 view {day.day} 3"
    batch = FlushBatch.objects.create()
    assert str(batch) == str(batch.pk)
