from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Manager
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from testapp.models import Country, Document, ProxyTopic, Topic

from django_activity import pruning
from django_activity.api import log
from django_activity.models import Action, DedupLock
from django_activity.pruning import prune, prune_locks
from django_activity.testing import eager_signals

pytestmark = pytest.mark.django_db
OLD = timezone.now() - dt.timedelta(days=100)
AGE = dt.timedelta(days=90)


def many(actor: Any, number: int, verb: str = "likes", **fields: Any) -> list[Action]:
    fields = {"actor": actor, "verb": verb, "created": OLD, **fields}
    return Action.objects.bulk_create([Action(**fields) for _ in range(number)])


def verbs_left() -> list[str]:
    return sorted(Action.objects.values_list("verb", flat=True))


class TestOld:
    def test_in_batches_that_are_announced(self, ann, heard):
        many(ann, 5)
        new, _ = log(ann, "waves")
        batches: list[int] = []

        with eager_signals():
            gone = prune(older_than=AGE, batch_size=2, advance=batches.append)

        assert (gone, batches) == (5, [2, 2, 1])
        assert [(name, len(keys)) for name, keys in heard] == [
            ("retracted", 2),
            ("retracted", 2),
            ("retracted", 1),
        ]
        assert Action.objects.get() == new

    def test_oldest_last(self, ann):
        """So that what an interrupted run has left is what the next one begins with."""
        for day in range(4):
            many(ann, 1, f"did {day}", created=OLD - dt.timedelta(days=day))

        class StopError(Exception):
            pass

        def stop(deleted: int) -> None:
            raise StopError

        with pytest.raises(StopError):
            prune(older_than=AGE, batch_size=2, advance=stop)

        assert verbs_left() == ["did 2", "did 3"]
        assert prune(older_than=AGE) == 2

    def test_conditions_are_met_together(self, ann):
        many(ann, 1, "likes", target=Country(code="nz"))
        many(ann, 1, "likes", target=Country.objects.create(code="de"))
        many(ann, 1, "reads", target=Country(code="nz"))
        log(ann, "likes", Country(code="nz"))

        assert prune(older_than=AGE, verbs=["likes", "shares"], orphans=True) == 1
        assert Action.objects.count() == 3

    @pytest.mark.parametrize("rows", [5, 50])
    def test_statements(self, ann, rows, django_assert_num_queries):
        many(ann, rows)

        # A savepoint around both statements, and the locks with their own.
        with django_assert_num_queries(2 + 2 + 3):
            prune(older_than=AGE)

    @pytest.mark.parametrize("options", [{}, {"verbs": ["likes"]}])
    def test_never_everything(self, ann, options):
        many(ann, 1)

        with pytest.raises(ValueError, match="this would be every action there is"):
            prune(**options)

        assert Action.objects.exists()

    @pytest.mark.parametrize("size", [0, -1, 10_001, "5"])
    def test_batches_of_some_size(self, size):
        with pytest.raises(ValueError, match="^A batch has 1 to 10000 rows, not"):
            prune(older_than=AGE, batch_size=size)

    @pytest.mark.django_db(databases=["default", "other"])
    def test_in_another_database(self, ann):
        Action.objects.using("other").create(verb="likes", created=OLD)
        DedupLock.objects.using("other").create(key=1, locked_at=OLD)
        many(ann, 1)

        assert prune(older_than=AGE, using="other") == 1

        assert not DedupLock.objects.using("other").exists()
        assert Action.objects.exists()


