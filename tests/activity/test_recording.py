"""log() and log_many(): what is written, what is announced, and what it costs."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models.signals import post_save, pre_save
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from testapp.models import Country, Document, Topic

from django_activity import api
from django_activity.exceptions import InvalidAction
from django_activity.models import Action
from django_activity.signals import action_logged

pytestmark = pytest.mark.django_db

WHEN = dt.datetime(2024, 5, 1, 12, tzinfo=dt.timezone.utc)


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

    def test_objects_of_the_returned_action_cost_nothing(self, ann, tea, django_assert_num_queries):
        action, _ = api.log(ann, "likes", tea, action_object=ann)

        with django_assert_num_queries(0):
            assert (action.actor, action.target, action.action_object) == (ann, tea, ann)

    @pytest.mark.parametrize("dedup", [60, 0])
    def test_returned_action_is_saved(self, ann, tea, dedup):
        action, _ = api.log(ann, "likes", tea, dedup=dedup)

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
            [other] = api.log_many([{"actor": ann, "verb": "reads"}], using="other")

        assert (created, heard) == (True, ["other", "other"])
        assert set(Action.objects.using("other")) == {action, other}
        assert action.target == tea
        assert api.log(ann, "likes", tea, using="other") == (action, False)
        assert not Action.objects.exists()

    def test_created_can_be_given_to_the_model_too(self, ann, tea):
        Action(actor=ann, verb="likes", target=tea, created=WHEN).save()
        Action.objects.bulk_create([Action(actor=ann, verb="reads", target=tea)])

        assert [action.target for action in Action.objects.order_by("created")] == [tea, tea]

    @pytest.mark.parametrize("dedup", [60, 0])
    def test_signals_of_the_model_are_not_sent(self, ann, dedup):
        sent = []

        def receive(sender, **kwargs):
            sent.append(sender)

        for signal in (pre_save, post_save):
            signal.connect(receive, sender=Action)
        try:
            api.log(ann, "waves", dedup=dedup)
        finally:
            for signal in (pre_save, post_save):
                signal.disconnect(receive, sender=Action)

        assert (sent, Action.objects.count()) == ([], 1)

    @pytest.mark.parametrize("dedup", [60, 0])
    def test_statements(self, ann, tea, dedup, django_assert_num_queries):
        api.log(ann, "warms up", tea)  # the content type is cached from here
        lock = 1 if connection.vendor == "mysql" and dedup else 0

        with django_assert_num_queries(lock + 1):
            api.log(ann, "likes", tea, dedup=dedup)
        if dedup:
            with django_assert_num_queries(lock + 2):
                api.log(ann, "likes", tea)


class TestWindow:
    def shift(self, action, seconds):
        Action.objects.filter(pk=action.pk).update(
            created=action.created + dt.timedelta(seconds=seconds)
        )

    def test_of_the_settings(self, ann, tea, settings):
        first, _ = api.log(ann, "likes", tea)
        self.shift(first, -100)

        assert api.log(ann, "likes", tea)[1] is True

        settings.ACTIVITY_DEDUP_WINDOW = 1000
        assert api.log(ann, "likes", tea)[1] is False

    def test_of_the_verb(self, ann, tea, verb, settings):
        verb("likes", window=1000)
        verb("views", window=0)
        settings.ACTIVITY_DEDUP_WINDOW = 60
        first, _ = api.log(ann, "likes", tea)
        self.shift(first, -999)

        assert api.log(ann, "likes", tea) == (first, False)
        assert [api.log(ann, "views", tea)[1] for _ in range(3)] == [True] * 3
        self.shift(first, -1001)
        assert api.log(ann, "likes", tea)[1] is True

    def test_of_the_call(self, ann, tea, verb):
        verb("likes", window=10)
        first, _ = api.log(ann, "likes", tea)
        self.shift(first, -600)

        assert api.log(ann, "likes", tea, dedup=3600) == (first, False)
        assert api.log(ann, "likes", tea, dedup=0)[1] is True
        assert len(api.log_many([{"actor": ann, "verb": "likes"}] * 3, dedup=0)) == 3

    @pytest.mark.parametrize("how", ["settings", "call", "verb"])
    def test_zero_logs_every_one(self, ann, tea, settings, verb, how):
        if how == "settings":
            settings.ACTIVITY_DEDUP_WINDOW = 0
        if how == "verb":
            verb("likes", window=0)
        options = {"dedup": 0} if how == "call" else {}

        created = [api.log(ann, "likes", tea, **options)[1] for _ in range(25)]

        assert (created, Action.objects.count()) == ([True] * 25, 25)


class TestSignal:
    def test_once_per_action(self, ann, tea, django_capture_on_commit_callbacks):
        heard = []

        def receive(**kwargs):
            heard.append((kwargs["sender"], kwargs["action"], kwargs["using"]))

        action_logged.connect(receive)
        with django_capture_on_commit_callbacks(execute=True):
            action, _ = api.log(ann, "likes", tea)
            api.log(ann, "likes", tea)
            [other] = api.log_many([{"actor": ann, "verb": verb} for verb in ("nods", "nods")])
            api.log_many([{"actor": ann, "verb": "nods"}])
            assert not heard

        assert heard == [(Action, action, "default"), (Action, other, "default")]

    def test_not_of_what_was_rolled_back(self, ann, heard, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            with pytest.raises(RuntimeError), transaction.atomic():
                api.log(ann, "waves")
                api.log_many([{"actor": ann, "verb": "nods"}])
                raise RuntimeError
            api.log(ann, "bows")

        assert [action.verb for _, action in heard] == ["bows"]

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


class TestLogMany:
    def test_rows(self, ann, bo, tea):
        document = Document.objects.create(title="Minutes")

        actions = api.log_many(
            [
                {
                    "actor": ann,
                    "verb": "added",
                    "target": tea,
                    "action_object": document,
                    "data": {"page": 3},
                    "public": False,
                    "created": WHEN,
                },
                {"actor": bo, "verb": "likes", "target": tea},
                {"actor": None, "verb": "slept"},
            ]
        )

        assert [str(action) for action in actions] == [
            "ann added Minutes Tea",
            "bo likes Tea",
            "slept",
        ]
        row = Action.objects.get(verb="added")
        assert (row.actor, row.target, row.action_object) == (ann, tea, document)
        assert (row.data, row.public, row.created) == ({"page": 3}, False, WHEN)
        if connection.features.can_return_rows_from_bulk_insert:
            assert set(Action.objects.all()) == set(actions)

    def test_from_a_generator_and_from_nothing(self, ann):
        assert len(api.log_many({"actor": ann, "verb": f"did {n}"} for n in range(3))) == 3
        assert api.log_many([]) == []

    @pytest.mark.parametrize(
        "entry",
        [
            None,
            ("ann", "likes"),
            {"verb": "likes"},
            {"actor": None},
            {"actor": None, "verb": "likes", "dedup": 0},
            {"actor": None, "verb": "likes", "using": "default"},
        ],
    )
    def test_what_is_no_entry(self, entry):
        with pytest.raises(InvalidAction, match="^Entry 2: it must be a dict with actor, verb"):
            api.log_many([{"actor": None, "verb": "likes"}] * 2 + [entry])

        assert not Action.objects.exists()

    def test_all_or_nothing_in_the_database_too(self, ann, monkeypatch):
        # The second batch fails.
        from django.db import IntegrityError

        api.log(ann, "waves")
        taken = Action.objects.get().pk
        monkeypatch.setattr(
            "django_activity.recording.find_repeats",
            lambda actions, *rest: setattr(actions[-1], "pk", taken) or set(),
        )

        with pytest.raises(IntegrityError), transaction.atomic():
            api.log_many([{"actor": ann, "verb": f"did {n}"} for n in range(5)], batch_size=2)

        assert Action.objects.count() == 1

    @pytest.mark.parametrize("number", [5, 50])
    def test_statements(self, ann, tea, number, django_assert_num_queries):
        api.log(ann, "warms up", tea)
        entries = [{"actor": ann, "verb": f"did {n}", "target": tea} for n in range(number)]
        lock = 0 if connection.vendor == "sqlite" else 1

        with django_assert_num_queries(lock + 1 + 1 + 2):  # in the savepoint of this test
            assert len(api.log_many(entries)) == number
        with django_assert_num_queries(lock + 1 + 2):
            assert api.log_many(entries) == []
        with django_assert_num_queries(1 + 2):
            assert len(api.log_many(entries, dedup=0)) == number

    @pytest.mark.parametrize("minutes", [0, 10])
    def test_over_500_entries(self, ann, tea, minutes):
        entries = [
            {
                "actor": ann,
                "verb": f"did {number % 601}",
                "target": tea,
                "created": WHEN + dt.timedelta(minutes=minutes * number),
            }
            for number in range(1202)
        ]
        # Each verb is there twice, at once or more than four days apart.
        expected = 1202 if minutes else 601

        assert len(api.log_many(entries, batch_size=400)) == expected
        assert api.log_many(reversed(entries)) == []
        assert Action.objects.count() == expected


def run_log(entries):
    return [created for _, created in (api.log(**entry) for entry in entries)]


@given(seed=st.integers(0, 10**6))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_log_many_is_log_in_a_row(seed, verb_windows):
    random_ = random.Random(seed)
    users = [None, *(get_user_model().objects.create(username=f"user{n}") for n in range(2))]
    things = [None, Topic.objects.create(pk=1, name="Tea"), Country.objects.create(code="1")]
    entries = [
        {
            "actor": random_.choice(users),
            "verb": random_.choice(["likes", "Likes", "views", "reads"]),
            "target": random_.choice(things),
            "action_object": random_.choice(things[:2]),
            "created": WHEN + dt.timedelta(seconds=random_.choice([0, 5, 10, 19, 20, 30, 60, 200])),
            "data": {"number": number},
        }
        for number in range(60)
    ]
    before, entries = entries[:15], entries[15:]
    gone = get_user_model().objects.create(username="gone")
    api.log_many([{"actor": gone, "verb": "likes", "created": WHEN}])
    gone.delete()

    def outcome(write):
        with transaction.atomic():
            run_log(before)
            write()
            numbers = Action.objects.filter(data__has_key="number")
            found = sorted(numbers.values_list("data__number", flat=True))
            transaction.set_rollback(True)
        return found

    try:
        in_a_row = outcome(lambda: run_log(entries))
        assert outcome(lambda: api.log_many(entries)) == in_a_row
        assert 15 < len(in_a_row) < 60
    finally:
        for model in (Action, Topic, Country, get_user_model()):
            model.objects.all().delete()


@pytest.fixture
def verb_windows(verb):
    verb("views", window=0)
    verb("reads", window=10)
    verb("likes", window=20)
