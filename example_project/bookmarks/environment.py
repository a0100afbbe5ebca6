from __future__ import annotations

import os


def flag(name: str, default: str) -> bool:
    """Whether a variable is switched on."""
    return os.environ.get(name, default).lower() in ("1", "true", "yes", "on")


def words(name: str) -> list[str]:
    """The words of a variable, which have commas between them."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


DEBUG = flag("DEBUG", "1")
