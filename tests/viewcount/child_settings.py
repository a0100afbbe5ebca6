"""The tests' settings for a process that a test starts, with the test's own VIEWCOUNT_* values."""

from __future__ import annotations

import json
import os

from tests.settings import *  # noqa: F403 (settings are extended this way)

globals().update(json.loads(os.environ["VIEWCOUNT"]))
