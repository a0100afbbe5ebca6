from __future__ import annotations

import subprocess
import sys

import pytest
from django.contrib.auth import get_user_model
from django.test import TestCase

from django_follow import api
from django_follow.signals import followed, unfollowed
from django_follow.testing import (
    assert_follows,
    assert_not_follows,
    capture_follows,
    eager_signals,
)


class Listening(TestCase):
    """Django's own TestCase: what is done in it is never committed."""

    @classmethod
    def setUpTestData(cls):
        users = get_user_model().objects
        cls.ann, cls.bo = (users.create(username=name) for name in ("ann", "bo"))

    def setUp(self):
        self.heard = []
        followed.connect(self.hear)
        self.addCleanup(followed.disconnect, self.hear)

    def hear(self, follower, followee, **kwargs):
        self.heard.append((follower, followee))


class EagerSignalsTests(Listening):
    def test_not_sent_without(self):
        api.follow(self.ann, self.bo)

        assert self.heard == []

    def test_context_manager(self):
        with eager_signals():
            api.follow(self.ann, self.bo)
        api.follow(self.bo, self.ann)

        assert self.heard == [(self.ann, self.bo)]

    @eager_signals()
    def test_decorator(self):
        api.follow(self.ann, self.bo)

        assert self.heard == [(self.ann, self.bo)]

    @eager_signals()
    async def test_coroutine(self):
        await api.afollow(self.ann, self.bo)

        assert self.heard == [(self.ann, self.bo)]

    def test_nested_and_after_an_error(self):
        with pytest.raises(ZeroDivisionError), eager_signals():
            with eager_signals():
                api.follow(self.ann, self.bo)
            api.follow(self.bo, self.ann)
            raise ZeroDivisionError
        api.unfollow(self.ann, self.bo)
        api.follow(self.ann, self.bo)

        assert self.heard == [(self.ann, self.bo), (self.bo, self.ann)]


@eager_signals()
class EagerClassTests(Listening):
    def test_every_test_of_a_class(self):
        api.follow(self.ann, self.bo)

        assert self.heard == [(self.ann, self.bo)]

    def test_and_the_next(self):
        self.test_every_test_of_a_class()


class CaptureTests(Listening):
    def test_everything_in_its_order(self):
        with capture_follows() as captured:
            api.follow(self.ann, self.bo)
            api.follow(self.ann, self.bo)
            api.mute(self.ann, self.bo)
            api.block(self.bo, self.ann)
        api.unblock(self.bo, self.ann)

        assert captured == [
            ("followed", self.ann, self.bo),
            ("muted", self.ann, self.bo),
            ("unfollowed", self.ann, self.bo),
            ("blocked", self.bo, self.ann),
        ]

    def test_requests(self):
        approval = self.settings(FOLLOW_REQUIRES_APPROVAL=lambda *users: True)
        with approval, capture_follows() as captured:
            request, _ = api.follow(self.ann, self.bo)
            api.accept(request)

        names = {name for name, *users in captured}
        assert names == {"follow_requested", "follow_request_accepted", "followed"}
        assert len(captured) == 3

    def test_leaves_no_receiver_behind(self):
        with pytest.raises(ZeroDivisionError), capture_follows():
            raise ZeroDivisionError

        assert not unfollowed.has_listeners()


class AssertionTests(Listening):
    def test_both_ways(self):
        api.follow(self.ann, self.bo)

        assert_follows(self.ann, self.bo)
        assert_not_follows(self.bo, self.ann)
        with pytest.raises(AssertionError, match=r"^bo does not follow ann\.$"):
            assert_follows(self.bo, self.ann)
        with pytest.raises(AssertionError, match=r"^ann follows bo\.$"):
            assert_not_follows(self.ann, self.bo)

    def test_a_request_is_no_follow(self):
        with self.settings(FOLLOW_REQUIRES_APPROVAL=lambda *users: True):
            api.follow(self.ann, self.bo)

        assert_not_follows(self.ann, self.bo)


@pytest.fixture
def follow_signals():
    """What a project with pytest puts into its conftest.py."""
    with eager_signals():
        yield


@pytest.mark.django_db
def test_a_fixture_of_pytest(follow_signals, ann, bo, heard):
    api.follow(ann, bo)

    assert [name for name, _ in heard] == ["followed"]


def test_pytest_need_not_be_installed():
    code = (
        "import os, sys; sys.modules['pytest'] = None\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "import django; django.setup()\n"
        "import django_follow.testing"
    )

    subprocess.run([sys.executable, "-c", code], check=True)
