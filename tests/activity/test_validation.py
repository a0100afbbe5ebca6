from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import override_settings
from django.utils.functional import SimpleLazyObject
from testapp.models import Country, Topic

from django_activity import api
from django_activity.exceptions import (
    ActivityError,
    InvalidAction,
    MissingData,
    UnknownVerb,
    UnsavedObject,
)
from django_activity.models import LABEL_LENGTH, Action

pytestmark = pytest.mark.django_db

REFUSED = [
    ({"verb": ""}, InvalidAction, "1 to 64 characters, not ''"),
    ({"verb": "x" * 65}, InvalidAction, "1 to 64 characters"),
    ({"verb": None}, InvalidAction, "1 to 64 characters, not None"),
    ({"verb": "a\0b"}, InvalidAction, "1 to 64 characters"),
    ({"data": ["a"]}, InvalidAction, "must be a dict, not"),
    ({"data": "a"}, InvalidAction, "must be a dict, not"),
    ({"data": {"a": object()}}, InvalidAction, "must be what JSON can hold"),
    ({"data": {"a": float("nan")}}, InvalidAction, "must be what JSON can hold"),
    ({"data": {"a": "\0"}}, InvalidAction, "NUL character"),
    ({"data": {"a": ["\\\0"]}}, InvalidAction, "NUL character"),
    ({"data": {"\0": 1}}, InvalidAction, "NUL character"),
    ({"target": Topic(name="New")}, UnsavedObject, "not saved, so no action can point"),
    ({"action_object": Topic(name="New")}, UnsavedObject, "not saved, so no action can point"),
    ({"target": "Tea"}, InvalidAction, "instances of models, and not to 'Tea'"),
    ({"target": Topic}, InvalidAction, "instances of models"),
    ({"actor": AnonymousUser()}, UnsavedObject, "None is the system"),
    ({"actor": 1}, InvalidAction, "instances of models, and not to 1"),
    ({"verb": "  "}, InvalidAction, "1 to 64 characters"),
    ({"public": "no"}, InvalidAction, "True or False, and not 'no'"),
    ({"actor": Country("nz")}, InvalidAction, "The actor must be a .*, not"),
    ({"target": Country("x" * 65)}, InvalidAction, "over 64 characters"),
    ({"created": "2024-05-01"}, InvalidAction, "must be a datetime"),
    ({"created": dt.date(2024, 5, 1)}, InvalidAction, "must be a datetime"),
    ({"created": dt.datetime(2024, 5, 1)}, InvalidAction, "with a time zone exactly when USE_TZ"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), REFUSED)
class TestRefused:
    def test_by_log(self, ann, arguments, error, message):
        with pytest.raises(error, match=message) as caught:
            api.log(**{"actor": ann, "verb": "likes", **arguments})

        assert isinstance(caught.value, ActivityError)
        assert caught.value.code == error.code
        assert not Action.objects.exists()

    def test_by_log_many_with_all_others(self, ann, arguments, error, message):
        good = {"actor": ann, "verb": "likes"}

        with pytest.raises(error, match=f"^Entry 1: .*{message}"):
            api.log_many([good, {**good, **arguments}, good])

        assert not Action.objects.exists()


class TestTime:
    def test_naive_where_time_zones_are_off(self, ann):
        with override_settings(USE_TZ=False):
            with pytest.raises(InvalidAction, match="with a time zone exactly when USE_TZ"):
                api.log(ann, "likes", created=dt.datetime(2024, 5, 1, tzinfo=dt.timezone.utc))

            assert api.log(ann, "likes", created=dt.datetime(2024, 5, 1))[1] is True
            assert api.log(ann, "likes", created=dt.datetime(2024, 5, 1, 0, 0, 9))[1] is False


class TestData:
    def test_backslash_is_no_nul(self, ann):
        data = {"path": r"C:\u0000dir", r"\\u0000": [r"\u0000"]}

        action, _ = api.log(ann, "moved", data=data)

        action.refresh_from_db()
        assert action.data == data

    def test_what_djangos_json_holds(self, ann):
        action, _ = api.log(ann, "paid", data={"price": Decimal("1.50"), "on": dt.date(2024, 5, 1)})

        action.refresh_from_db()
        assert action.data == {"price": "1.50", "on": "2024-05-01"}

    def test_the_callers_dict_is_left_alone(self, ann, settings):
        settings.ACTIVITY_ENRICH = lambda action: action.data.update(site="here")
        data = {"a": 1}

        action, _ = api.log(ann, "moved", data=data)

        assert (action.data, data) == ({"a": 1, "site": "here"}, {"a": 1})


