from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import Error, Warning, registry

from django_follow.checks import check_accessors, check_edges, check_settings


class TestBound:
    def test_checks_are_registered(self):
        assert {check_settings, check_accessors, check_edges} <= set(registry.registry.get_checks())


class TestSettings:
    def test_good_project(self):
        assert check_settings() == check_accessors() == check_edges() == []

    def test_unknown(self, settings):
        settings.FOLLOW_USER_ATRIBUTES = None

        assert check_settings() == [
            Warning(
                "FOLLOW_USER_ATRIBUTES is not a setting of django_follow.",
                hint="Known settings: FOLLOW_USER_ATTRIBUTES.",
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
