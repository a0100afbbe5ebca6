from __future__ import annotations

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

OURS = ["django_activity", "django_follow", "django_viewcount"]


@pytest.mark.django_db
def test_no_app_of_the_project_wants_a_migration():
    """Not ours, nor the user model's, which has accessors that its migrations must not see."""
    out = StringIO()

    call_command("makemigrations", check=True, dry_run=True, stdout=out)

    assert out.getvalue() == "No changes detected\n"


@pytest.mark.parametrize("label", OURS)
def test_fit_to_live_with(label):
    """Keys that do not run out, and names that a person gave to all that stays."""
    for model in apps.get_app_config(label).get_models():
        key = model._meta.pk
        big = (models.BigAutoField, models.BigIntegerField, models.UUIDField, models.CharField)
        assert isinstance(key, big) or key.one_to_one, model  # the second has the key of its user
        for index in [*model._meta.indexes, *model._meta.constraints]:
            assert index.name, model
