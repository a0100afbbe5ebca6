from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

SETTINGS = """
SECRET_KEY = "only for tests"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", {apps}]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [{{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}}]
USE_TZ = True
{extra}
"""

MANAGE = """
import os, sys
for name in {absent!r}:
    sys.modules[name] = None  # an import of it fails, as if it were not installed
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
from django.core.management import execute_from_command_line
if sys.argv[1] == "run":
    import django
    django.setup()
    exec(sys.stdin.read(), {{}})
else:
    execute_from_command_line(sys.argv)
"""


class BareProject:
    """A project in an empty folder, run by processes of its own."""

    def __init__(self, path: Path, apps: list[str], absent: list[str], extra: str = "") -> None:
        self.path = path
        names = ", ".join(repr(app) for app in apps)
        (path / "settings.py").write_text(SETTINGS.format(apps=names, extra=dedent(extra)))
        (path / "manage.py").write_text(MANAGE.format(absent=absent))

    def write(self, name: str, text: str) -> None:
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(dedent(text))

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """Run `manage.py` and return what it prints; fail with it when it fails."""
        done = subprocess.run(
            [sys.executable, "-W", "error", "manage.py", *arguments],
            cwd=self.path,
            env={"PATH": os.environ["PATH"], "HOME": str(self.path)},
            input=dedent(stdin),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, code: str) -> str:
        """Run Python code inside the project and return what it prints."""
        return self.manage("run", stdin=code)


@pytest.fixture
def bare_project(tmp_path: Path) -> Callable[..., BareProject]:
    def make(apps: list[str], absent: list[str] | None = None, extra: str = "") -> BareProject:
        return BareProject(tmp_path, apps, absent or [], extra)

    return make
