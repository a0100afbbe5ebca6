from __future__ import annotations

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
