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
