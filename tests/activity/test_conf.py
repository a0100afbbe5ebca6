from __future__ import annotations

from django.test import override_settings

from django_activity.conf import settings


def test_read_on_access():
    assert settings.dedup_window == 60
    with override_settings(ACTIVITY_DEDUP_WINDOW=5):
        assert settings.dedup_window == 5
        with override_settings(ACTIVITY_DEDUP_WINDOW=0):
            assert settings.dedup_window == 0
        assert settings.dedup_window == 5
    assert settings.dedup_window == 60


def test_functions_by_path_or_themselves():
    with override_settings(ACTIVITY_FOLLOWEES="builtins.repr"):
        assert settings.followees is repr
    with override_settings(ACTIVITY_FOLLOWEES=repr):
        assert settings.followees is repr
    with override_settings(ACTIVITY_FOLLOWEES=None):
        assert settings.followees is None


def test_prefetch_labels_ignore_case():
    with override_settings(ACTIVITY_PREFETCH={"images.Image": list}):
        assert settings.queryset_for("images.image") == []
        assert settings.queryset_for("images.other") is None


def test_delete_policies():
    assert settings.delete_policy("images.image") == "keep"
    with override_settings(ACTIVITY_ON_TARGET_DELETE="hide"):
        assert settings.delete_policy("images.image") == settings.delete_policy("") == "hide"
    with override_settings(ACTIVITY_ON_TARGET_DELETE={"images.Image": "cascade"}):
        assert settings.delete_policy("images.image") == "cascade"
        assert settings.delete_policy("images.other") == settings.delete_policy("") == "keep"
