"""An action model of a project's own may have columns that only the database can fill."""

from __future__ import annotations

MODELS = """
import uuid
from django.db import models
from django.db.models.functions import Now, Upper
from django_activity.models import AbstractAction

def place():
    return Upper(models.Value("there"))

class Event(AbstractAction):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    site = models.CharField(max_length=20, db_default="here")
    place = models.CharField(max_length=20, default=place)
    loud = models.GeneratedField(
        expression=Upper("verb"), output_field=models.CharField(max_length=64), db_persist=True
    )
    stamped = models.DateTimeField(default=Now)
    noted = models.DateTimeField(db_default=Now())
"""

SCENARIO = """
import datetime as dt
from django.contrib.auth.models import User
from django_activity.api import log
from django_activity.models import get_action_model
ann = User.objects.create_user("ann")
for dedup in (60, 0):
    action, created = log(ann, f"waves {dedup}", dedup=dedup)
    row = get_action_model().objects.get(verb=action.verb)
    print(created, action == row, row.site, row.place, row.loud)
    print(type(row.stamped).__name__, type(row.noted).__name__)
    if dedup:
        print(all(
            getattr(action, field.attname) == getattr(row, field.attname)
            for field in row._meta.concrete_fields
        ))
print(log(ann, "waves 60") == (get_action_model().objects.get(verb="waves 60"), False))

from django.db import connection
connection.features.can_return_columns_from_insert = False  # as on MySQL
connection.features.supports_default_keyword_in_insert = True
action, created = log(ann, "waves goodbye")
print(created, action == get_action_model().objects.get(verb="waves goodbye"))
print(log(ann, "waves goodbye") == (action, False))
"""


def test_columns_of_the_database(bare_project):
    project = bare_project(
        ["events", "django_activity"], extra='ACTIVITY_ACTION_MODEL = "events.Event"\n'
    )
    project.write("events/__init__.py", "")
    project.write("events/models.py", MODELS)
    project.manage("makemigrations", "events", "--verbosity=0")
    project.manage("migrate", "--verbosity=0")

    each = "True True here THERE WAVES {}\ndatetime datetime\n"
    assert project.run(SCENARIO) == each.format(60) + "True\n" + each.format(0) + (
        "True\nTrue True\nTrue\n"
    )
