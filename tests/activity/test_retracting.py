from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from testapp.models import Country, Document, Topic

from django_activity import retracting
from django_activity.api import (
    ANYONE,
    advance_marker,
    forget,
    log,
    log_many,
    rename_verb,
    retract,
    stream_marker,
)
from django_activity.exceptions import InvalidAction, UnsavedObject
from django_activity.models import Action, StreamMarker

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_batches_of_two(monkeypatch):
    monkeypatch.setattr(retracting, "BATCH", 2)


class TestRetract:
    def test_exactly_what_log_has_logged(self, ann, bo, tea):
        document = Document.objects.create()
        calls = [
            ((ann, "likes", tea), {}),
            ((bo, "likes", tea), {}),
            ((None, "likes", tea), {}),
            ((ann, "Likes", tea), {}),
            ((ann, "likes"), {}),
            ((ann, "likes", document), {}),
            ((ann, "likes", tea), {"action_object": document}),
            ((ann, "likes"), {"action_object": tea}),
            ((ann, "likes", Country(code="nz")), {}),
            ((ann, "likes", Country(code="NZ")), {}),
        ]
        actions = [log(*call, **options)[0] for call, options in calls]

        for left, (call, options) in enumerate(calls, 1):
            assert retract(*call, **options) == 1
            assert set(Action.objects.all()) == set(actions[left:])
            assert retract(*call, **options) == 0

    def test_whatever_its_time_and_its_data(self, ann, tea):
        for days in range(3):
            when = dt.datetime(2020, 1, 1 + days, tzinfo=dt.timezone.utc)
            log(ann, "likes", tea, data={"a": days}, public=False, created=when)
            log(ann, "likes", tea, dedup=0)

        assert retract(ann, "likes", tea) == 6

    def test_anyone(self, ann, bo, tea):
        gone = get_user_model().objects.create(username="gone")
        for actor in (ann, bo, None, gone):
            log(actor, "likes", tea)
        gone.delete()
        log(ann, "likes")

        assert repr(ANYONE) == "ANYONE"
        assert retract(ANYONE, "likes", tea) == 4
        assert Action.objects.get().target is None

    def test_the_system_is_not_somebody_who_was_deleted(self, ann, tea):
        log(None, "likes", tea), log(ann, "likes", tea)
        ann.delete()

        assert retract(None, "likes", tea) == 1
        assert Action.objects.get().actor_label == "ann"

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            ((Country("nz"), "likes"), InvalidAction),
            ((get_user_model()(pk=None), "likes"), UnsavedObject),
            ((None, "likes", Topic(name="New")), UnsavedObject),
            ((None, "likes", "Tea"), InvalidAction),
            ((None, ""), InvalidAction),
            ((None, None), InvalidAction),
        ],
    )
    def test_refused(self, ann, arguments, error):
        log(None, "likes")

        with pytest.raises(error):
            retract(*arguments)

        assert Action.objects.count() == 1

    def test_announced_batch_by_batch(
        self, ann, tea, heard, in_batches_of_two, django_capture_on_commit_callbacks
    ):
        rows = [log(ann, "likes", tea, dedup=0)[0].pk for _ in range(5)]
        log(ann, "reads", tea)

        with django_capture_on_commit_callbacks(execute=True):
            assert retract(ann, "likes", tea) == 5
            assert not heard

        # Newest first.
        assert heard == [
            ("retracted", rows[:2:-1]),
            ("retracted", rows[2:0:-1]),
            ("retracted", rows[:1]),
        ]
        assert Action.objects.get().verb == "reads"

    def test_nothing_to_announce(self, ann, heard, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            assert retract(ann, "likes") == 0
            with pytest.raises(RuntimeError), transaction.atomic():
                log(ann, "likes")
                assert retract(ann, "likes") == 1
                raise RuntimeError

        assert heard == []

    def test_batches_that_share_a_moment(self, ann, tea, in_batches_of_two):
        when = dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc)
        log_many([{"actor": ann, "verb": "likes", "created": when}] * 7, dedup=0)

        assert retract(ann, "likes") == 7

    @pytest.mark.parametrize("rows", [0, 5, 50])
    def test_statements(self, ann, tea, rows, django_assert_num_queries):
        log_many([{"actor": ann, "verb": "likes", "target": tea}] * rows, dedup=0)
        ContentType.objects.get_for_model(tea)  # which a process asks for once

        with django_assert_num_queries((2 if rows else 1) + 2):  # in the savepoint of this test
            assert retract(ann, "likes", tea) == rows

    @pytest.mark.django_db(databases=["default", "other"])
    def test_in_another_database(self, heard, django_capture_on_commit_callbacks):
        ann = get_user_model().objects.using("other").create(username="ann")
        log(ann, "likes", using="other"), log(None, "likes")

        with django_capture_on_commit_callbacks(using="other", execute=True):
            assert retract(ANYONE, "likes", using="other") == 1

        assert (len(heard), Action.objects.count()) == (1, 1)

    @pytest.mark.django_db(transaction=True)
    def test_of_two_at_once_each_row_is_announced_once(
        self, make_user, together, heard, in_batches_of_two
    ):
        ann = make_user("ann")
        log_many([{"actor": ann, "verb": "likes"}] * 21, dedup=0)
        keys = set(Action.objects.values_list("pk", flat=True))

        results = together(4, lambda _: retract(ann, "likes"))

        assert sum(results) == 21
        told = [key for name, some in heard if name == "retracted" for key in some]
        assert (len(told), set(told)) == (21, keys)
        assert not Action.objects.exists()


