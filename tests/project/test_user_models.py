"""User models that projects bring along, each in a project of its own."""

from __future__ import annotations

CUSTOM_USER = """
import uuid
from django.contrib.auth.models import AbstractUser
from django.db import models

class Member(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
"""

OWN_ACCESSOR = (
    CUSTOM_USER
    + """
    follows = models.ManyToManyField(
        "self",
        through="django_follow.Follow",
        through_fields=("follower", "followee"),
        symmetrical=False,
        related_name="fans",
    )
"""
)

CLASH = CUSTOM_USER + "    followers = models.IntegerField(default=0)\n"

SCENARIO = """
from django.contrib.auth import get_user_model
from django_follow.api import follow
ann, bo = (get_user_model().objects.create_user(name) for name in ("ann", "bo"))
follow(ann, bo)
"""


def project_with(bare_project, models, extra=""):
    extra = 'AUTH_USER_MODEL = "members.Member"\n' + extra
    project = bare_project(["members", "django_follow"], extra=extra)
    project.write("members/__init__.py", "")
    project.write("members/models.py", models)
    project.manage("makemigrations", "members", "--verbosity=0")
    assert project.manage("makemigrations", "--check", "--dry-run") == "No changes detected\n"
    return project


def test_custom_user_with_a_uuid_key(bare_project):
    project = project_with(bare_project, CUSTOM_USER)
    project.manage("migrate", "--verbosity=0")

    printed = project.run(SCENARIO + "print(ann.following.get(), bo.followers.get())")

    assert printed == "bo ann\n"


def test_accessor_declared_by_the_model_itself(bare_project):
    project = project_with(bare_project, CUSTOM_USER)
    # In a second migration: the first must exist before the edge can point to it.
    project.write("members/models.py", OWN_ACCESSOR)
    project.manage("makemigrations", "members", "--verbosity=0")
    assert "no issues" in project.manage("check")
    project.manage("migrate", "--verbosity=0")

    printed = project.run(
        SCENARIO + "print(ann.follows.get(), bo.fans.get(), hasattr(ann, 'following'))"
    )

    assert printed == "bo ann False\n"


def test_clash_is_a_check_not_a_crash(bare_project):
    project = project_with(
        bare_project, CLASH, extra='SILENCED_SYSTEM_CHECKS = ["django_follow.E002"]\n'
    )

    printed = project.run(
        "from django_follow.checks import check_accessors\n"
        "print([message.id for message in check_accessors()])"
    )

    assert printed == "['django_follow.E002']\n"


def test_attributes_of_other_names_and_none(bare_project):
    project = project_with(
        bare_project, CLASH, extra='FOLLOW_USER_ATTRIBUTES = ("idols", "fans")\n'
    )
    assert "no issues" in project.manage("check")
    project.manage("migrate", "--verbosity=0")

    assert project.run(SCENARIO + "print(ann.idols.get(), bo.fans.get())") == "bo ann\n"


def test_accessors_are_there_as_soon_as_models_are_loaded(bare_project):
    """A module that another app imports while models load may already use them."""
    project = bare_project(["django_follow", "late"])
    project.write("late/__init__.py", "")
    project.write(
        "late/models.py",
        """
        from django.contrib.auth.models import User

        print(User.following.rel.through.__name__)
        """,
    )

    assert project.run("") == "Follow\n"


RELATIVES = """
from django.contrib.auth.models import User
from django.db import models

class Reader(User):
    class Meta:
        proxy = True

class Employee(User):
    badge = models.IntegerField(default=0)
"""


def test_proxies_and_children_of_the_user_model(bare_project):
    project = bare_project(["django_follow", "late"])
    project.write("late/__init__.py", "")
    project.write("late/models.py", RELATIVES)
    project.manage("makemigrations", "late", "--verbosity=0")
    assert project.manage("makemigrations", "--check", "--dry-run") == "No changes detected\n"
    assert "no issues" in project.manage("check")
    project.manage("migrate", "--verbosity=0")

    printed = project.run(
        SCENARIO
        + "from late.models import Reader\n"
        + "print(Reader.objects.get(pk=ann.pk).following.get(), follow(bo, Reader(pk=ann.pk))[1])"
    )

    assert printed == "bo True\n"


def test_attributes_of_the_wrong_shape_are_a_check_too(bare_project):
    project = bare_project(
        ["django_follow"],
        extra='FOLLOW_USER_ATTRIBUTES = (1,)\nSILENCED_SYSTEM_CHECKS = ["django_follow.E001"]\n',
    )

    printed = project.run(
        "from django_follow.checks import check_settings\n"
        "print([message.id for message in check_settings()])"
    )

    assert printed == "['django_follow.E001']\n"


EDGES = """
from django.conf import settings
from django.db import models
from django_follow.models import AbstractFollow, Follow

class CloseFriend(AbstractFollow):
    followee = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

class Annotated(Follow):
    note = models.CharField(max_length=20)

class Recent(Follow):
    class Meta:
        proxy = True
"""


def test_two_edges_with_the_same_ends(bare_project):
    project = bare_project(
        ["django_follow", "graph"], extra='SILENCED_SYSTEM_CHECKS = ["django_follow.E003"]\n'
    )
    project.write("graph/__init__.py", "")
    project.write("graph/models.py", EDGES)

    printed = project.run(
        "from django_follow.checks import check_edges\n"
        "print([(message.id, message.obj.__name__) for message in check_edges()])"
    )

    assert printed == "[('django_follow.E003', 'CloseFriend')]\n"
    assert "no issues" in project.manage("check")
