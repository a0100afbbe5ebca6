"""An edge whose two ends have keys of different kinds, and are both counted."""

from __future__ import annotations

MODELS = """
import uuid
from django.db import models
from django_follow.models import AbstractFollow

class Reader(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    reads = models.IntegerField(default=0)

class Paper(models.Model):
    readers = models.IntegerField(default=0)

class Reading(AbstractFollow):
    following_count = "reads"
    followers_count = "readers"

    follower = models.ForeignKey(Reader, models.CASCADE, related_name="+")
    followee = models.ForeignKey(Paper, models.CASCADE, related_name="+")
"""


def test_recount(bare_project):
    project = bare_project(["django_follow", "press"])
    project.write("press/__init__.py", "")
    project.write("press/models.py", MODELS)
    project.manage("makemigrations", "press", "--verbosity=0")
    project.manage("migrate", "--verbosity=0")
    project.run(
        "from django_follow.api import follow\n"
        "from press.models import Paper, Reader\n"
        "follow(Reader.objects.create(), Paper.objects.create())\n"
        "Reader.objects.update(reads=3)\n"
        "Paper.objects.update(readers=4)\n"
    )

    printed = project.manage("follow_recount")

    assert "readers: 4 instead of 1" in printed
    assert "reads: 3 instead of 1" in printed
    assert project.manage("follow_recount", "--check").endswith(" 0 counts were wrong.\n")