class TestOrphans:
    @pytest.fixture
    def things(self, ann):
        """Two things of each kind that something was done with."""
        topics = [Topic.objects.create(name=name) for name in ("Tea", "Jam")]
        things = [
            *topics,
            *(Document.objects.create() for _ in range(2)),
            *(Country.objects.create(code=code) for code in ("nz", "de")),
        ]
        for number, thing in enumerate(things):
            log(ann, f"likes {number}", thing)
            log(ann, f"puts {number}", action_object=thing)
            log(ann, f"moves {number}", topics[0], action_object=thing)
        log(ann, "waves")
        return things

    def test_nothing_to_do(self, things):
        assert prune(orphans=True) == 0
        assert Action.objects.count() == 19

    def test_whatever_the_kind_of_key(self, things):
        for thing in things[1::2]:
            thing.delete()

        assert prune(orphans=True) == 9

        left = sorted(
            f"{verb} {number}" for verb in ("likes", "puts", "moves") for number in (0, 2, 4)
        )
        assert verbs_left() == [*left, "waves"]

    def test_either_object(self, ann):
        topic, document = Topic.objects.create(name="Tea"), Document.objects.create()
        log(ann, "adds", topic, action_object=document)
        log(ann, "likes", topic)
        document.delete()

        assert prune(orphans=True) == 1
        assert verbs_left() == ["likes"]

    def test_every_batch_of_keys(self, ann, monkeypatch):
        monkeypatch.setattr(pruning, "KEYS", 3)
        monkeypatch.setattr(pruning, "GONE_AT_ONCE", 2)
        topics = [Topic.objects.create(name=str(number)) for number in range(10)]
        for topic in topics:
            log(ann, "likes", topic), log(ann, "reads", topic)
        for topic in topics[2:9]:
            topic.delete()

        assert prune(orphans=True) == 14
        assert Action.objects.count() == 6

    def test_keys_that_cannot_be(self, ann):
        kind = ContentType.objects.get_for_model(Topic)
        for key in ("nonsense", str(uuid.uuid4()), "9" * 40, ""):
            Action.objects.create(
                actor=ann, verb="likes", target_content_type=kind, target_object_id=key
            )

        assert prune(orphans=True) == 4

    def test_types_that_are_gone(self, ann):
        """A model that is not installed may come back; a type that was removed never will."""
        absent = ContentType.objects.create(app_label="gone", model="thing")
        log(ann, "waves")
        for verb, kind in (("likes", absent), ("reads", None)):
            Action.objects.create(
                actor=ann, verb=verb, target_content_type=kind, target_object_id="1"
            )

        assert prune(orphans=True) == 1
        assert verbs_left() == ["likes", "waves"]

        absent.delete()
        assert prune(orphans=True) == 1

    def test_what_the_default_manager_hides_is_there(self, ann, monkeypatch):
        class Hiding(Manager):
            def get_queryset(self):
                return super().get_queryset().none()

        topic = Topic.objects.create(name="Tea")
        log(ann, "likes", topic)
        hiding = Hiding()
        hiding.model = Topic
        monkeypatch.setattr(Topic._meta, "default_manager", hiding)
        assert not Topic._default_manager.exists()

        assert prune(orphans=True) == 0

    def test_proxies(self, ann):
        topic = ProxyTopic.objects.create(name="Tea")
        log(ann, "likes", topic)
        assert prune(orphans=True) == 0

        topic.delete()
        assert prune(orphans=True) == 1

    @pytest.mark.django_db(databases=["default", "other"])
    @pytest.mark.parametrize("there", [True, False])
    def test_where_the_project_writes_them(self, ann, settings, there):
        """A replica that lags behind would lack the newest."""
        settings.DATABASE_ROUTERS = ["tests.activity.test_pruning.TopicsElsewhere"]
        topic = Topic.objects.using("other" if there else "default").create(name="Tea")
        log(ann, "likes", topic, using="default")

        assert prune(orphans=True) == (0 if there else 1)

    @pytest.mark.django_db(databases=["default", "other"])
    def test_beside_the_actions(self):
        topic = Topic.objects.using("other").create(name="Tea")
        log(None, "likes", topic, using="other")

        assert prune(orphans=True, using="other") == 0

    def test_same_queries_for_any_number_of_objects(self, ann):
        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                prune(orphans=True)
            return len(queries)

        def add(number: int) -> None:
            for _ in range(number):
                log(ann, "likes", Topic.objects.create(name="Tea"))

        add(5)
        before = cost()
        add(45)

        assert cost() == before


class TopicsElsewhere:
    """A router: topics are read from one database and written to another."""

    def db_for_read(self, model, **hints):
        return "default" if model is Topic else None

    def db_for_write(self, model, **hints):
        return "other" if model is Topic else None


class TestLocks:
    def test_unused_for_a_day(self):
        now = timezone.now()
        for key, hours in enumerate((0, 23, 25, 300)):
            DedupLock.objects.create(key=key, locked_at=now - dt.timedelta(hours=hours))

        assert prune_locks(batch_size=1) == 2
        assert sorted(DedupLock.objects.values_list("key", flat=True)) == [0, 1]

    @pytest.mark.skipif(connection.vendor != "mysql", reason="only MySQL and MariaDB have any")
    @pytest.mark.django_db(transaction=True)
    def test_held_ones_are_passed_over(self, together):
        for key in range(3):
            DedupLock.objects.create(key=key, locked_at=OLD)
        with transaction.atomic():
            DedupLock.objects.filter(key=1).update(locked_at=timezone.now())

            assert together(1, lambda _: prune_locks()) == [2]

        assert DedupLock.objects.get().key == 1
