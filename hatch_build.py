"""Compile the translations, however the package is built or installed; Python reads no .po file."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledTranslations(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        for folder in ("src/*", "example_project"):
            for path in Path(self.root).glob(f"{folder}/locale/*/LC_MESSAGES/*.po"):
                compile_translation(path)


def compile_translation(path: Path) -> None:
    with path.open("rb") as source, path.with_suffix(".mo").open("wb") as target:
        catalogue = read_po(source)
        catalogue.creation_date = datetime(2020, 2, 2, tzinfo=timezone.utc)  # every build is alike
        write_mo(target, catalogue)
