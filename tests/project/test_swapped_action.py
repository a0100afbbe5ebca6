"""A project brings its own action model from its first migration on."""

from __future__ import annotations

MODELS = """
from django.db import models
from django_activity.models import AbstractAction

class EventOfARatherLongName(AbstractAction):
    site_name = models.CharField(max_length=20, default="here")
"""

SCENARIO = """
from django.contrib.auth.models import User
from django_activity.api import log
from django_activity.models import Action, get_action_model
from django_activity.streams import public_stream
ann = User.objects.create_user("ann")
log(ann, "greets"), log(ann, "greets")
page = public_stream().page()
print(get_action_model().__name__, [action.site_name for action in page.actions])
print(Action._meta.swapped, len(get_action_model()._meta.indexes))
"""


def test_swapped(bare_project):
    project = bare_project(
        ["events", "django_activity"],
        extra='ACTIVITY_ACTION_MODEL = "events.EventOfARatherLongName"\n',
    )
    project.write("events/__init__.py", "")
    project.write("events/models.py", MODELS)
    project.manage("makemigrations", "events", "--verbosity=0")
    assert project.manage("makemigrations", "--check", "--dry-run") == "No changes detected\n"
    assert "no issues" in project.manage("check")
    project.manage("migrate", "--verbosity=0")

    assert project.run(SCENARIO) == (
        "EventOfARatherLongName ['here']\nevents.EventOfARatherLongName 4\n"
    )
    tables = project.run(
        "from django.db import connection as c; print(c.introspection.table_names())"
    )
    assert "django_activity_action" not in tables
