from __future__ import annotations

import datetime as dt

import pytest
from testapp.models import Document, ProxyTopic, Topic

from django_activity.models import Action

pytestmark = pytest.mark.django_db

WHEN = dt.datetime(2024, 5, 1, 12, tzinfo=dt.timezone.utc)


@pytest.fixture
def rows(ann, bo, tea):
    document = Document.objects.create()
    given = {
        "ann at tea": {"actor": ann, "target": tea},
        "bo upon tea": {"actor": bo, "action_object": tea},
        "system at document": {"target": document, "public": False},
        "gone": {"actor_label": "gone"},
    }
    for minute, (verb, fields) in enumerate(given.items()):
        created = WHEN + dt.timedelta(minutes=minute // 2)
        Action.objects.create(verb=verb, created=created, **fields)
    return given


def verbs(queryset):
    return [action.verb for action in queryset.newest_first()]


def test_whose(ann, bo, rows):
    assert verbs(Action.objects.by(ann)) == ["ann at tea"]
    assert verbs(Action.objects.by(None)) == ["system at document"]
    assert verbs(Action.objects.by_any([ann.pk, bo.pk])) == ["bo upon tea", "ann at tea"]
    assert verbs(Action.objects.by_any([])) == []


def test_about_what(rows, tea):
    proxy = ProxyTopic.objects.get()
    for item in (tea, proxy):
        assert verbs(Action.objects.at(item)) == ["ann at tea"]
        assert verbs(Action.objects.upon(item)) == ["bo upon tea"]
    for model in (Topic, ProxyTopic):
        assert verbs(Action.objects.of_model(model)) == ["bo upon tea", "ann at tea"]
    assert verbs(Action.objects.of_model(Document)) == ["system at document"]


def test_in_public(rows):
    assert verbs(Action.objects.public()) == ["gone", "bo upon tea", "ann at tea"]


def test_order_and_position(rows):
    down = list(Action.objects.newest_first())
    assert [action.verb for action in down] == list(rows)[::-1]
    assert list(Action.objects.oldest_first()) == down[::-1]

    for number, action in enumerate(down):
        here = action.created, action.pk
        assert list(Action.objects.older_than(*here).newest_first()) == down[number + 1 :]
        assert list(Action.objects.newer_than(*here).newest_first()) == down[:number]
