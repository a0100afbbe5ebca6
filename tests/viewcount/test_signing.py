from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import signing
from testapp.models import Country, Document, Topic

from django_viewcount.exceptions import ExpiredBeacon, InvalidBeacon, UnknownCounter, UnsavedObject
from django_viewcount.signing import SALT, beacon_token, unsign
from django_viewcount.targets import target_of


@pytest.mark.parametrize("obj", [Topic(pk=5), Document(), Country(code="a:b|é<\"&'{}")])
def test_comes_back(obj: Any) -> None:
    token = beacon_token(obj)

    assert unsign(token) == target_of(obj)
    assert re.fullmatch(r"[\w.:-]+", token)


def test_counters(settings: Any) -> None:
    with pytest.raises(UnknownCounter):
        beacon_token(Topic(pk=5), "download")
    settings.VIEWCOUNT_COUNTERS = ["download"]
    token = beacon_token(Topic(pk=5), "download")
    assert unsign(token) == target_of(Topic(pk=5), "download")
    settings.VIEWCOUNT_COUNTERS = []
    with pytest.raises(InvalidBeacon, match="no longer counted. There is no counter 'download'"):
        unsign(token)


def test_unsaved() -> None:
    with pytest.raises(UnsavedObject):
        beacon_token(Topic())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "a:b:c",
        pytest.param(
            signing.dumps(["testapp.topic", "5", "view"], salt="another"),
            id="signed for another use",
        ),
        "\0",
        "é",
        "a:b:\ud800",
    ],
)
def test_forged(text: str) -> None:
    with pytest.raises(InvalidBeacon, match="was not signed by this site") as excinfo:
        unsign(text)
    assert excinfo.value.code == "invalid_beacon"


def test_tampered() -> None:
    token = beacon_token(Topic(pk=5))
    payload, _, rest = token.partition(":")
    other = beacon_token(Topic(pk=6)).partition(":")[0]

    assert payload != other
    with pytest.raises(InvalidBeacon):
        unsign(f"{other}:{rest}")


def test_expired(settings: Any) -> None:
    token = beacon_token(Topic(pk=5))
    settings.VIEWCOUNT_BEACON_MAX_AGE = -1

    with pytest.raises(ExpiredBeacon, match="VIEWCOUNT_BEACON_MAX_AGE") as excinfo:
        unsign(token)
    assert excinfo.value.code == "expired_beacon"


def test_model_that_is_gone() -> None:
    text = signing.dumps(["testapp.nothing", "5", "view"], salt=SALT)

    with pytest.raises(InvalidBeacon, match="no longer counted"):
        unsign(text)
