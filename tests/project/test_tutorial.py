"""Follow the tutorial to the letter: write its files, run its commands, use its site."""

from __future__ import annotations

import difflib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.apps import apps

APPS = ("django_activity", "django_follow", "django_viewcount")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(
    r"^```\{code-block\} \S+\n:caption: (?P<file>\S+)(?P<append> \(append\))?\n"
    r"(?::emphasize-lines: (?P<lines>[^\n]+)\n)?\n(?P<code>.*?)^```$"
    r"|^```console\n(?P<console>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
# What a reader does once, and what does not end by itself.
NOT_RUN = ("python -m venv", ". venv/", "python -m pip", "python manage.py runserver")

# A person at the site that the reader has in the end: what is shown is clicked.
VISIT = """
import re

import django

django.setup()

from django.contrib.auth.models import User
from django.test import Client

LINK = re.compile(r'href="(/notes/[0-9]+/)"')


def browse(name):
    client = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    send(client, "/signup/", username=name, password1="tut0rial-pass", password2="tut0rial-pass")
    send(client, "/accounts/login/", username=name, password="tut0rial-pass")
    return client


def read(client, url):
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return response.content.decode()


def send(client, page, form='<form method="post">', **values):
    html = read(client, page)
    assert form in html, (page, html)
    html = form + html.partition(form)[2].partition("</form>")[0]
    address = re.search('action="(.+?)"', html)
    fields = re.findall('<input type="hidden" name="(.+?)" value="(.*?)"', html)
    fields += re.findall('<button[^>]* name="(.+?)" value="(.+?)"', html)
    url = address[1] if address else page
    response = client.post(url, {**dict(fields), **values}, follow=True)
    assert response.status_code == 200, (url, response.status_code)
    return response.content.decode()


BUTTON = '<form class="follow-form"'
ann, bo = browse("ann"), browse("bo")
assert "Nothing yet" in read(ann, "/")
assert "1 view<" in send(bo, "/", text="A note by bo")  # writing leads to the note
assert "A note by bo" not in read(ann, "/")

assert 'aria-pressed="true"' in send(ann, "/people/bo/", BUTTON)
assert [user.username for user in User.objects.get(username="ann").following.all()] == ["bo"]
stream = read(ann, "/")
assert "wrote" in stream and "A note by bo" in stream
assert "2 views<" in read(ann, LINK.search(stream)[1])

send(bo, "/", BUTTON)  # bo follows ann, and so reads that she follows him
assert '<a class="action-target" href="/people/bo/">bo</a>' in read(bo, "/")

assert 'aria-pressed="false"' in send(ann, "/people/bo/", BUTTON)
assert "A note by bo" not in read(ann, "/")
assert Client(SERVER_NAME="localhost").get("/people/bo/").status_code == 200
assert ann.get("/?before=nonsense").status_code == 400
"""

pytestmark = pytest.mark.skipif(
    not all(map(apps.is_installed, APPS)), reason="the tutorial uses all three apps"
)


class Block(NamedTuple):
    file: str = ""
    code: str = ""
    append: bool = False
    emphasized: frozenset[int] = frozenset()
    commands: tuple[str, ...] = ()


def blocks() -> Iterator[Block]:
    for match in BLOCK.finditer(PAGE.read_text()):
        if match["console"] is not None:
            lines = match["console"].splitlines()
            yield Block(commands=tuple(line[2:] for line in lines if line.startswith("$ ")))
        else:
            emphasized = frozenset(numbers(match["lines"] or ""))
            yield Block(match["file"], match["code"], bool(match["append"]), emphasized)


def numbers(text: str) -> Iterator[int]:
    """The numbers of "2, 5-7"."""
    for part in filter(None, text.replace(" ", "").split(",")):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def run(command: list[str], directory: Path, **extra: str) -> str:
    """Run a command as the reader would: without this test run's settings and paths."""
    env = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command, cwd=directory, env={**env, **extra}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project that somebody has who has read the page to its end."""
    directory = tmp_path_factory.mktemp("tutorial")
    for block in blocks():
        for command in block.commands:
            if command.startswith("cd "):
                directory /= command.removeprefix("cd ")
            elif not command.startswith(NOT_RUN):
                run(shlex.split(command), directory)
        if block.file:
            path = directory / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            code = f"{path.read_text()}\n{block.code}" if block.append else block.code
            path.write_text(code)
    return directory


def test_no_block_is_overlooked() -> None:
    """A block that the test does not understand would be a block that is not tested."""
    fences = re.findall(r"^```", PAGE.read_text(), re.MULTILINE)
    assert len(fences) == 2 * len(list(blocks()))


def test_emphasized_lines_are_those_that_changed() -> None:
    files: dict[str, list[str]] = {}
    for block in blocks():
        if not block.file or block.append:
            continue
        lines = block.code.splitlines()
        if block.emphasized:
            # startapp and startproject write the first version of a file shown only once.
            before = files.get(block.file, lines[: min(block.emphasized) - 1])
            matcher = difflib.SequenceMatcher(None, before, lines, autojunk=False)
            changed = {
                number + 1
                for tag, _, _, first, last in matcher.get_opcodes()
                if tag != "equal"
                for number in range(first, last)
                if lines[number].strip()
            }
            assert changed == {n for n in block.emphasized if lines[n - 1].strip()}, block.file
        files[block.file] = lines


def test_commands_of_the_page_pass(site: Path) -> None:
    """Building the project has run them all; the last one runs the reader's own tests."""
    assert "OK" in run(["python", "manage.py", "test"], site)


def test_check_finds_nothing(site: Path) -> None:
    assert "no issues" in run(["python", "manage.py", "check", "--fail-level", "WARNING"], site)


def test_migrations_are_complete(site: Path) -> None:
    output = run(["python", "manage.py", "makemigrations", "--check", "--dry-run"], site)
    assert "No changes detected" in output


def test_script_of_the_button_is_served(site: Path) -> None:
    output = run(["python", "manage.py", "findstatic", "django_follow/follow.js"], site)
    assert "follow.js" in output


def test_site_works(site: Path) -> None:
    """Sign up, follow, read the stream, view a note twice, unfollow."""
    (site / "visit.py").write_text(VISIT)
    run(["python", "visit.py"], site, DJANGO_SETTINGS_MODULE="mysite.settings")
