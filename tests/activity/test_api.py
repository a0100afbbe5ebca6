from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from testapp.models import Country, Document, Topic

from django_activity import api, recording
from django_activity.exceptions import InvalidAction, UnsavedObject
from django_activity.models import LABEL_LENGTH, Action, DedupLock
from django_activity.signals import action_logged

pytestmark = pytest.mark.django_db

WHEN = dt.datetime(2024, 5, 1, 12, tzinfo=dt.timezone.utc)


def shift(action: Action, **delta: float) -> None:
    """Move a row in time, as tests of real projects do."""
    Action.objects.filter(pk=action.pk).update(created=action.created + dt.timedelta(**delta))


@pytest.fixture
def tea(db):
    return Topic.objects.create(name="Tea")


class TestLog:
    def test_row(self, ann, tea):
        document = Document.objects.create(title="Minutes")

        action, created = api.log(
            ann, "added", tea, action_object=document, data={"page": 3}, public=False, created=WHEN
        )

        assert created is True
        row = Action.objects.get()
        assert row == action
        assert (row.actor, row.verb, row.target, row.action_object) == (ann, "added", tea, document)
        assert (row.actor_label, row.target_label, row.action_object_label) == (
            "ann",
            "Tea",
            "Minutes",
        )
        assert (row.data, row.public, row.created) == ({"page": 3}, False, WHEN)
        assert str(row) == "ann added Minutes Tea"

    def test_returned_action_is_saved(self, ann, tea):
        action, _ = api.log(ann, "likes", tea)

        action.verb = "loves"
        action.save()

        assert Action.objects.get().verb == "loves"

    def test_system(self):
        action, _ = api.log(None, "migrated the site")

        action.refresh_from_db()
        assert (action.actor, action.actor_label, action.data) == (None, "", {})

    def test_labels_outlive_their_objects(self, ann, tea):
        api.log(ann, "likes", tea)
        ann.delete()
        tea.delete()

        row = Action.objects.get()

        assert (row.actor, row.target) == (None, None)
        assert str(row) == "ann likes Tea"

    def test_backslash_is_no_nul(self, ann):
        data = {"path": r"C:\u0000dir", r"\\u0000": [r"\u0000"]}

        action, _ = api.log(ann, "moved", data=data)

        action.refresh_from_db()
        assert action.data == data

    @pytest.mark.django_db(databases=["default", "other"])
    @pytest.mark.parametrize("dedup", [60, 0])
    def test_in_another_database(self, dedup, django_capture_on_commit_callbacks):
        ann = get_user_model().objects.using("other").create(username="ann")
        tea = Topic.objects.using("other").create(name="Tea")
        heard = []

        def receive(using, **kwargs):
            heard.append(using)

        action_logged.connect(receive)
        with django_capture_on_commit_callbacks(using="other", execute=True):
            action, created = api.log(ann, "likes", tea, dedup=dedup, using="other")

        assert (created, heard) == (True, ["other"])
        assert Action.objects.using("other").get() == action
        assert action.target == tea
        assert api.log(ann, "likes", tea, using="other") == (action, False)
        assert not Action.objects.exists()

    def test_long_label_is_cut(self, ann, tea, monkeypatch):
        monkeypatch.setattr(Topic, "__str__", lambda self: "x" * 300)

        api.log(ann, "likes", tea)

        assert Action.objects.get().target_label == "x" * LABEL_LENGTH

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"verb": ""}, InvalidAction, "1 to 64 characters, not ''"),
            ({"verb": "x" * 65}, InvalidAction, "1 to 64 characters"),
            ({"verb": None}, InvalidAction, "1 to 64 characters, not None"),
            ({"verb": "a\0b"}, InvalidAction, "1 to 64 characters"),
            ({"data": {"a": object()}}, InvalidAction, "must be what JSON can hold"),
            ({"data": {"a": float("nan")}}, InvalidAction, "must be what JSON can hold"),
            ({"data": {"a": "\0"}}, InvalidAction, "NUL character"),
            ({"data": {"a": ["\\\0"]}}, InvalidAction, "NUL character"),
            ({"data": {"\0": 1}}, InvalidAction, "NUL character"),
            ({"target": Topic(name="New")}, UnsavedObject, "not saved, so no action can point"),
            ({"actor": AnonymousUser()}, UnsavedObject, "None is the system"),
            ({"actor": Country("nz")}, InvalidAction, "The actor must be a .*, not"),
            ({"target": Country("x" * 65)}, InvalidAction, "over 64 characters"),
        ],
    )
    def test_refused(self, ann, arguments, error, message):
        with pytest.raises(error, match=message):
            api.log(**{"actor": ann, "verb": "likes", **arguments})

        assert Action.objects.count() == 0

    def test_created_can_be_given_to_the_model_too(self, ann, tea):
        Action(actor=ann, verb="likes", target=tea, created=WHEN).save()
        Action.objects.bulk_create([Action(actor=ann, verb="reads", target=tea)])

        assert [action.target for action in Action.objects.order_by("created")] == [tea, tea]


