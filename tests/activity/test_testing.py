from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest
from django.contrib.auth import get_user_model
from django.test import TestCase
from testapp.models import Document, Picture, Topic

from django_activity import api, tracking
from django_activity.models import Action
from django_activity.signals import action_logged
from django_activity.testing import (
    ANY,
    assert_action,
    assert_no_action,
    capture_actions,
    eager_signals,
    enable_tracking,
)


class Listening(TestCase):
    """Django's own TestCase: what is done in it is never committed."""

    @classmethod
    def setUpTestData(cls):
        users = get_user_model().objects
        cls.ann, cls.bo = (users.create(username=name) for name in ("ann", "bo"))
        cls.tea = Topic.objects.create(name="Tea")

    def setUp(self):
        self.heard = []
        action_logged.connect(self.hear)
        self.addCleanup(action_logged.disconnect, self.hear)

    def hear(self, action, **kwargs):
        self.heard.append(str(action))


class EagerSignalsTests(Listening):
    def test_not_sent_without(self):
        api.log(self.ann, "waves")

        assert self.heard == []

    def test_context_manager(self):
        with eager_signals():
            api.log(self.ann, "waves")
        api.log(self.ann, "leaves")

        assert self.heard == ["ann waves"]

    @eager_signals()
    def test_decorator(self):
        api.log(self.ann, "waves")

        assert self.heard == ["ann waves"]

    @eager_signals()
    async def test_coroutine(self):
        await api.alog(self.ann, "waves")

        assert self.heard == ["ann waves"]

    def test_nested_and_after_an_error(self):
        with pytest.raises(ZeroDivisionError), eager_signals():
            with eager_signals():
                api.log(self.ann, "waves")
            api.log(self.ann, "sings")
            raise ZeroDivisionError
        api.log(self.ann, "leaves")

        assert self.heard == ["ann waves", "ann sings"]


@eager_signals()
class EagerClassTests(Listening):
    def test_every_test_of_a_class(self):
        api.log(self.ann, "waves")

        assert self.heard == ["ann waves"]

    def test_and_the_next(self):
        self.test_every_test_of_a_class()


class Tracking(Listening):
    """As in a project whose settings for tests turn it off."""

    def setUp(self):
        super().setUp()
        tracking.track(Picture, created="adds", actor="owner")
        self.addCleanup(tracking.untrack, Picture)
        turned_off = self.settings(ACTIVITY_TRACKING=False)
        turned_off.enable()
        self.addCleanup(turned_off.disable)

    def add(self):
        Picture.objects.create(title="Sky", owner=self.ann)


class EnableTrackingTests(Tracking):
    def test_off_without(self):
        self.add()

        assert_no_action()

    def test_context_manager(self):
        with enable_tracking():
            self.add()
        self.add()

        assert_action(self.ann, "adds")

    @enable_tracking()
    def test_decorator(self):
        self.add()

        assert_action(self.ann, "adds", Picture.objects.get())


@enable_tracking()
class EnableTrackingClassTests(Tracking):
    def test_every_test_of_a_class(self):
        self.add()

        assert_action(self.ann, "adds")

    def test_and_the_next(self):
        self.test_every_test_of_a_class()


class CaptureTests(Listening):
    def test_actions_in_their_order(self):
        with self.assertNumQueries(0), capture_actions() as captured:
            pass
        assert captured == []

        with capture_actions() as captured:
            api.log(self.ann, "likes", self.tea)
            api.log(self.ann, "likes", self.tea)
            api.log_many([{"actor": self.bo, "verb": verb} for verb in ("waves", "leaves")])
        api.log(self.bo, "returns")

        assert [str(action) for action in captured] == ["ann likes Tea", "bo waves", "bo leaves"]
        assert captured[0].target is self.tea

    def test_leaves_no_receiver_behind(self):
        action_logged.disconnect(self.hear)

        with pytest.raises(ZeroDivisionError), capture_actions():
            raise ZeroDivisionError

        assert not action_logged.has_listeners()


