from __future__ import annotations

import asyncio
import threading

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.test import override_settings

from django_activity.context import (
    acting_as,
    current_actor,
    disable_tracking,
    enable_tracking,
    is_tracking,
)


class TestActingAs:
    def test_block(self):
        assert current_actor() is None
        with acting_as("ann"):
            assert current_actor() == "ann"
            with acting_as("bo"):
                assert current_actor() == "bo"
                with acting_as(None):
                    assert current_actor() is None
            assert current_actor() == "ann"
        assert current_actor() is None

    def test_ends_with_an_error_too(self):
        with pytest.raises(RuntimeError), acting_as("ann"):
            raise RuntimeError

        assert current_actor() is None

    def test_guest_is_nobody(self):
        with acting_as(AnonymousUser()):
            assert current_actor() is None

    def test_function_is_asked_each_time(self):
        answers = iter("ab")

        with acting_as(lambda: next(answers)):
            assert (current_actor(), current_actor()) == ("a", "b")

    def test_decorator(self):
        @acting_as("ann")
        def job(depth, *, name):
            """Do it."""
            assert current_actor() == "ann"
            return job(depth - 1, name=name) if depth else (name, current_actor())

        assert job(2, name="x") == ("x", "ann")
        assert (job.__name__, job.__doc__, current_actor()) == ("job", "Do it.", None)

    def test_one_scope_for_several_blocks_and_threads(self):
        scope, barrier, seen = acting_as("ann"), threading.Barrier(2), []

        def work():
            with scope, scope:
                barrier.wait(10)
                seen.append(current_actor())
            seen.append(current_actor())

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(map(str, seen)) == ["None", "None", "ann", "ann"]

    def test_classes_are_refused(self):
        with pytest.raises(TypeError, match="Decorate the methods of a class"):

            @acting_as("ann")
            class TestSomething:
                pass

    def test_decorated_coroutine(self):
        @acting_as("ann")
        async def job(number):
            await asyncio.sleep(0)
            return number, current_actor()

        async def main():
            results = await asyncio.gather(*map(job, range(3)))
            return results, current_actor()

        assert async_to_sync(main)() == ([(number, "ann") for number in range(3)], None)
        assert current_actor() is None

    def test_tasks_do_not_see_each_other(self):
        async def act(name, turns):
            with acting_as(name):
                for _ in range(turns):
                    await asyncio.sleep(0)
                    assert current_actor() == name
                return await sync_to_async(current_actor)()

        async def main():
            with acting_as("all"):
                results = await asyncio.gather(*(act(f"user{n}", n + 1) for n in range(5)))
                return results, current_actor()

        assert async_to_sync(main)() == ([f"user{n}" for n in range(5)], "all")

    def test_threads_start_without_an_actor(self):
        seen = []

        with acting_as("ann"):
            thread = threading.Thread(target=lambda: seen.append(current_actor()))
            thread.start()
            thread.join()

        assert seen == [None]


class TestTracking:
    def test_disabled_in_a_block(self):
        assert is_tracking()
        with disable_tracking():
            assert not is_tracking()
            with enable_tracking():
                assert is_tracking()
            assert not is_tracking()
        assert is_tracking()

    def test_enabled_where_the_setting_is_off(self):
        with override_settings(ACTIVITY_TRACKING=False):
            assert not is_tracking()
            with enable_tracking():
                assert is_tracking()
            assert not is_tracking()

    def test_decorators(self):
        assert disable_tracking()(is_tracking)() is False
        with override_settings(ACTIVITY_TRACKING=False):
            assert enable_tracking()(is_tracking)() is True

    def test_decorated_coroutine(self):
        @disable_tracking()
        async def job():
            await asyncio.sleep(0)
            return is_tracking()

        assert async_to_sync(job)() is False
        assert is_tracking()
