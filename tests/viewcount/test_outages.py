from __future__ import annotations

import logging

import pytest

from django_viewcount import outages
from django_viewcount.outages import OutageLog


def test_once_per_interval(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = 1000.0
    monkeypatch.setattr(outages.time, "monotonic", lambda: now)
    log = OutageLog()

    with caplog.at_level(logging.ERROR, "django_viewcount"):
        for second in (0, 1, 59, 60, 61, 120):
            now = 1000.0 + second
            log.report(OSError("refused"))

    assert [record.getMessage() for record in caplog.records] == [
        f"Views cannot be counted or read: refused ({number} earlier failures were not logged)"
        for number in (0, 2, 1)
    ]