class TestDedup:
    def test_repeat_returns_the_first(self, ann, tea):
        first, _ = api.log(ann, "likes", tea)

        assert api.log(ann, "likes", tea) == (first, False)
        assert Action.objects.count() == 1

    def test_anything_different_is_not_a_repeat(self, ann, bo, tea):
        documents = [Document.objects.create() for _ in range(2)]
        calls = [
            (ann, "likes", tea),
            (bo, "likes", tea),
            (None, "likes", tea),
            (ann, "reads", tea),
            (ann, "likes", None),
            (ann, "likes", Country.objects.create(code=str(tea.pk))),
            *((ann, "likes", document) for document in documents),
        ]

        created = [api.log(*call)[1] for call in calls]
        created += [api.log(ann, "likes", tea, action_object=item)[1] for item in documents]

        assert set(created) == {True}
        assert not any(api.log(*call)[1] for call in calls)

    def test_the_window_slides(self, ann, tea):
        first, _ = api.log(ann, "likes", tea)
        shift(first, seconds=-59)
        assert api.log(ann, "likes", tea)[1] is False

        shift(first, seconds=-61)
        assert api.log(ann, "likes", tea)[1] is True

    def test_rows_are_the_truth(self, ann, tea):
        Action(actor=ann, verb="likes", target=tea).save()
        assert api.log(ann, "likes", tea)[1] is False

        Action.objects.all().delete()
        assert api.log(ann, "likes", tea)[1] is True

    def test_backdated(self, ann, tea):
        for minutes in (0, 5, 10):
            assert api.log(ann, "likes", tea, created=WHEN + dt.timedelta(minutes=minutes))[1]

        again = WHEN + dt.timedelta(minutes=5, seconds=30)
        assert api.log(ann, "likes", tea, created=again)[1] is False

    @pytest.mark.parametrize(
        ("seconds", "new"), [(-60, True), (-59, False), (59, False), (60, True)]
    )
    def test_the_window_reaches_both_ways(self, ann, tea, seconds, new):
        api.log(ann, "likes", tea, created=WHEN)

        created = WHEN + dt.timedelta(seconds=seconds)
        assert api.log(ann, "likes", tea, created=created)[1] is new

    def test_who_was_deleted_is_not_the_system(self, ann, tea):
        api.log(ann, "likes", tea)
        ann.delete()

        first, created = api.log(None, "likes", tea)

        assert created is True
        assert api.log(None, "likes", tea) == (first, False)

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

    def test_window_zero_logs_every_one(self, ann, tea, settings):
        settings.ACTIVITY_DEDUP_WINDOW = 0

        created = [api.log(ann, "likes", tea)[1] for _ in range(25)]

        assert created == [True] * 25
        assert Action.objects.count() == 25

    def test_window_of_the_call(self, ann, tea):
        first, _ = api.log(ann, "likes", tea)
        shift(first, seconds=-600)

        assert api.log(ann, "likes", tea, dedup=3600) == (first, False)
        assert api.log(ann, "likes", tea, dedup=0)[1] is True

    def test_at_most_one_statement_more_than_a_bare_insert(
        self, ann, tea, django_assert_num_queries
    ):
        api.log(ann, "warms up", tea)  # the content type is cached from here
        statements = 1 if connection.vendor == "sqlite" else 2

        with django_assert_num_queries(statements + 2):  # in the savepoint of this test
            api.log(ann, "likes", tea)

    def test_rolled_back_with_the_caller(self, ann, tea):
        with pytest.raises(RuntimeError), transaction.atomic():
            api.log(ann, "likes", tea)
            raise RuntimeError

        assert api.log(ann, "likes", tea)[1] is True


