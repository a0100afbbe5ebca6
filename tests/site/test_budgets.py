"""What a page costs does not depend on how much is on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from images.models import Image
from images.services import like
from tests.viewcount.conftest import redis_backend, redis_url, round_trips  # noqa: F401

from .test_news import cursor

pytestmark = pytest.mark.usefixtures("redis_backend")

# By path: how many round trips to Redis the page needs.
PAGES = {
    "/people/": 0,
    "/people/?order=newest": 0,
    "/people/?q=member": 0,
    "/people/ann/": 0,
    "/people/member2/": 0,
    "/images/": 1,
    "/images/ranking/": 1,
    "/images/ranking/?period=day": 1,
    "/images/ranking/?period=all": 1,
    "/images/ranking/?period=trending": 2,  # one for the order, one for the counts
}
FOR_MEMBERS = {
    "/": 0,
    "/you/": 0,
    "/images/mine/": 1,
    "/images/new/": 0,
    "/follow/suggestions/": 0,
    "/follow/followers/{ann}/": 0,
    "/follow/requests/": 0,
    "/follow/muted/": 0,
    "/profile/": 0,
    "/profile/lists/": 0,
}
MOST = 12
AGENT = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0"}


@pytest.fixture
def cost(client: Client, round_trips: Callable[[], Any]) -> Callable[[str], tuple[int, int]]:  # noqa: F811
    """Queries and round trips of a page, once what a process asks for once is known."""

    def measure(path: str) -> tuple[int, int]:
        client.get(path, headers=AGENT)
        with CaptureQueriesContext(connection) as queries, round_trips() as sent:
            assert client.get(path, headers=AGENT).status_code == 200
        return len(queries), len(sent)

    return measure


def look_at_pictures(client: Client) -> None:
    for image in Image.objects.all():
        client.get(image.get_absolute_url(), headers=AGENT)


@pytest.mark.parametrize(
    ("path", "member"),
    [*((path, True) for path in FOR_MEMBERS), *((path, m) for path in PAGES for m in (0, 1))],
)
def test_pages(
    client: Client,
    ann: User,
    populate: Callable[[int], None],
    django_capture_on_commit_callbacks: Any,
    cost: Callable[[str], tuple[int, int]],
    path: str,
    member: bool,
) -> None:
    trips = (PAGES | FOR_MEMBERS)[path]
    path = path.format(ann=ann.pk)
    if member:
        client.force_login(ann)
    with django_capture_on_commit_callbacks(execute=True):
        populate(2)
    look_at_pictures(client)
    few = cost(path)
    with django_capture_on_commit_callbacks(execute=True):
        populate(17)
    look_at_pictures(client)
    assert cost(path) == few
    assert few[0] <= MOST
    assert few[1] == trips


@pytest.mark.parametrize("path", ["/", "/you/", "/news/around/", "/news/about/"])
def test_what_is_new(
    signed_in: Client,
    ann: User,
    populate: Callable[[int], None],
    django_capture_on_commit_callbacks: Any,
    cost: Callable[[str], tuple[int, int]],
    path: str,
) -> None:
    page = {"/news/around/": "/", "/news/about/": "/you/"}.get(path, path)
    costs = []
    for number in (1, 20, 20):  # then more is new than a page shows
        with django_capture_on_commit_callbacks(execute=True):
            populate(number)
        if number == 1:
            signed_in.post(page, {"cursor": cursor(signed_in, page)})
        else:
            costs.append(cost(path))
    assert costs[0] == costs[1]
    assert costs[0][0] <= MOST


def test_picture(
    client: Client, ann: User, image: Image, populate: Any, cost: Callable[[str], tuple[int, int]]
) -> None:
    client.force_login(ann)
    path = image.get_absolute_url()
    like(ann, image)
    few = cost(path)
    populate(10)
    for member in User.objects.all():
        like(member, image)
    assert cost(path) == few
    assert few[0] <= MOST
    assert few[1] == 2  # one counts the view, one reads
