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


PROFILES = """
import uuid
from django.conf import settings
from django.db import models
from django_activity.models import AbstractAction

class Profile(models.Model):
    code = models.CharField(primary_key=True, max_length=20)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE)
    following = models.ManyToManyField("self", symmetrical=False, related_name="followers")

    def __str__(self):
        return self.code

class Board(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.ForeignKey(Profile, models.CASCADE)
    fans = models.ManyToManyField(Profile, related_name="boards")

    def __str__(self):
        return "a board"

class Event(AbstractAction):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    actor = models.ForeignKey(Profile, models.SET_NULL, null=True, related_name="events")
    site = models.CharField(max_length=20, default="here")

def followees(profile):
    return profile.following.all()

def boards(profile):
    return [(Board, profile.boards.all())]

def excluded(profile):
    return Profile.objects.filter(code="bot")

def profile_of(user):
    return Profile.objects.filter(user=user).first()

def where(event):
    event.site = event.data.pop("site", "here")
"""

SETTINGS = """
ACTIVITY_ACTION_MODEL = "events.Event"
ACTIVITY_FOLLOWEES = "events.models.followees"
ACTIVITY_FOLLOWED_TARGETS = "events.models.boards"
ACTIVITY_EXCLUDED = "events.models.excluded"
ACTIVITY_ENRICH = "events.models.where"
ACTIVITY_ACTOR_OF = "events.models.profile_of"
ROOT_URLCONF = "django_activity.urls"
ALLOWED_HOSTS = ["localhost"]
ACTIVITY_TRACK = {
    "events.Board": {"created": "opened", "deleted": "closed", "actor": "owner",
                     "m2m": {"fans": ("joined", "left")}},
}
"""

STREAMS = """
import datetime as dt
from django.contrib.auth.models import User
from django_activity.api import (
    acting_as, advance_marker, forget, log, log_many, retract, stream_marker
)
from django_activity.exceptions import InvalidAction
from django_activity.streams import any_stream, home_stream
from events.models import Board, Event, Profile

ann, bo, bot = (
    Profile.objects.create(code=name, user=User.objects.create_user(name))
    for name in ("ann", "bo", "bot")
)
ann.following.add(bo, bot)

def told(page):
    return [f"{action} {action.site}" for action in page.actions]

try:
    log(ann.user, "waves")
except InvalidAction as error:
    print(error)

first, created = log(bo, "waves", data={"site": "there"})
print(created, log(bo, "waves") == (first, False), first.site)
with acting_as(bo):
    board = Board.objects.create(owner=bo)
board.fans.add(ann, bot)
when = dt.datetime(2024, 5, 1, tzinfo=dt.timezone.utc)
many = log_many(
    {"actor": actor, "verb": f"did {n}", "created": when + dt.timedelta(n // 3), "target": ann.user,
     "data": {"site": "there" if n % 2 else "here"}}
    for n in range(9) for actor in (bo, bot, None) for _ in range(2)
)
print(len(many), Event.objects.count())

stream = home_stream(ann)
print(told(stream.page(3)))
there = stream.filter(site="there").page(10)
print(told(there)[0], len(there.actions), stream.exclude(site="here").page(10) == there)
found, cursor = [], None
while True:
    page = stream.page(2, cursor)
    found += page.actions
    cursor = page.next_cursor
    if cursor is None:
        break
expected = Event.objects.newest_first().filter(actor=bo)
print(len(found), found[1:] == list(expected), found[0])
print(stream.count_since(None), told(home_stream(bo, with_self=True, targets=False).page(1)))
print(told(any_stream(ann).page()), len(any_stream(ann.user).page(200).actions))

marker = advance_marker(ann.user, "home", found[4])
print(marker.unseen(stream), stream_marker(ann.user) == marker)
print(advance_marker(ann.user, "home", found[6]).cursor == marker.cursor)

print(retract(bo, "did 1", ann.user), retract(bo, "did 1", ann.user))
owner = str(Event.objects.get(verb="opened").actor)
bo.delete()
from django.db import connection
connection.check_constraints()
print(owner, Event.objects.filter(actor_label="bo", actor=None).count())
print(Event.objects.get(verb="closed"), forget(bot), Event.objects.filter(actor=bot).count())
"""


WEB = """
from django.contrib.auth.models import User
from django.template import Context, Template
from django.test import RequestFactory
from django_activity import views
from django_activity.api import current_actor, log
from django_activity.middleware import CurrentUserMiddleware
from events.models import Board, Event, Profile

ann, cy = Profile.objects.get(code="ann"), Profile.objects.create(
    code="cy", user=User.objects.create_user("cy")
)
ann.following.add(cy)
log(cy, "smiles")

def asked(user):
    request = RequestFactory(headers={"host": "localhost"}).get("/")
    request.user = user
    return request

print(views.home(asked(ann.user)).content.decode().count("smiles"))
print(views.home(asked(User.objects.create_user("di"))).status_code)
for view in (views.actor, views.actor_rss):
    print(view(asked(cy.user), pk="cy").status_code)
print(views.marker(asked(ann.user), stream="home").content.decode()[-26:])
tag = Template("{% load django_activity %}{% home_stream user as page %}{{ page.actions }}")
print(tag.render(Context({"user": ann.user})))
print(CurrentUserMiddleware(lambda request: current_actor())(asked(cy.user)))
"""


def test_actor_that_is_no_user(bare_project):
    project = bare_project(["events", "django_activity"], extra=SETTINGS)
    project.write("events/__init__.py", "")
    project.write("events/models.py", PROFILES)
    project.manage("makemigrations", "events", "--verbosity=0")
    assert project.manage("makemigrations", "--check", "--dry-run") == "No changes detected\n"
    assert "no issues" in project.manage("check")
    project.manage("migrate", "--verbosity=0")

    assert project.run(STREAMS).splitlines() == [
        "The actor must be a events.Profile, not <User: ann>.",
        "True True there",
        "27 31",
        "['ann joined a board here', 'bo opened a board here', 'bo waves there']",
        "bo waves there 5 True",
        "12 True ann joined a board",
        "12 ['bo opened a board here']",
        "['ann joined a board here'] 27",
        "4 True",
        "True",
        "1 0",
        "bo 11",
        "bo closed a board 10 0",
    ]

    assert project.run(WEB).splitlines() == [
        "1",
        "404",
        "200",
        "200",
        '"version": 1, "unseen": 1}',
        "[&lt;Event: cy smiles&gt;]",
        "cy",
    ]
    assert "The home stream of ann" in project.manage("activity_explain", "ann")
