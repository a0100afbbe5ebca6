from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.test.utils import isolate_apps
from testapp.models import Profile, ProxyTopic, Topic

from django_viewcount.exceptions import UnknownCounter, UnsupportedKey, ViewCountError
from django_viewcount.targets import Kind, Target, keys_by_kind, kind_of, target_of


def test_target() -> None:
    assert target_of(Topic(pk=1)) == Target(Topic, "1")
    assert target_of(Topic(pk="1")) == Target(Topic, "1")
    assert target_of(ProxyTopic(pk=1)) == Target(Topic, "1")
    assert target_of(Profile(pk=2)) == Target(Profile, "2")


@isolate_apps("testapp")
def test_composite_key() -> None:
    class Seat(models.Model):
        pk = models.CompositePrimaryKey("row", "number")
        row = models.IntegerField()
        number = models.IntegerField()

        class Meta:
            app_label = "testapp"

    with pytest.raises(UnsupportedKey, match="has a composite primary key"):
        target_of(Seat(row=1, number=2))


@isolate_apps("testapp")
def test_key_that_is_a_foreign_key() -> None:
    class Cover(models.Model):
        topic = models.OneToOneField(Topic, models.CASCADE, primary_key=True)

        class Meta:
            app_label = "testapp"

    assert target_of(Cover(topic_id=7)) == Target(Cover, "7")


def test_keys_by_kind() -> None:
    targets = [
        Target(Topic, "2"),
        Target(Profile, "1"),
        Target(Topic, "1"),
        Target(Topic, "2"),
        Target(Topic, "2", "download"),
    ]

    assert keys_by_kind(targets) == {
        Kind(Topic): ["2", "1"],
        Kind(Profile): ["1"],
        Kind(Topic, "download"): ["2"],
    }


def test_counters_are_declared(settings: Any) -> None:
    with pytest.raises(UnknownCounter) as excinfo:
        target_of(Topic(pk=1), "download")
    assert str(excinfo.value) == (
        "There is no counter 'download'. Choose one of view, robot, or add it to "
        "VIEWCOUNT_COUNTERS."
    )
    with pytest.raises(UnknownCounter):
        kind_of(Topic, "download")
    settings.VIEWCOUNT_COUNTERS = ["download"]
    assert target_of(Topic(pk=1), "download") == Target(Topic, "1", "download")
    assert kind_of(ProxyTopic, "download") == Kind(Topic, "download")


def test_codes_are_unique() -> None:
    classes: list[Any] = [ViewCountError]
    for error in classes:
        classes += error.__subclasses__()

    assert len({error.code for error in classes}) == len(classes) > 5
