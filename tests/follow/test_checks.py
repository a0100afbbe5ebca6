from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import Error, Warning, registry
from django.db import models
from django.test.utils import isolate_apps
from testapp.models import Topic, TopicFollow

from django_follow.checks import check_accessors, check_counts, check_edges, check_settings
from django_follow.models import AbstractFollow, Follow


class TestBound:
    def test_checks_are_registered(self):
        checks = {check_settings, check_accessors, check_edges, check_counts}
        assert checks <= set(registry.registry.get_checks())


class TestSettings:
    def test_good_project(self):
        assert check_settings() == check_accessors() == check_edges() == check_counts() == []

    def test_unknown(self, settings):
        settings.FOLLOW_USER_ATRIBUTES = None

        assert check_settings() == [
            Warning(
                "FOLLOW_USER_ATRIBUTES is not a setting of django_follow.",
                hint="Known settings: FOLLOW_LIST_VISIBILITY, FOLLOW_MAX_FOLLOWING, "
                "FOLLOW_PAGE_SIZE, FOLLOW_REQUIRES_APPROVAL, FOLLOW_USER_ATTRIBUTES, "
                "FOLLOW_USER_COUNTS.",
                id="django_follow.W001",
            )
        ]

    @pytest.mark.parametrize(
        "value", ["following", ("following",), ("a", "a"), ("a b", "c"), (1, 2)]
    )
    def test_attributes_of_the_wrong_shape(self, settings, value):
        settings.FOLLOW_USER_ATTRIBUTES = value

        assert check_settings() == [
            Error(
                f"FOLLOW_USER_ATTRIBUTES is {value!r}.",
                hint='Give two different names, such as ("following", "followers"), or None.',
                id="django_follow.E001",
            )
        ]

    @pytest.mark.parametrize("name", ["FOLLOW_LIST_VISIBILITY", "FOLLOW_REQUIRES_APPROVAL"])
    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            ("mysite.rules.private", "No module named 'mysite'"),
            ("testapp.models.missing", 'Module "testapp.models" does not define a "missing"'),
            ("private", "private doesn't look like a module path"),
            (True, "True cannot be called."),
            ("testapp.models.__name__", "'testapp.models.__name__' cannot be called."),
        ],
    )
    def test_function_that_is_none(self, settings, name, value, reason):
        setattr(settings, name, value)

        (message,) = check_settings()
        assert message.msg.startswith(f"{name}: {reason}")
        assert message.hint == "Give a callable or the dotted path of one."
        assert message.id == "django_follow.E006"

    @pytest.mark.parametrize(
        ("name", "value", "hint"),
        [
            ("FOLLOW_MAX_FOLLOWING", "5", "Give a whole number, 0 or more, or None."),
            ("FOLLOW_MAX_FOLLOWING", -1, "Give a whole number, 0 or more, or None."),
            ("FOLLOW_MAX_FOLLOWING", True, "Give a whole number, 0 or more, or None."),
            ("FOLLOW_PAGE_SIZE", "50", "Give a whole number, 1 or more."),
            ("FOLLOW_PAGE_SIZE", 0, "Give a whole number, 1 or more."),
            ("FOLLOW_PAGE_SIZE", None, "Give a whole number, 1 or more."),
        ],
    )
    def test_number_that_is_none(self, settings, name, value, hint):
        setattr(settings, name, value)

        assert check_settings() == [
            Error(f"{name} is {value!r}.", hint=hint, id="django_follow.E007")
        ]

    def test_functions_and_numbers(self, settings):
        settings.FOLLOW_LIST_VISIBILITY = lambda viewer, owner, kind: True
        settings.FOLLOW_REQUIRES_APPROVAL = "testapp.models.Topic"
        settings.FOLLOW_MAX_FOLLOWING, settings.FOLLOW_PAGE_SIZE = 0, 1

        assert check_settings() == []


class TestAccessors:
    def test_clash(self, settings):
        settings.FOLLOW_USER_ATTRIBUTES = ("following", "username")
        user_model = get_user_model()
        label = user_model._meta.label

        assert check_accessors() == [
            Error(
                f"{label}.username is something else than django_follow's accessor.",
                hint="Choose other names with FOLLOW_USER_ATTRIBUTES, or None to attach none.",
                obj=user_model,
                id="django_follow.E002",
            )
        ]

    def test_none(self, settings):
        settings.FOLLOW_USER_ATTRIBUTES = None

        assert check_settings() == check_accessors() == []


class TestEdges:
    @isolate_apps("testapp")
    def test_two_with_the_same_ends(self, monkeypatch):
        class Star(AbstractFollow):
            followee = models.ForeignKey(Topic, models.CASCADE, related_name="+")

            class Meta:
                app_label = "testapp"

        ends = [get_user_model(), Topic]
        edges = [(TopicFollow, ends), (Follow, [ends[0]] * 2), (Star, ends)]
        # The registry of the project must not keep a model that no other test knows.
        monkeypatch.setattr("django_follow.checks.edge_models", lambda: edges)

        (found,) = check_edges()
        assert (found.id, found.obj) == ("django_follow.E003", Star)
        assert found.msg == "testapp.TopicFollow and testapp.Star join the same two models."


class TestCounts:
    @pytest.mark.parametrize("value", ["followers", ("a",), ("a", "a")])
    def test_of_the_wrong_shape(self, value, settings):
        settings.FOLLOW_USER_COUNTS = value

        (found,) = check_counts()
        assert (found.id, found.msg) == ("django_follow.E004", f"FOLLOW_USER_COUNTS is {value!r}.")

    def test_fields_that_are_missing_or_no_integers(self, settings):
        settings.FOLLOW_USER_COUNTS = ("username", "no_such_field")
        label = get_user_model()._meta.label

        found = check_counts()
        assert [(error.id, error.obj) for error in found] == [("django_follow.E005", Follow)] * 2
        assert [error.msg.split(",")[0] for error in found] == [
            f"django_follow.Follow counts in {label}.username",
            f"django_follow.Follow counts in {label}.no_such_field",
        ]
