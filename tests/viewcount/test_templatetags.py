from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.template import Context, Template
from django.utils import translation
from testapp.models import Topic

from django_viewcount.api import attach_views, count_view
from django_viewcount.signing import beacon_token

pytestmark = pytest.mark.django_db


def render(text: str, **context: Any) -> str:
    return Template("{% load django_viewcount %}" + text).render(Context(context))


def test_view_count(django_assert_num_queries: Any) -> None:
    topic = Topic.objects.create(name="Jazz")
    assert render("{% view_count topic %}", topic=topic) == "0"
    count_view(None, topic, views=12)

    with django_assert_num_queries(1):
        assert render("{% view_count topic %}", topic=topic) == "12"


def test_view_count_uses_what_is_attached(django_assert_num_queries: Any) -> None:
    jazz, blues = (Topic.objects.create(name=name) for name in ("Jazz", "Blues"))
    count_view(None, jazz)
    page = attach_views([jazz, blues])

    with django_assert_num_queries(0):
        text = render("{% for topic in page %}{% view_count topic %} {% endfor %}", page=page)
    assert text == "1 0 "


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "1,234,567"), ("de", "1.234.567"), ("fr", "1\xa0234\xa0567")]
)
def test_view_count_is_localised(language: str, expected: str) -> None:
    topic = Topic(pk=1)
    topic.view_count = 1234567

    with translation.override(language):
        assert render("{% view_count topic %}", topic=topic) == expected


def test_view_count_as_variable() -> None:
    topic = Topic(pk=1)
    topic.view_count = 7

    assert render("{% view_count topic as views %}[{{ views }}]", topic=topic) == "[7]"


def test_most_viewed() -> None:
    for views, name in enumerate("abcd", 1):
        count_view(None, Topic.objects.create(name=name), views=views)
    text = "{% for topic in top %}{{ topic }}{% view_count topic %} {% endfor %}"

    assert render(
        "{% most_viewed topics 2 as top %}" + text, topics=Topic.objects.exclude(name="d")
    ) == ("c3 b2 ")
    assert render("{% most_viewed topics as top %}" + text, topics=Topic.objects) == "d4 c3 b2 a1 "


def test_most_viewed_of_a_period() -> None:
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic, views=3)

    text = '{% most_viewed topics 5 "week" as top %}{% for topic in top %}{{ topic.period_views }}'
    assert render(text + "{% endfor %}", topics=Topic.objects) == "3"


def test_unique_view_count(django_assert_num_queries: Any) -> None:
    topic = Topic.objects.create(name="Jazz")
    for visitor in "aab":
        count_view(None, topic, visitor=visitor)

    with django_assert_num_queries(1):
        assert render("{% unique_view_count topic %}", topic=topic) == "2"
    attach_views([topic], uniques=True)
    with django_assert_num_queries(0):
        assert render("{% unique_view_count topic %}", topic=topic) == "2"


def test_sparkline(settings: Any) -> None:
    settings.VIEWCOUNT_COUNTERS = ["download"]
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic, views=3)
    with translation.override("en"):
        text = render("{% view_sparkline topic %}", topic=topic)
        assert "<title>Views in each of the last 30 days: 3 in all, from 0 to 3.</title>" in text
        text = render('{% view_sparkline topic days=7 counter="download" %}', topic=topic)
        assert "<title>Views in each of the last 7 days: 0 in all, from 0 to 0.</title>" in text
    assert "script" not in text


def test_beacon(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0), translation.override("de"):
        text = render("{% view_beacon topic after=1.5 %}", topic=Topic(pk=5))

    token = beacon_token(Topic(pk=5))
    assert text.strip() == (
        f'<span hidden data-view-beacon="{token}" data-url="/views/" '
        'data-batch-url="/views/batch/" data-after="1.5"></span>'
        '<script src="/static/django_viewcount/viewcount.js" defer></script>'
    )


def test_compact_number() -> None:
    with translation.override("en"):
        assert render("{{ number|compact_number }}", number=1234) == "1.2K"


def test_tags_never_write() -> None:
    topic = Topic.objects.create(name="Jazz")

    def refuse(execute: Any, sql: str, *args: Any) -> Any:
        assert sql.startswith(("SELECT", "EXPLAIN")), sql
        return execute(sql, *args)

    with connection.execute_wrapper(refuse):
        render(
            "{% view_count topic %}{% most_viewed topics 5 as top %}{% unique_view_count topic %}"
            "{% view_sparkline topic %}{% view_beacon topic %}",
            topic=topic,
            topics=Topic.objects,
        )
