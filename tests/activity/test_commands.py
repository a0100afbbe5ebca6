from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from testapp.models import Country, Topic

from django_activity.api import log
from django_activity.management import explaining, progress
from django_activity.management.commands import activity_prune
from django_activity.merging import has_lateral
from django_activity.models import Action, DedupLock
from django_follow.models import Follow

pytestmark = pytest.mark.django_db
OLD = timezone.now() - dt.timedelta(days=100)


def run(*arguments: Any, **options: Any) -> str:
    """What a command prints, its complaints included."""
    output = StringIO()
    call_command(*arguments, stdout=output, stderr=output, **options)
    return output.getvalue()


def killed(writes: int, *arguments: str) -> None:
    """Run a command on this database, which is killed after so many statements that write."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.activity.killed", str(writes), *arguments],
        env={**os.environ, "TEST_DATABASE": str(connection.settings_dict["NAME"])},
        timeout=60,
        check=False,
    )
    assert done.returncode == -9


def many(actor: Any, number: int, verb: str = "likes", **fields: Any) -> None:
    fields = {"actor": actor, "verb": verb, "created": OLD, **fields}
    Action.objects.bulk_create(Action(**fields) for _ in range(number))


class TestPrune:
    def test_what_is_old(self, ann):
        many(ann, 7)
        log(ann, "likes")

        assert run("activity_prune", "--older-than=90", "--batch-size=3") == (
            "7 actions and 0 locks deleted.\n"
        )
        assert Action.objects.count() == 1
        assert run("activity_prune", "--older-than=90") == "0 actions and 0 locks deleted.\n"

    def test_some_verbs(self, ann):
        for verb in ("likes", "reads", "shares"):
            many(ann, 2, verb)

        run("activity_prune", "--older-than", "90", "--verb=likes", "--verb=reads")

        assert set(Action.objects.values_list("verb", flat=True)) == {"shares"}

    def test_orphans(self, ann):
        topics = [Topic.objects.create(name=f"Topic {number}") for number in range(2)]
        for topic in topics:
            log(ann, "likes", topic)
        topics[0].delete()

        assert run("activity_prune", "--orphans") == "1 actions and 0 locks deleted.\n"
        assert Action.objects.get().target == topics[1]

    def test_locks(self):
        DedupLock.objects.create(key=1, locked_at=OLD)
        DedupLock.objects.create(key=2, locked_at=timezone.now())

        assert run("activity_prune", "--locks", "--dry-run") == "0 actions would be deleted.\n"
        assert run("activity_prune", "--locks") == "0 actions and 1 locks deleted.\n"
        assert DedupLock.objects.get().key == 2

    def test_dry_run(self, ann, monkeypatch):
        many(ann, 3, target=Country(code="nz"))

        assert run("activity_prune", "--older-than=90", "--dry-run") == (
            "3 actions would be deleted.\n"
        )
        both = run("activity_prune", "--older-than=90", "--orphans", "--dry-run")
        assert both == "3 actions would be deleted.\n"
        monkeypatch.setattr(activity_prune, "COUNTED", 2)
        assert run("activity_prune", "--older-than=90", "--dry-run") == (
            "2 actions or more would be deleted.\n"
        )
        assert Action.objects.count() == 3

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ([], r"^Say what is to go: --older-than DAYS, --orphans, or --locks\.$"),
            (["--verb=likes", "--locks"], "^Say what is to go"),
            (["--older-than=-1"], "'-1' is not a number of days from 0 to 36500"),
            (["--older-than=soon"], "'soon' is not a number of days"),
            (["--older-than=nan"], "'nan' is not a number of days"),
            (["--older-than=9", "--batch-size=0"], "'0' is not a number from 1 to 10000"),
            (["--older-than=9", "--batch-size=x"], "'x' is not a number from 1 to 10000"),
            (["--older-than=9", "--verb="], "The verb must be 1 to 64 characters"),
            (["--older-than=9", "--database=there"], "invalid choice: 'there'"),
        ],
    )
    def test_wrong_input(self, arguments, message):
        with pytest.raises(CommandError, match=message):
            run("activity_prune", *arguments)

    @pytest.mark.django_db(databases=["default", "other"])
    def test_database(self, ann):
        there = get_user_model().objects.using("other").create(username="zoe")
        Action.objects.using("other").create(actor=there, verb="likes", created=OLD)
        many(ann, 1)

        run("activity_prune", "--older-than=90", database="other")

        assert not Action.objects.using("other").exists()
        assert Action.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_killed_and_run_again(self, make_user):
        many(make_user("ann"), 10)
        many(None, 2, created=timezone.now())

        killed(3, "activity_prune", "--older-than=90", "--batch-size=2")

        assert Action.objects.count() == 8  # two batches are committed
        assert "6 actions" in run("activity_prune", "--older-than=90", "--batch-size=2")
        assert Action.objects.count() == 2

    @pytest.mark.django_db(transaction=True)
    def test_while_the_site_writes(self, make_user, together):
        users = [make_user() for _ in range(4)]
        for user in users:
            many(user, 50)

        def work(number: int) -> None:
            if number == 0:
                run("activity_prune", "--older-than=90", "--batch-size=5")
            else:
                for count in range(15):
                    log(users[number], f"did {count}")
                    log(users[number], "pings")

        assert together(4, work) == [None] * 4

        assert not Action.objects.filter(created__lte=OLD).exists()
        assert Action.objects.count() == 3 * 16


class TestRenameVerb:
    def test_renames(self, ann):
        many(ann, 5, "likes"), many(ann, 2, "reads")

        assert run("activity_rename_verb", "likes", "loves", "--batch-size=2") == (
            "5 actions: 'likes' is now 'loves'.\n"
        )
        assert Action.objects.filter(verb="loves").count() == 5
        assert run("activity_rename_verb", "likes", "loves", verbosity=0) == ""

    @pytest.mark.parametrize("verbs", [("likes", ""), ("likes", "x" * 65), ("", "likes")])
    def test_wrong_input(self, verbs):
        with pytest.raises(CommandError, match="^The verb must be 1 to 64 characters"):
            run("activity_rename_verb", *verbs)

    @pytest.mark.django_db(databases=["default", "other"])
    def test_database(self, ann):
        Action.objects.using("other").create(verb="likes")
        many(ann, 1, "likes")

        run("activity_rename_verb", "likes", "loves", database="other")

        assert Action.objects.using("other").get().verb == "loves"
        assert Action.objects.get().verb == "likes"

    @pytest.mark.django_db(transaction=True)
    def test_killed_and_run_again(self, make_user):
        many(make_user("ann"), 10)

        killed(3, "activity_rename_verb", "likes", "loves", "--batch-size=2")

        assert Action.objects.filter(verb="loves").count() == 6  # each statement by itself
        assert run("activity_rename_verb", "likes", "loves").startswith("4 actions")
        assert Action.objects.filter(verb="loves").count() == 10


class TestExplain:
    @pytest.fixture
    def follows(self, ann, bo, make_user, settings):
        """Ann follows two people and a topic."""
        tea = Topic.objects.create(name="Tea")
        settings.ACTIVITY_FOLLOWED_TARGETS = lambda user: [(Topic, [tea.pk])]
        for user in (bo, make_user("cy")):
            Follow.objects.create(follower=ann, followee=user)
        many(bo, 3), many(ann, 5), many(None, 2, target=tea)

    def test_sources_and_plans(self, ann, follows):
        lines = run("activity_explain", "ann").splitlines()

        user = get_user_model()._meta.label
        assert lines[0].startswith("The home stream of ann, read ")
        assert ("in one statement." in lines[0]) is has_lateral(connection)
        assert lines[1:4] == [
            f"  {user} as actor: 2 followed, 3 actions",
            "  testapp.Topic as action_object: 1 followed, 0 actions",
            "  testapp.Topic as target: 1 followed, 2 actions",
        ]
        statements = 2 if has_lateral(connection) else 5
        assert lines[4] == f"A page of 20: 5 actions, by {statements} statements in all."
        assert "action_stream_actor" in "\n".join(lines[5:])

    def test_by_key_with_self_and_size(self, ann, follows):
        printed = run("activity_explain", str(ann.pk), "--with-self", "--size=4")

        assert "2 followed, 8 actions\n" in printed
        assert "A page of 4: 4 actions" in printed

    def test_analyze(self, ann, follows):
        if connection.vendor == "sqlite":
            with pytest.raises(CommandError, match=r"^SQLite cannot tell times\. Leave out"):
                run("activity_explain", "ann", "--analyze")
        else:
            printed = run("activity_explain", "ann", "--analyze")
            assert re.search("actual time|r_rows", printed)

    def test_counts_to_a_bound(self, ann, bo, follows, monkeypatch):
        monkeypatch.setattr(explaining, "MAX_COUNT", 2)

        assert "2 followed, 2 actions or more\n" in run("activity_explain", "ann")

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="others do not tell")
    def test_sizes(self, ann, follows):
        printed = run("activity_explain", "ann")

        assert re.search(r"^  django_activity_action: \d+ (kB|bytes), ", printed, re.MULTILINE)
        assert re.search(r"^  action_stream_all: ", printed, re.MULTILINE)
        if "never analyzed" in printed:
            assert "\nThe database knows nothing of its content: ANALYZE django_act" in printed

    def test_a_missing_index(self, ann, follows, monkeypatch):
        assert explaining.missing_indexes(Action, "default") == []
        # A model of a project's own, with indexes of its own.
        monkeypatch.setattr(explaining, "stream_columns", lambda model: [["verb", "id"]])

        assert (
            "There is no index on (verb, id). Add models.stream_indexes() to the Meta of "
            "django_activity.Action, and migrate." in run("activity_explain", "ann")
        )

    def test_wrong_input(self, ann, settings):
        for name in ("zoe", "99999999999999999999999", ""):
            with pytest.raises(CommandError, match=f"^There is no user '{name}' here"):
                run("activity_explain", name)
        with pytest.raises(CommandError, match="'201' is not a number from 1 to 200"):
            run("activity_explain", "ann", "--size=201")
        settings.ACTIVITY_FOLLOWEES = None
        with pytest.raises(CommandError, match="needs ACTIVITY_FOLLOWEES"):
            run("activity_explain", "ann")

    def test_nobody_followed(self, ann):
        printed = run("activity_explain", "ann")

        assert "as actor: 0 followed, 0 actions\n" in printed
        assert "A page of 20: 0 actions" in printed


class TestProgress:
    """Shown to somebody who watches, and to nobody else."""

    def test_a_file_gets_none(self, ann, capfd):
        many(ann, 3)

        run("activity_prune", "--older-than=90")

        assert capfd.readouterr().err == ""

    @pytest.mark.parametrize("installed", [True, False])
    def test_a_terminal(self, ann, monkeypatch, installed):
        terminal = StringIO()
        terminal.isatty = lambda: True
        monkeypatch.setattr(sys, "stderr", terminal)
        if not installed:
            monkeypatch.setattr(progress, "tqdm", None)
        many(ann, 4)

        run("activity_prune", "--older-than=90", "--batch-size=3")

        shown = terminal.getvalue()
        assert ("4/4 [" if installed else "4 of 4 actions\n") in shown
        assert ("|" in shown) is installed
        terminal.truncate(0)
        assert run("activity_rename_verb", "likes", "loves", verbosity=0) == ""
        assert run("activity_prune", "--older-than=90", verbosity=0) == ""
        assert terminal.getvalue() == ""
