from __future__ import annotations

import datetime as dt
import uuid
from base64 import urlsafe_b64encode

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from testapp.models import Country, Document

from django_activity.cursors import Position, decode_cursor, encode_cursor
from django_activity.exceptions import InvalidCursor
from django_activity.models import Action

YEARS = {"min_value": dt.datetime(2, 1, 1), "max_value": dt.datetime(9998, 12, 31)}


@given(
    created=st.datetimes(**YEARS, timezones=st.just(dt.timezone.utc)),
    key=st.one_of(
        st.tuples(st.just(Action), st.integers(1, 2**63 - 1)),
        st.tuples(st.just(Document), st.uuids()),
        st.tuples(st.just(Country), st.text("ab %/+é=", max_size=40)),
    ),
)
def test_there_and_back(created, key):
    model, pk = key
    cursor = encode_cursor(Position(created, pk))

    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert decode_cursor(cursor, model) == (created, pk)


def test_naive_where_time_zones_are_off():
    position = Position(dt.datetime(2024, 5, 1, 12), uuid.uuid4())

    with override_settings(USE_TZ=False):
        assert decode_cursor(encode_cursor(position), Document) == position
    with pytest.raises(InvalidCursor):
        decode_cursor(encode_cursor(position), Document)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "%%%",
        "é",
        "a\0b",
        "AAAA",
        None,
        1,
        b"AAAA",
        *(
            urlsafe_b64encode(text.encode()).decode()
            for text in (
                "yesterday 1",
                "2024-05-01T12:00:00+00:00",
                "2024-05-01T12:00:00+00:00 x",
                "2024-05-01T12:00:00+00:00 None",
                "2024-05-01T12:00:00+00:00 1 OR 1=1",
                f"2024-05-01T12:00:00+00:00 {10**30}",
                "2024-05-01T12:00:00 1",
                "0001-01-01T00:00:00+14:00 1",
                "9999-12-31T23:59:59-14:00 1",
            )
        ),
        urlsafe_b64encode(b"\xff\xfe 1").decode(),
    ],
)
def test_forged(cursor):
    with pytest.raises(InvalidCursor, match="is not a cursor of this stream") as caught:
        decode_cursor(cursor, Action)

    assert caught.value.code == "invalid_cursor"
