from __future__ import annotations

import operator

import pytest
from django.test import override_settings

from django_follow.conf import settings


def test_read_on_access():
    assert settings.user_attributes == ("following", "followers")
    with override_settings(FOLLOW_USER_ATTRIBUTES=("a", "b")):
        assert settings.user_attributes == ("a", "b")
        with override_settings(FOLLOW_USER_ATTRIBUTES=None):
            assert settings.user_attributes is None
        assert settings.user_attributes == ("a", "b")
    assert settings.user_attributes == ("following", "followers")


def test_defaults():
    assert settings.user_counts is None
    assert settings.requires_approval is None
    assert settings.max_following is None
    assert settings.list_visibility is None
    assert settings.page_size == 50


@pytest.mark.parametrize("name", ["REQUIRES_APPROVAL", "LIST_VISIBILITY"])
def test_a_callable_or_its_path(name):
    for value in (operator.ne, "operator.ne"):
        with override_settings(**{f"FOLLOW_{name}": value}):
            assert getattr(settings, name.lower()) is operator.ne
    with override_settings(**{f"FOLLOW_{name}": "operator.no_such"}), pytest.raises(ImportError):
        getattr(settings, name.lower())
