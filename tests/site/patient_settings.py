"""The site's own settings, with patience for a busy machine."""

from __future__ import annotations

from bookmarks.settings import *  # noqa: F403

VIEWCOUNT_TIMEOUT = 10
