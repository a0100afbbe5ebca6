"""Bring the translations up to date with the sources: python -m tests.catalogues [LANGUAGE …].

Every string that is marked goes into the catalogue of each language that a folder has, and of those
that are named, which begin empty; strings that are gone go. Then all are compiled.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
# Folders, and the domains of their catalogues. A folder takes part once it has a `locale`.
CATALOGUES = [
    ("src/django_activity", "django"),
    ("src/django_follow", "django"),
    ("src/django_viewcount", "django"),
    ("example_project", "django"),
]
# How the strings of a domain are found.
METHODS = {
    "django": [
        ("**.py", "python"),
        ("**/templates/**.html", "tests.catalogues:extract_template"),
        ("**/templates/**.txt", "tests.catalogues:extract_template"),
    ]
}
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# All that gettext needs: no names, and nothing that is another each day.
HEADER = r"""msgid ""
msgstr ""
"Language: {language}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: {plural_forms}\n"

"""
WIDTH = 100


def main(languages: list[str]) -> None:
    for folder, domain in CATALOGUES:
        if not locale_of(folder).is_dir():
            continue
        strings = extracted(folder, domain)
        new = {locale_of(folder) / name / "LC_MESSAGES" / f"{domain}.po" for name in languages}
        for path in sorted(new.union(paths(folder, domain))):
            renew(path, strings)


def locale_of(folder: str) -> Path:
    return ROOT / folder / "locale"


def paths(folder: str, domain: str) -> list[Path]:
    """The catalogues of a folder, one for each of its languages."""
    return sorted(locale_of(folder).glob(f"*/LC_MESSAGES/{domain}.po"))


def extracted(folder: str, domain: str) -> Catalog:
    """All strings of a folder that are marked for translation."""
    strings = Catalog()
    for file, line, string, comments, context in extract_from_dir(
        ROOT / folder, METHODS[domain], keywords=KEYWORDS, comment_tags=["Translators:"]
    ):
        strings.add(string, None, [(file, line)], auto_comments=comments, context=context)
    return strings


def extract_template(
    file: Any, keywords: Any, comment_tags: Collection[str], options: Any
) -> Iterator[Any]:
    """A method of Babel: the strings of a template of Django."""
    calls = templatize(file.read().decode())  # of gettext, among words that mean nothing
    lines = "\n".join(line.strip() for line in calls.splitlines())
    yield from extract_python(BytesIO(lines.encode()), keywords, comment_tags, options)


def renew(path: Path, strings: Catalog) -> None:
    """Make the file hold these strings with the translations that it had."""
    catalogue = read(path) if path.exists() else Catalog(path.parts[-3])
    catalogue.update(strings, no_fuzzy_matching=True)
    body = BytesIO()
    write_po(body, catalogue, WIDTH, omit_header=True, ignore_obsolete=True, include_lineno=False)
    header = HEADER.format(language=path.parts[-3], plural_forms=catalogue.plural_forms)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + body.getvalue().decode().rstrip() + "\n")
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def read(path: Path) -> Catalog:
    """The catalogue in a file. Raises PoFileError for what is none."""
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


if __name__ == "__main__":
    main(sys.argv[1:])
