"""Whatever a project can name is on the page of its app, and the pages name nothing else."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import get_commands
from django.dispatch import Signal

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {
    "django_activity": "activity",
    "django_follow": "follow",
    "django_viewcount": "viewcount",
}
OFFERING = (
    "activitystreams",
    "api",
    "middleware",
    "rendering",
    "streams",
    "syndication",
    "testing",
    "verbs",
)
APPS = [name for name in FOLDERS if apps.is_installed(name)]
CHECK = re.compile(r"\bdjango_\w+\.[EW]\d{3}\b")
SETTING = re.compile(r"\b(?:ACTIVITY|FOLLOW|VIEWCOUNT)_[A-Z][A-Z_]*\b")


def module(app: str, name: str) -> Any:
    """A module of an app, or None: not every app has signals, say."""
    path = f"{app}.{name}"
    return import_module(path) if find_spec(path) else None


def docs_of(app: str) -> str:
    pages = sorted((ROOT / "docs" / FOLDERS[app]).glob("**/*.md"))
    return "\n".join(page.read_text() for page in pages)


def all_docs() -> dict[str, str]:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")]
    return {str(page.relative_to(ROOT)): page.read_text() for page in pages}


def settings_of(app: str) -> dict[str, str]:
    """Names of an app's settings, and of the properties that read them."""
    conf = module(app, "conf")
    properties = inspect.getmembers(conf.Settings, lambda member: isinstance(member, property))
    return {f"{FOLDERS[app].upper()}_{name.upper()}": name for name, _ in properties}


def checks_of(app: str) -> list[str]:
    source = Path(import_module(app).__path__[0]).glob("**/*.py")
    return sorted({found for path in source for found in CHECK.findall(path.read_text())})


def public(app: str, name: str) -> list[str]:
    """What a module of an app offers in its `__all__`."""
    return getattr(module(app, name), "__all__", [])


def members(app: str, name: str, kind: Callable[[Any], bool]) -> list[str]:
    return [found for found, _ in inspect.getmembers(module(app, name), kind)]


def functions_of(app: str) -> Iterator[tuple[str, str]]:
    """Functions with the text that documents them: their docstring, or for the asynchronous twin
    of another function its name in a sentence."""
    offered = [name for part in OFFERING for name in public(app, part)]
    for name in offered:
        kind = "data" if name.isupper() else "class" if name[0].isupper() else "function"
        is_twin = name.startswith("a") and name[1:] in offered
        yield name, f"`{name}`" if is_twin else f".. auto{kind}:: {name}\n"


def names(app: str) -> Iterator[tuple[str, str]]:
    """Everything that a project can name, with the text that documents it."""
    library = module(app, f"templatetags.{app}")
    commands = [name for name, owner in get_commands().items() if owner == app]
    signals = members(app, "signals", lambda member: isinstance(member, Signal))
    errors = members(app, "exceptions", lambda member: isinstance(member, type))
    yield from ((name, f"### `{name}`\n\nDefault: ") for name in settings_of(app))
    yield from ((name, f"{{% {name} ") for name in (library.register.tags if library else ()))
    yield from ((name, f"|{name}") for name in (library.register.filters if library else ()))
    yield from ((name, f"\n`{name}`\n:") for name in [*signals, *checks_of(app)])
    yield from ((name, f"python manage.py {name}") for name in commands)
    yield from ((name, f".. autoexception:: {name}\n") for name in errors)
    yield from functions_of(app)


@pytest.mark.parametrize(
    ("app", "text"),
    [pytest.param(app, text, id=f"{app}-{name}") for app in APPS for name, text in names(app)],
)
def test_everything_is_documented(app: str, text: str) -> None:
    assert text in docs_of(app), f"docs/{FOLDERS[app]} does not have {text!r}"


@pytest.mark.parametrize("app", APPS)
def test_documented_defaults_are_true(app: str, settings: Any) -> None:
    found = settings_of(app)
    for name in found:
        if hasattr(settings, name):
            delattr(settings, name)
    read = module(app, "conf").settings
    for name, attribute in found.items():
        default = repr(getattr(read, attribute)).replace("'", '"')
        assert f"### `{name}`\n\nDefault: `{default}`" in docs_of(app)


def test_docs_name_no_unknown_setting() -> None:
    known = {name for app in APPS for name in settings_of(app)}
    prefixes = tuple(f"{FOLDERS[app].upper()}_" for app in APPS)
    for page, text in all_docs().items():
        named = {name for name in SETTING.findall(text) if name.startswith(prefixes)}
        assert named <= known, f"{page} names {sorted(named - known)}"


def test_docs_name_no_unknown_check() -> None:
    known = {name for app in APPS for name in checks_of(app)}
    for page, text in all_docs().items():
        named = {name for name in CHECK.findall(text) if name.partition(".")[0] in APPS}
        assert named <= known, f"{page} names {sorted(named - known)}"


def test_docs_load_only_installed_libraries() -> None:
    """A {% load %} with a typing error would be copied by every reader."""
    known = {*FOLDERS, "static", "i18n"}
    for page, text in all_docs().items():
        for libraries in re.findall(r"\{% load (.+?) %\}", text):
            assert set(libraries.split()) <= known, f"{page} loads {libraries}"