class AssertionTests(Listening):
    def fails(self, message, function, *arguments, **options):
        with pytest.raises(AssertionError) as failure:
            function(*arguments, **options)
        assert str(failure.value) == message

    def test_what_is_left_out_may_be_anything(self):
        document = Document.objects.create(title="Minutes")
        action, _ = api.log(self.ann, "adds", self.tea, action_object=document, data={"page": 3})

        with self.assertNumQueries(1):
            assert assert_action(self.ann, "adds") == action
        assert assert_action(ANY, "adds", self.tea, action_object=document) == action
        assert assert_action(self.ann, ANY, data={"page": 3}) == action
        assert_no_action(self.bo)
        assert_no_action(ANY, "removes")
        assert_no_action(ANY, ANY, document)
        assert_no_action(self.ann, "adds", data={"page": 4})
        assert_no_action(self.ann, "adds", data={"pages": 3})

    def test_none_is_none(self):
        api.log(None, "wakes up")
        api.log(self.ann, "likes", self.tea)
        self.bo.delete()

        assert_action(None, "wakes up", None, action_object=None)
        assert_no_action(None, "likes")
        assert_no_action(self.ann, "likes", None)

    def test_data_as_they_come_back(self):
        when = dt.datetime(2024, 5, 1, 12, tzinfo=dt.timezone.utc)
        api.log(self.ann, "plans", data={"when": when, "pages": (1, 2), "more": None})

        assert_action(self.ann, "plans", data={"when": when, "pages": (1, 2)})

    def test_newest_of_several(self):
        old, new = (api.log(self.ann, "waves", dedup=0)[0] for _ in range(2))
        Action.objects.filter(pk=old.pk).update(created=new.created - dt.timedelta(hours=1))

        assert assert_action(self.ann, "waves", count=2) == new

    def test_says_what_was_logged_instead(self):
        self.fails(
            f"Logged never, and not once: {self.ann!r}, 'likes', {self.tea!r}, "
            "data={'page': 3}\nNothing was logged at all.",
            assert_action,
            self.ann,
            "likes",
            self.tea,
            data={"page": 3},
        )
        api.log(self.ann, "likes", self.tea, data={"page": 3})
        api.log(None, "adds", self.tea, action_object=self.ann)
        logged = (
            "What was logged, newest first:\n"
            "  None, 'adds', target: Tea, action_object: ann\n"
            "  'ann', 'likes', target: Tea, data: {'page': 3}"
        ).replace("'ann', 'likes'", "ann, 'likes'")

        self.fails(
            f"Logged once, and not 2 times: {self.ann!r}, 'likes'\n{logged}",
            assert_action,
            self.ann,
            "likes",
            count=2,
        )
        self.fails(
            f"Logged once: anything, 'adds', action_object={self.ann!r}\n{logged}",
            assert_no_action,
            verb="adds",
            action_object=self.ann,
        )

    def test_the_list_is_bounded(self):
        for number in range(25):
            api.log(self.ann, f"did {number}")

        with pytest.raises(AssertionError) as failure:
            assert_action(self.ann, "waves")

        lines = str(failure.value).splitlines()
        assert (len(lines), lines[-1]) == (23, "  …")


@pytest.mark.django_db(databases=["default", "other"])
def test_in_another_database(ann):
    api.log(None, "waves", using="other")

    assert_action(None, "waves", using="other")
    assert_no_action()


@pytest.fixture
def tracked():
    """What a project with pytest puts into its conftest.py."""
    with enable_tracking(), eager_signals():
        yield


@pytest.mark.django_db
def test_a_fixture_of_pytest(tracked, ann, settings, track, heard):
    settings.ACTIVITY_TRACKING = False
    track(Picture, created="adds", actor="owner")

    Picture.objects.create(title="Sky", owner=ann)

    assert [name for name, _ in heard] == ["logged"]


def test_pytest_need_not_be_installed():
    code = (
        "import os, sys; sys.modules['pytest'] = None\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "import django; django.setup()\n"
        "import django_activity.testing"
    )

    subprocess.run([sys.executable, "-c", code], check=True)
