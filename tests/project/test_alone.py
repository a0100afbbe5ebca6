"""Each app installs, checks, migrates and does its work with the other two absent."""

from __future__ import annotations

import pytest

USERS = """
from django.contrib.auth.models import User
ann, bo = (User.objects.create_user(name) for name in ("ann", "bo"))
"""

QUICK_STARTS = {
    "django_follow": """
from django_follow.api import counts, follow, is_following
print(follow(ann, bo)[1], is_following(ann, bo), list(ann.following.all()), counts(bo))
""",
    "django_activity": """
from django_activity.api import log
from django_activity.streams import actor_stream
print(log(ann, "greets", bo)[1], log(ann, "greets", bo)[1])
print(*actor_stream(ann).page().actions)
""",
    "django_viewcount": """
from django.test import RequestFactory
from django_viewcount.api import count_view, get_views, most_viewed
for _ in range(2):
    result = count_view(RequestFactory().get("/"), bo)
print(result.counted, result.views, get_views(bo), most_viewed(User.objects.all()))
""",
}

PRINTED = {
    "django_follow": "True True [<User: bo>] Counts(followers=1, following=0)\n",
    "django_activity": "True False\nann greets bo\n",
    "django_viewcount": "True 2 2 [<User: bo>]\n",
}


@pytest.mark.parametrize("app", QUICK_STARTS)
def test_alone(bare_project, app):
    others = [name for name in QUICK_STARTS if name != app]
    project = bare_project([app], absent=others)

    assert "no issues" in project.manage("check")
    assert project.manage("makemigrations", "--check", "--dry-run") == "No changes detected\n"
    project.manage("migrate", "--verbosity=0")

    assert project.run(USERS + QUICK_STARTS[app]) == PRINTED[app]


def test_all_at_once(bare_project):
    project = bare_project(list(QUICK_STARTS))

    assert "no issues" in project.manage("check")
    assert project.manage("makemigrations", "--check", "--dry-run") == "No changes detected\n"
    project.manage("migrate", "--verbosity=0")

    printed = project.run(USERS + "".join(QUICK_STARTS.values()))
    assert printed == "".join(PRINTED.values())
