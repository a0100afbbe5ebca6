"""How Sphinx builds these pages: sphinx-build -W --keep-going -n docs docs/_build/html."""

from __future__ import annotations

from pathlib import Path

import django
import tomllib
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent

# Signatures and docstrings are read from the code, which needs its models loaded.
settings.configure(
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django_activity",
        "django_follow",
        "django_viewcount",
    ],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

project = "django-timehut"
author = "The django-timehut contributors"
copyright = f"2026, {author}"
version = release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
default_role = "code"  # docstrings name code in single backticks
nitpicky = True
# Other projects' pages are not fetched, so their names cannot be linked to.
nitpick_ignore_regex = [
    ("py:.*", r"(collections|contextlib|datetime|django|enum|typing|uuid)\..*"),
    ("py:.*", r"(Any|Callable|Iterable|Mapping|Sequence|QuerySet|HttpRequest|models\..*)"),
    ("py:.*", r"(date|datetime)"),
    ("py:.*", r"(django_\w+\.\w+\.)?_\w+"),  # type variables
    ("py:.*", r"django_\w+\.managers\..*"),  # the app's page tells what they offer
]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
add_module_names = False
python_maximum_signature_line_length = 110

html_theme = "furo"
html_title = f"django-timehut {release}"
html_copy_source = False
html_show_sphinx = False