class TestSignal:
    def test_once_per_action(self, ann, tea, django_capture_on_commit_callbacks):
        heard = []

        def receive(**kwargs):
            heard.append((kwargs["sender"], kwargs["action"], kwargs["using"]))

        action_logged.connect(receive)
        with django_capture_on_commit_callbacks(execute=True):
            action, _ = api.log(ann, "likes", tea)
            api.log(ann, "likes", tea)

        assert heard == [(Action, action, "default")]

    @pytest.mark.django_db(transaction=True)
    def test_receiver_that_raises(self, make_user, caplog):
        heard = []

        def fail(**kwargs):
            raise RuntimeError("no mail server")

        def receive(action, **kwargs):
            heard.append(action)

        action_logged.connect(fail)
        action_logged.connect(receive)
        with transaction.atomic():
            action, created = api.log(make_user("ann"), "says hello")
            transaction.on_commit(lambda: heard.append("later"))

        assert (created, heard) == (True, [action, "later"])
        assert "no mail server" in caplog.text

    @pytest.mark.django_db(transaction=True)
    def test_django_fails_to_name_a_receiver(self, make_user):
        class Receiver:
            def __call__(self, **kwargs):
                raise RuntimeError("no mail server")

        receive = Receiver()
        action_logged.connect(receive)

        assert api.log(make_user("ann"), "says hello")[1] is True


class TestAsync:
    def test_twin(self, ann):
        action, created = async_to_sync(api.alog)(ann, "says hello")

        assert (action.verb, created) == ("says hello", True)


@pytest.mark.django_db(transaction=True)
class TestConcurrency:
    def test_eight_connections_log_each_once(self, make_user, together):
        ann = make_user("ann")
        topics = [Topic.objects.create(name=f"Topic {number}") for number in range(50)]

        def log_all(number):
            # Each starts elsewhere, so that they meet on some and pass on others.
            rotated = topics[number * 5 :] + topics[: number * 5]
            return [(topic.pk, api.log(ann, "likes", topic)) for topic in rotated]

        results = together(8, log_all)

        assert not [result for result in results if isinstance(result, Exception)]
        made = [(pk, action.pk) for result in results for pk, (action, new) in result if new]
        assert len(made) == Action.objects.count() == 50
        rows = Counter(Action.objects.values_list("target_object_id", flat=True))
        assert set(rows.values()) == {1}
        returned = {(pk, action.pk) for result in results for pk, (action, _) in result}
        assert returned == set(made)

    def test_eight_connections_at_once_on_one(self, make_user, together):
        ann = make_user("ann")
        tea = Topic.objects.create(name="Tea")

        for _ in range(10):
            results = together(8, lambda _: api.log(ann, "likes", tea))
            assert Counter(created for _, created in results) == {True: 1, False: 7}
            Action.objects.all().delete()

    def test_locks_may_go_at_any_time(self, make_user):
        ann = make_user("ann")
        api.log(ann, "says hello")
        # Only MySQL and MariaDB need rows to queue at.
        assert DedupLock.objects.count() == (connection.vendor == "mysql")

        DedupLock.objects.all().delete()

        assert api.log(ann, "says hello")[1] is False

    @pytest.mark.skipif(connection.vendor != "mysql", reason="elsewhere a duplicate may pass")
    def test_repeatable_read(self, make_user, together):
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

                assert api.log(ann, "says hello") == (first, False)
        finally:
            connection.close()  # and with it the level of its session