class TestForget:
    def test_own_rows_labels_and_markers(self, ann, bo, tea, in_batches_of_two):
        for number in range(5):
            log(ann, f"did {number}", tea)
        log(bo, "follows", ann), log(bo, "introduced", tea, action_object=ann)
        seen, _ = log(bo, "likes", tea)
        log(None, "welcomed", ann)
        for user in (ann, bo):
            advance_marker(user, "home", seen)

        assert forget(ann) == 5

        assert not Action.objects.filter(actor=ann).exists()
        about = Action.objects.filter(verb__in=["follows", "welcomed"])
        assert [(action.target, action.target_label) for action in about] == [(ann, "")] * 2
        row = Action.objects.get(verb="introduced")
        assert (row.action_object, row.action_object_label, row.target_label) == (ann, "", "Tea")
        assert (row.actor_label, StreamMarker.objects.get().user) == ("bo", bo)
        assert stream_marker(ann).cursor == ""

    def test_somebody_with_the_same_key(self, ann, bo):
        country = Country.objects.create(code=str(ann.pk))
        log(bo, "visits", country)

        assert forget(ann) == 0
        assert Action.objects.get().target_label == str(ann.pk)

    def test_announced(self, ann, heard, django_capture_on_commit_callbacks):
        action, _ = log(ann, "waves")

        with django_capture_on_commit_callbacks(execute=True):
            forget(ann)

        assert heard == [("retracted", [action.pk])]

    @pytest.mark.parametrize("actor", [None, Country("nz"), get_user_model()(pk=None)])
    def test_refused(self, ann, actor):
        log(None, "slept"), log(ann, "waves")

        with pytest.raises((InvalidAction, UnsavedObject)):
            forget(actor)

        assert Action.objects.count() == 2

    @pytest.mark.parametrize("rows", [5, 50])
    def test_statements(self, ann, bo, rows, django_assert_num_queries):
        log_many({"actor": ann, "verb": f"did {number}"} for number in range(rows))
        log_many({"actor": bo, "verb": f"met {number}", "target": ann} for number in range(rows))

        with django_assert_num_queries(2 + 3 + 4):  # two transactions are savepoints here
            assert forget(ann) == rows


class TestRenameVerb:
    def test_all_of_them_in_batches(self, ann, bo, tea):
        log_many(
            {"actor": actor, "verb": verb, "target": tea}
            for actor in (ann, bo, None)
            for verb in ("like", "Like", "like ", "reads")
        )
        log_many([{"actor": ann, "verb": "like"}] * 4, dedup=0)
        before = dict(Action.objects.exclude(verb="like").values_list("pk", "verb"))
        advanced = []

        assert rename_verb("like", "likes", batch_size=3, advance=advanced.append) == 7

        assert advanced == [3, 3, 1]
        assert Action.objects.filter(verb="likes").count() == 7
        assert dict(Action.objects.exclude(verb="likes").values_list("pk", "verb")) == before

    def test_goes_on_where_it_was_interrupted(self, ann):
        log_many([{"actor": ann, "verb": "like"}] * 7, dedup=0)

        def stop(renamed):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            rename_verb("like", "likes", batch_size=3, advance=stop)

        assert Action.objects.filter(verb="likes").count() == 3
        assert rename_verb("like", "likes", batch_size=3) == 4
        assert rename_verb("like", "likes") == 0

    def test_in_place(self, ann):
        log(ann, "like")

        assert rename_verb("like", "like") == 0

    @pytest.mark.parametrize("new", ["", "x" * 65, "a\0b", None])
    def test_refused(self, ann, new):
        log(ann, "like")

        with pytest.raises(InvalidAction, match="1 to 64 characters"):
            rename_verb("like", new)

        assert Action.objects.get().verb == "like"

    @pytest.mark.parametrize("rows", [5, 50])
    def test_statements(self, ann, rows, django_assert_num_queries):
        log_many([{"actor": ann, "verb": "like"}] * rows, dedup=0)

        with django_assert_num_queries(3):
            assert rename_verb("like", "likes") == rows
