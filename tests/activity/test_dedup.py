"""The same action is logged once within its window, whoever writes, on every database."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import Counter

import pytest
from django.db import connection, transaction
from testapp.models import Country, Document, Topic

from django_activity import api, recording
from django_activity.dedup import MAX_LOCKS
from django_activity.exceptions import InvalidAction
from django_activity.models import Action, DedupLock

pytestmark = pytest.mark.django_db

WHEN = dt.datetime(2024, 5, 1, 12, tzinfo=dt.timezone.utc)


def shift(action, **delta):
    """Move a row in time, as tests of real projects do."""
    Action.objects.filter(pk=action.pk).update(created=action.created + dt.timedelta(**delta))


def log_one(*arguments, **options):
    return api.log(*arguments, **options)[1]


def log_as_one_of_many(actor, verb, target=None, **options):
    return bool(api.log_many([{"actor": actor, "verb": verb, "target": target, **options}]))


@pytest.fixture(params=[log_one, log_as_one_of_many], ids=["log", "log_many"])
def is_new(request):
    """Log one action in either way; was it new?"""
    return request.param


class TestSame:
    def test_repeat_returns_the_first(self, ann, tea):
        first, _ = api.log(ann, "likes", tea, data={"a": 1})

        assert api.log(ann, "likes", tea, data={"a": 2}, public=False) == (first, False)
        row = Action.objects.get()
        assert (row.data, row.public) == ({"a": 1}, True)

    def test_the_newest_of_several(self, ann, tea):
        for _ in range(3):
            last, _ = api.log(ann, "likes", tea, dedup=0)

        assert api.log(ann, "likes", tea) == (last, False)

    def test_anything_different_is_not_a_repeat(self, ann, bo, tea, is_new):
        documents = [Document.objects.create() for _ in range(2)]
        calls = [
            ((ann, "likes", tea), {}),
            ((bo, "likes", tea), {}),
            ((None, "likes", tea), {}),
            ((ann, "reads", tea), {}),
            ((ann, "likes", None), {}),
            ((ann, "likes", Country.objects.create(code=str(tea.pk))), {}),
            *(((ann, "likes", document), {}) for document in documents),
            *(((ann, "likes", tea), {"action_object": document}) for document in documents),
            ((ann, "likes"), {"action_object": tea}),
        ]

        assert all(is_new(*call, **options) for call, options in calls)
        assert not any(is_new(*call, **options) for call, options in calls)
        assert Action.objects.count() == len(calls)

    def test_keys_and_verbs_are_told_apart_to_the_letter(self, ann, is_new):
        words = ["nz", "NZ", "nz ", " nz", "ñz", "n\u0303z", "ß", "ss", "Ω", "\u2126"]
        keys = [Country(code=word) for word in words]

        assert all(is_new(ann, "likes", key) for key in keys)
        assert all(is_new(ann, word) for word in words)
        assert not any(is_new(ann, "likes", key) for key in keys)
        assert not any(is_new(ann, word) for word in words)
        assert Action.objects.count() == 2 * len(words)
        assert len(api.log_many({"actor": None, "verb": word} for word in words)) == len(words)

    def test_who_was_deleted_is_not_the_system(self, ann, tea, is_new):
        api.log(ann, "likes", tea)
        ann.delete()

        assert is_new(None, "likes", tea) is True
        assert is_new(None, "likes", tea) is False


class TestTheRowsDecide:
    def test_the_window_slides(self, ann, tea, is_new):
        first, _ = api.log(ann, "likes", tea)
        shift(first, seconds=-59)
        assert is_new(ann, "likes", tea) is False

        shift(first, seconds=-61)
        assert is_new(ann, "likes", tea) is True

    def test_rows_that_others_made(self, ann, tea, is_new):
        Action(actor=ann, verb="likes", target=tea).save()
        assert is_new(ann, "likes", tea) is False

        Action.objects.all().delete()
        assert is_new(ann, "likes", tea) is True

    def test_retracted(self, ann, tea, is_new):
        api.log(ann, "likes", tea)
        assert api.retract(ann, "likes", tea) == 1

        assert is_new(ann, "likes", tea) is True

    def test_renamed(self, ann, tea, is_new):
        api.log(ann, "like", tea)
        api.rename_verb("like", "likes")

        assert is_new(ann, "like", tea) is True
        assert is_new(ann, "likes", tea) is False

    def test_rolled_back_with_the_caller(self, ann, tea, is_new):
        with pytest.raises(RuntimeError), transaction.atomic():
            is_new(ann, "likes", tea)
            raise RuntimeError

        assert is_new(ann, "likes", tea) is True

    def test_backdated(self, ann, tea, is_new):
        for minutes in (0, 5, 10):
            assert is_new(ann, "likes", tea, created=WHEN + dt.timedelta(minutes=minutes))

        again = WHEN + dt.timedelta(minutes=5, seconds=30)
        assert is_new(ann, "likes", tea, created=again) is False

    @pytest.mark.parametrize(
        ("seconds", "new"), [(-60, True), (-59, False), (59, False), (60, True)]
    )
    def test_the_window_reaches_both_ways(self, ann, tea, seconds, new, is_new):
        api.log(ann, "likes", tea, created=WHEN)

        assert is_new(ann, "likes", tea, created=WHEN + dt.timedelta(seconds=seconds)) is new

    @pytest.mark.django_db(transaction=True)  # also where each statement is committed by itself
    def test_deleted_while_it_stood_in_the_way(self, ann, tea, monkeypatch):
        first, _ = api.log(ann, "likes", tea)
        insert, results = recording.insert_unless_logged, []

        def insert_then_delete(*arguments):
            results.append(insert(*arguments))
            Action.objects.filter(pk=first.pk).delete()
            return results[-1]

        monkeypatch.setattr(recording, "insert_unless_logged", insert_then_delete)
        action, created = api.log(ann, "likes", tea)

        assert (created, results) == (True, [False, True])
        assert Action.objects.get() == action

    def test_never_loops_for_ever(self, ann, tea, monkeypatch):
        monkeypatch.setattr(recording, "insert_unless_logged", lambda *arguments: False)

        action, created = api.log(ann, "likes", tea)

        assert (created, Action.objects.get()) == (True, action)

    def test_locks_may_go_at_any_time(self, ann):
        api.log(ann, "says hello")
        api.log_many([{"actor": ann, "verb": "says hello"}, {"actor": ann, "verb": "waves"}])
        # Only MySQL and MariaDB need rows to queue at.
        assert DedupLock.objects.count() == (2 if connection.vendor == "mysql" else 0)

        DedupLock.objects.all().delete()

        assert api.log(ann, "says hello")[1] is False


@pytest.mark.parametrize("window", [-1, float("nan"), 1e15, "60", True, dt.timedelta(1)])
def test_window_that_is_none(ann, window):
    for call in (
        lambda: api.log(ann, "waves", dedup=window),
        lambda: api.log_many([{"actor": ann, "verb": "waves"}], dedup=window),
    ):
        with pytest.raises(InvalidAction, match="a number of seconds up to ten years"):
            call()
    assert not Action.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestConcurrency:
    @pytest.fixture
    def topics(self, db):
        return [Topic.objects.create(name=f"Topic {number}") for number in range(50)]

    def check(self, results, expected):
        assert not [result for result in results if isinstance(result, Exception)]
        rows = Counter(Action.objects.values_list("verb", "target_object_id"))
        assert set(rows.values()) == {1}
        assert len(rows) == expected
        assert sum(results) == expected

    def log_each(self, ann, topics, number):
        # Each starts elsewhere, so that they meet on some and pass on others.
        rotated = topics[number * 5 :] + topics[: number * 5]
        return sum(api.log(ann, "likes", topic)[1] for topic in rotated)

    def log_all(self, ann, topics, number, more=()):
        verbs = ["likes", *more]
        entries = [
            {"actor": ann, "verb": verb, "target": topic} for verb in verbs for topic in topics
        ]
        cut = number * 5
        return len(api.log_many(entries[cut:] + entries[:cut]))

    def test_log(self, make_user, together, topics):
        ann = make_user("ann")

        results = together(8, lambda number: self.log_each(ann, topics, number))

        self.check(results, 50)

    def test_all_are_told_of_the_same_row(self, make_user, together):
        ann, tea = make_user("ann"), Topic.objects.create(name="Tea")

        for round_ in range(5):
            results = together(8, lambda _, n=round_: api.log(ann, f"likes {n}", tea))
            assert Counter(created for _, created in results) == {True: 1, False: 7}
            assert len({action.pk for action, _ in results}) == 1

    def test_log_many(self, make_user, together, topics):
        ann = make_user("ann")

        results = together(8, lambda number: self.log_all(ann, topics, number))

        self.check(results, 50)

    def test_both(self, make_user, together, topics):
        ann = make_user("ann")
        ways = [self.log_each, self.log_all]

        results = together(8, lambda number: ways[number % 2](ann, topics, number))

        self.check(results, 50)

    def test_both_with_over_500_entries(self, make_user, together, topics):
        ann = make_user("ann")
        more = [f"did {number}" for number in range(MAX_LOCKS // 50)]

        def run(number):
            if number % 2:
                return self.log_each(ann, topics, number)
            return self.log_all(ann, topics, number, more)

        self.check(together(8, run), 50 * (1 + len(more)))

    @pytest.mark.parametrize("entries", [2, MAX_LOCKS + 1])
    def test_who_logs_what_others_are_logging_waits(self, make_user, together, entries):
        ann, logged = make_user("ann"), threading.Event()
        many = [{"actor": ann, "verb": f"did {number}"} for number in range(entries)]

        def run(number):
            if number:
                assert logged.wait(10)
                return api.log(ann, "did 1")[1]
            with transaction.atomic():
                new = len(api.log_many(many))
                logged.set()
                time.sleep(0.3)  # in which whoever does not wait is done
            return new

        assert together(2, run) == [entries, False]

    def test_transactions_that_log_in_the_same_order(self, make_user, together, topics):
        ann = make_user("ann")

        def run(number):
            with transaction.atomic():
                return sum(api.log(ann, "likes", topic)[1] for topic in topics[:10])

        self.check(together(6, run), 10)

    @pytest.mark.skipif(connection.vendor != "mysql", reason="elsewhere a duplicate may pass")
    @pytest.mark.parametrize("many", [False, True])
    def test_repeatable_read(self, make_user, together, many):
        ann = make_user("ann")
        level = "SET SESSION TRANSACTION ISOLATION LEVEL "
        with connection.cursor() as cursor:
            cursor.execute(level + "REPEATABLE READ")
            if cursor.execute("SHOW VARIABLES LIKE 'innodb_snapshot_isolation'"):
                cursor.execute("SET SESSION innodb_snapshot_isolation = OFF")
        try:
            with transaction.atomic():
                assert not Action.objects.exists()  # from here on, the transaction's snapshot
                [(first, created)] = together(1, lambda _: api.log(ann, "says hello"))
                assert created is True

                if many:
                    assert api.log_many([{"actor": ann, "verb": "says hello"}]) == []
                else:
                    assert api.log(ann, "says hello") == (first, False)
        finally:
            connection.close()  # and with it the level of its session