class TestEnrich:
    def test_completes_every_action(self, ann, settings):
        def enrich(action):
            action.data["greeting"] = f"{action.actor.username} {action.verb}"
            action.public = False

        settings.ACTIVITY_ENRICH = enrich

        api.log(ann, "waves")
        api.log_many([{"actor": ann, "verb": "nods"}])

        rows = Action.objects.order_by("pk")
        assert [row.data["greeting"] for row in rows] == ["ann waves", "ann nods"]
        assert not any(row.public for row in rows)

    def test_decides_what_is_a_repeat(self, ann, tea, settings):
        settings.ACTIVITY_ENRICH = lambda action: setattr(action, "target", tea)

        first, _ = api.log(ann, "likes")

        assert api.log(ann, "likes", Topic.objects.create(name="Milk")) == (first, False)

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("data", {"a": object()}, "must be what JSON can hold"),
            ("data", {"a": "\0"}, "NUL character"),
            ("data", None, "must be a dict, not None"),
            ("data", ["a"], "must be a dict, not"),
            ("verb", "x" * 65, "1 to 64 characters"),
        ],
    )
    @pytest.mark.parametrize("many", [False, True])
    def test_is_validated_too(self, ann, settings, many, name, value, message):
        settings.ACTIVITY_ENRICH = lambda action: setattr(action, name, value)

        with pytest.raises(InvalidAction, match=message):
            api.log_many([{"actor": ann, "verb": "likes"}]) if many else api.log(ann, "likes")

        assert not Action.objects.exists()

    def test_its_own_errors_are_not_explained_away(self, ann, settings):
        settings.ACTIVITY_ENRICH = lambda action: action.data["a"] + 1
        with pytest.raises(KeyError):
            api.log_many([{"actor": ann, "verb": "likes"}])

        settings.ACTIVITY_ENRICH = lambda action: action.verb + 1
        with pytest.raises(TypeError, match="concatenate"):
            api.log_many([{"actor": ann, "verb": "likes"}])


class TestVerbs:
    def test_strict(self, ann, verb, settings):
        settings.ACTIVITY_STRICT_VERBS = True
        verb("likes")

        assert api.log(ann, "likes")[1] is True
        with pytest.raises(UnknownVerb, match="'lkies' is not registered"):
            api.log(ann, "lkies")
        with pytest.raises(UnknownVerb, match="^Entry 0: .*'lkies' is not registered"):
            api.log_many([{"actor": ann, "verb": "lkies"}])

    def test_strict_about_what_enrich_makes_of_it(self, ann, verb, settings):
        settings.ACTIVITY_STRICT_VERBS = True
        verb("likes")
        settings.ACTIVITY_ENRICH = lambda action: setattr(action, "verb", "loves")

        with pytest.raises(UnknownVerb, match="'loves' is not registered"):
            api.log(ann, "likes")

    def test_required_data(self, ann, verb, settings):
        verb("rates", required=("stars", "scale"))

        with pytest.raises(MissingData, match="'rates' lacks stars, scale"):
            api.log(ann, "rates")
        with pytest.raises(MissingData, match="^Entry 0: .*lacks scale"):
            api.log_many([{"actor": ann, "verb": "rates", "data": {"stars": 3}}])
        assert api.log(ann, "rates", data={"stars": 3, "scale": None})[1] is True

        settings.ACTIVITY_ENRICH = lambda action: action.data.update(stars=1, scale=5)
        assert api.log(None, "rates")[1] is True


class TestLabels:
    @pytest.mark.parametrize(("text", "label"), [("x" * 300, "x" * LABEL_LENGTH), ("a\0b", "ab")])
    def test_is_what_fits(self, ann, tea, monkeypatch, text, label):
        monkeypatch.setattr(Topic, "__str__", lambda self: text)

        api.log(ann, "likes", tea, action_object=tea)

        row = Action.objects.get()
        assert (row.target_label, row.action_object_label) == (label, label)


def test_lazy_user_of_a_request(ann):
    lazy = SimpleLazyObject(lambda: ann)

    first, created = api.log(lazy, "likes", lazy)

    first.refresh_from_db()
    assert (created, first.actor, first.target, first.actor_label) == (True, ann, ann, "ann")
    assert api.log(ann, "likes", ann) == (first, False)
