from __future__ import annotations

from datetime import date

import pytest

from django_viewcount.backends.fields import day_field, parse, total_field


@pytest.mark.parametrize("key", ["1", "a|b", "|", "a|20260101", "日本"])
def test_round_trip(key: str) -> None:
    fields = {
        b"": b"00ff",
        total_field(key).encode(): b"5",
        day_field(key, date(2026, 1, 2)).encode(): b"3",
        day_field(key, date(999, 12, 31)).encode(): b"2",
    }

    assert parse(fields) == (
        {key: 5},
        {(key, date(2026, 1, 2)): 3, (key, date(999, 12, 31)): 2},
    )
