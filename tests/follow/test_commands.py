from __future__ import annotations

import sys
import threading
from contextlib import suppress
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from testapp.models import Channel, Profile, Reminder, Subscription, Topic, TopicFollow

from django_follow.api import accept, block, counts, follow, mute, unfollow
from django_follow.exchange import BATCH
from django_follow.management import progress
from django_follow.management.commands import follow_dedupe
from django_follow.models import Block, Follow, FollowCount, FollowRequest, Mute

pytestmark = pytest.mark.django_db
User = get_user_model()


def run(*arguments: Any, **options: Any) -> str:
    """What a command prints, its complaints included."""
    output = StringIO()
    call_command(*arguments, stdout=output, stderr=output, **options)
    return output.getvalue()


def following(user: Any) -> list[str]:
    return sorted(user.following.values_list("username", flat=True))


class TestRecount:
    def test_nothing_to_do(self, ann, bo):
        follow(ann, bo)

        assert run("follow_recount", "--check").endswith("rows, 0 counts were wrong.\n")
        assert FollowCount.objects.count() == 2

    def test_check_lists_and_leaves_alone(self, ann, bo):
        follow(ann, bo)
        FollowCount.objects.filter(pk=bo.pk).update(followers=7)
        output = StringIO()

        with pytest.raises(CommandError, match=r"^1 counts are wrong. Run follow_recount"):
            call_command("follow_recount", "--check", stdout=output)

        label = User._meta.label
        assert output.getvalue() == f"{label} {bo.pk} followers: 7 instead of 1\n"
        assert FollowCount.objects.get(pk=bo.pk).followers == 7

    def test_repairs_whatever_is_missing_or_wrong(self, ann, bo, make_user):
        """As after rows that were copied in by SQL."""
        cy = make_user("cy")
        models.QuerySet(Follow).bulk_create([Follow(follower=ann, followee=bo)])
        FollowCount.objects.create(user=cy, followers=3, following=-1)
        assert counts(bo) == (0, 0)

        printed = run("follow_recount")

        assert printed.endswith("4 counts were wrong.\n")
        assert [counts(user) for user in (ann, bo, cy)] == [(0, 1), (1, 0), (0, 0)]
        assert run("follow_recount").endswith(" 0 counts were wrong.\n")

    def test_users_without_edges_get_no_row(self, ann, bo, make_user):
        models.QuerySet(Follow).bulk_create([Follow(follower=ann, followee=bo)])
        make_user("cy")

        run("follow_recount")

        assert FollowCount.objects.count() == 2

    def test_columns_of_both_nodes(self, ann, bo):
        """Nodes of two models may have the same keys, and each is reported once, by its name."""
        people = [Profile.objects.create(user=user) for user in (ann, bo)]
        topics = [Topic.objects.create(name=name) for name in ("Jazz", "Chess")]
        follow(people[0], topics[1])
        Profile.objects.filter(pk=people[1].pk).update(subscriptions=5)
        Topic.objects.filter(pk=topics[1].pk).update(subscribers=9, followers_count=2)
        wrong = [
            f"testapp.Topic {topics[1].pk} followers_count: 2 instead of 0",
            f"testapp.Profile {people[1].pk} subscriptions: 5 instead of 0",
            f"testapp.Topic {topics[1].pk} subscribers: 9 instead of 1",
        ]
        output = StringIO()

        with pytest.raises(CommandError, match=r"^3 counts are wrong"):
            call_command("follow_recount", "--check", stdout=output)
        assert sorted(output.getvalue().splitlines()) == sorted(wrong)
        assert sorted(run("follow_recount").splitlines()[:-1]) == sorted(wrong)

        assert Profile.objects.get(pk=people[1].pk).subscriptions == 0
        topic = Topic.objects.get(pk=topics[1].pk)
        assert (topic.subscribers, topic.followers_count) == (1, 0)

    def test_every_batch_and_a_bounded_list(self, make_user):
        users = User.objects.bulk_create(
            User(username=f"user{number:04}") for number in range(BATCH + 30)
        )
        FollowCount.objects.bulk_create(FollowCount(user=user, followers=1) for user in users)

        lines = run("follow_recount").splitlines()

        assert len(lines) == 22
        assert lines[-2:] == [
            f"… and {BATCH + 10} more",
            lines[-1].partition(" rows")[0] + f" rows, {BATCH + 30} counts were wrong.",
        ]
        assert not FollowCount.objects.exclude(followers=0).exists()

    def test_looking_costs_the_same_however_many_edges(self, ann, make_user):
        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                run("follow_recount", "--check")
            return len(queries)

        follow(ann, make_user())
        before = cost()
        for _ in range(20):
            follow(ann, make_user())

        assert cost() == before

    def test_quiet(self, ann, bo):
        FollowCount.objects.create(user=ann, followers=3)

        assert run("follow_recount", verbosity=0) == ""
        assert counts(ann) == (0, 0)

    @pytest.mark.django_db(databases=["default", "other"])
    def test_database(self, ann):
        there = User.objects.using("other").create(username="zoe")
        FollowCount.objects.using("other").create(user=there, followers=3)
        FollowCount.objects.create(user=ann, followers=3)

        run("follow_recount", database="other")

        assert FollowCount.objects.using("other").get().followers == 0
        assert FollowCount.objects.get().followers == 3


@pytest.mark.django_db(transaction=True)
class TestRecountWhileTheSiteWrites:
    def test_counts_stay_exact(self, together, make_user):
        users = [make_user() for _ in range(12)]
        hot = users[0]

        def work(number: int) -> None:
            if number == 0:
                for _ in range(15):
                    run("follow_recount")
                return
            for _ in range(6):
                for user in users[number::4]:
                    if user != hot:
                        follow(user, hot)
                        if number % 2:
                            unfollow(user, hot)

        assert together(4, work) == [None] * 4

        assert run("follow_recount", "--check").endswith(" 0 counts were wrong.\n")

    def test_check_finds_nothing_wrong(self, together, make_user):
        users = [make_user() for _ in range(7)]

        def work(number: int) -> set[str]:
            if number == 0:
                return {run("follow_recount", "--check").rpartition(", ")[2] for _ in range(25)}
            for _ in range(10):
                follow(users[number], users[0])
                unfollow(users[number], users[0])
            return set()

        assert together(4, work) == [{"0 counts were wrong.\n"}, set(), set(), set()]

    @pytest.mark.parametrize("counted", ["right", "wrong", "not at all"])
    @pytest.mark.parametrize("command", ["check", "repair"])
    def test_a_follow_that_comes_in_between(self, ann, bo, make_user, counted, command):
        """At the first look, while a wrong count is looked at again, or before it is set."""
        cy = make_user("cy")
        follow(ann, bo)
        if counted == "wrong":
            FollowCount.objects.filter(pk=ann.pk).update(following=8)
            FollowCount.objects.filter(pk=bo.pk).update(followers=8)
        if counted == "not at all":
            FollowCount.objects.all().delete()
        writers: list[threading.Thread] = []

        def write() -> None:
            follow(cy, bo)
            connection.close()

        def is_the_moment(sql: str) -> bool:
            if counted == "not at all" and command == "repair":
                return sql.startswith("INSERT INTO")
            again = counted == "right" or connection.in_atomic_block
            return "COUNT(" in sql and "django_follow_follow" in sql and again

        def watch(execute: Any, sql: str, *arguments: Any) -> Any:
            if not writers and is_the_moment(sql):
                writers.append(threading.Thread(target=write))
                writers[0].start()
                writers[0].join(timeout=1)  # it waits for us where it finds a lock
            return execute(sql, *arguments)

        output = StringIO()
        with suppress(CommandError), connection.execute_wrapper(watch):
            call_command("follow_recount", check=command == "check", stdout=output)
        writers[0].join()

        if command == "repair":
            assert (counts(ann), counts(bo), counts(cy)) == ((0, 1), (2, 0), (0, 1))
        elif counted == "right":
            assert output.getvalue().endswith(" 0 counts were wrong.\n")
        else:
            assert output.getvalue().count(" instead of ") == 2


class TestExport:
    def test_following(self, ann, bo, make_user, tmp_path):
        follow(ann, make_user("zoe"))
        follow(ann, bo)

        assert run("follow_export", "ann", "--kind=following") == (
            "Account address,Show boosts,Notify on new posts,Languages\n"
            "zoe,true,false,\n"
            "bo,true,false,\n"
        )

    def test_domain_and_file(self, ann, bo, tmp_path):
        follow(ann, bo)
        path = tmp_path / "list.csv"

        printed = run(
            "follow_export", "bo", kind="followers", output=str(path), domain="example.org"
        )

        assert printed == f"1 accounts written to {path}.\n"
        assert path.read_bytes() == b"Account address\nann@example.org\n"

    def test_other_kinds(self, ann, bo, make_user, settings):
        settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: True
        follow(ann, bo)
        block(ann, make_user("cy"))
        mute(ann, make_user("di"))
        Mute.objects.create(muter=ann, muted=make_user("ed"), until="2020-01-01T00:00:00Z")

        assert run("follow_export", "ann", kind="blocks") == "cy\n"
        assert run("follow_export", "ann", kind="mutes") == (
            "Account address,Hide notifications\ndi,true\n"
        )
        assert run("follow_export", "bo", kind="requests") == "Account address\nann\n"
        assert run("follow_export", "bo", kind="following").count("\n") == 1

    def test_wrong_input(self, ann, tmp_path):
        path = tmp_path / "missing" / "list.csv"

        with pytest.raises(CommandError, match=r"^There is no account 'zoe' here\.$"):
            run("follow_export", "zoe", kind="following", output=str(tmp_path / "list.csv"))
        with pytest.raises(CommandError, match=r"list\.csv cannot be written: "):
            run("follow_export", "ann", kind="following", output=str(path))
        assert list(tmp_path.iterdir()) == []

    def test_constant_queries(self, ann, make_user):
        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                run("follow_export", "ann", kind="following")
            return len(queries)

        follow(ann, make_user())
        before = cost()
        for _ in range(49):
            follow(ann, make_user())

        assert cost() == before == 3


class TestImport:
    @pytest.fixture
    def import_(self, ann, tmp_path):
        def import_(text: str, kind: str = "following", **options: Any) -> str:
            path = tmp_path / "list.csv"
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            return run("follow_import", "ann", str(path), kind=kind, **options)

        return import_

    def test_follows(self, ann, bo, make_user, import_):
        make_user("cy")
        follow(ann, bo)

        printed = import_("Account address,Show boosts\ncy,true\nbo,true\n")

        assert printed == "following of ann: 1 new, 1 already there, 0 bad lines.\n"
        assert following(ann) == ["bo", "cy"]
        assert counts(ann) == (0, 2)

    def test_bad_lines_are_named_and_the_rest_imported(self, ann, bo, make_user, import_):
        block(make_user("cy"), ann)

        printed = import_('nobody\n\n"b\nann\ncy\n,true\nbo\nx\0y\n' + "z" * 5000 + "\n")

        assert printed.splitlines() == [
            "line 1: there is no account 'nobody' here",
            "line 3: there is no account 'b' here",
            "line 4: this is the account itself",
            "line 5: a block stands in between",
            "line 6: no account is named",
            "line 8: there is no account 'x\ufffdy' here",
            "line 9: the line is too long",
            "following of ann: 1 new, 0 already there, 7 bad lines.",
        ]
        assert following(ann) == ["bo"]

    def test_nothing_good(self, ann, bo, import_, tmp_path):
        follow(ann, bo)

        for text in ("nobody\n", "", b"\xff\xfe\x00"):
            with pytest.raises(CommandError, match=r"list\.csv: nothing could be imported\.$"):
                import_(text, overwrite=True)
        with pytest.raises(CommandError, match=r"missing\.csv cannot be read: "):
            run("follow_import", "ann", str(tmp_path / "missing.csv"), kind="following")
        with pytest.raises(CommandError, match=r"^There is no account 'zoe' here\.$"):
            run("follow_import", "zoe", str(tmp_path / "list.csv"), kind="following")

        assert following(ann) == ["bo"]

    def test_dry_run(self, ann, bo, make_user, import_):
        follow(ann, make_user("cy"))

        printed = import_("bo\n", dry_run=True, overwrite=True)

        assert printed == (
            "following of ann: 1 would be new, 0 already there, 0 bad lines, 1 removed.\n"
        )
        assert following(ann) == ["cy"]

    def test_overwrite(self, ann, bo, make_user, import_, settings):
        """Those who go make room for those who come."""
        settings.FOLLOW_MAX_FOLLOWING = 2
        for name in ("cy", "di"):
            follow(ann, make_user(name))

        printed = import_("bo\ncy\n", overwrite=True)

        assert printed == ("following of ann: 1 new, 1 already there, 0 bad lines, 1 removed.\n")
        assert following(ann) == ["bo", "cy"]
        assert counts(ann) == (0, 2)

    def test_limit(self, ann, make_user, import_, settings):
        settings.FOLLOW_MAX_FOLLOWING = 2
        for name in ("bo", "cy", "di", "ed"):
            make_user(name)

        printed = import_("bo\ncy\ndi\ned\n")

        assert printed.splitlines() == [
            "Stopped at line 3: ann may follow 2 at most. Unfollow somebody first. "
            "The lines after it are not imported.",
            "following of ann: 2 new, 0 already there, 0 bad lines.",
        ]
        assert following(ann) == ["bo", "cy"]

    def test_approval(self, ann, bo, make_user, import_, settings):
        settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: followee.username == "bo"
        make_user("cy")

        printed = import_("bo\ncy\n")

        assert printed == "following of ann: 1 new, 1 asked, 0 already there, 0 bad lines.\n"
        assert following(ann) == ["cy"]
        accept(FollowRequest.objects.get())
        assert following(ann) == ["bo", "cy"]

    def test_blocks_and_mutes(self, ann, bo, make_user, import_):
        follow(bo, ann)
        mute(ann, make_user("cy"))
        make_user("di")
        block(ann, make_user("ed"))

        assert import_("bo\n", kind="blocks", overwrite=True) == (
            "blocks of ann: 1 new, 0 already there, 0 bad lines, 1 removed.\n"
        )
        assert import_("cy,true\ndi,true\n", kind="mutes").startswith("mutes of ann: 1 new, 1 alr")

        assert Block.objects.get().blocked == bo
        assert not bo.following.exists()
        assert sorted(Mute.objects.values_list("muted__username", flat=True)) == ["cy", "di"]
        assert import_("di\n", kind="mutes", overwrite=True).endswith("1 removed.\n")
        assert Mute.objects.get().muted.username == "di"

    def test_what_was_exported(self, ann, bo, make_user, tmp_path):
        for name in ("bo2", "@cy", "di@example.org"):
            follow(bo, make_user(name))
        path = str(tmp_path / "list.csv")

        for domain in ("", "example.org"):
            run("follow_export", "bo", kind="following", output=path, domain=domain)
            run("follow_import", "ann", path, kind="following", overwrite=True, domain=domain)

            assert following(ann) == following(bo)
            assert ann.following.count() == 3

    def test_queries_per_batch(self, ann, make_user, import_):
        def cost(number: int) -> int:
            User.objects.bulk_create(User(username=f"user{number}-{one}") for one in range(number))
            with CaptureQueriesContext(connection) as queries:
                import_("".join(f"user{number}-{one}\n" for one in range(number)))
            return len(queries)

        assert cost(1) == cost(50)

    def test_many_batches(self, ann, import_):
        number = 2 * BATCH + 7
        User.objects.bulk_create(User(username=f"user{one}") for one in range(number))

        printed = import_("".join(f"user{one}\r\n" for one in range(number)))

        assert printed == f"following of ann: {number} new, 0 already there, 0 bad lines.\n"
        assert counts(ann) == (0, number)


class TestDedupe:
    """On two foreign keys of an edge that no constraint spans."""

    @pytest.fixture
    def rows(self, ann):
        """Four pairs of channels: one three times, one twice, a loop, and one without an end."""
        person = Profile.objects.create(user=ann)
        one, other = (Channel.objects.create(name=name) for name in "ab")
        pairs = [(one, other), (other, one), (one, other), (one, one), (one, other), (other, one)]
        pairs += [(one, None), (one, None), (None, None), (None, None)]
        return [
            Subscription.objects.create(
                profile=person,
                topic=Topic.objects.create(name="Jazz"),
                channel=channel,
                heard_on=heard_on,
            ).pk
            for channel, heard_on in pairs
        ]

    def dedupe(self, *arguments: str) -> list[str]:
        fields = ("--fields", "channel", "heard_on")
        return run("follow_dedupe", "testapp.Subscription", *fields, *arguments).splitlines()

    def left(self, rows: list[int]) -> list[int]:
        """Which of the rows are still there, by their place."""
        there = set(Subscription.objects.values_list("pk", flat=True))
        return [place for place, key in enumerate(rows) if key in there]

    def test_reports(self, rows):
        a, b = Channel.objects.values_list("pk", flat=True).order_by("pk")

        assert self.dedupe() == [
            "testapp.Subscription: 3 duplicates, 1 self-follows.",
            f"  {rows[3]}: channel {a}, heard_on {a}",
            f"  {rows[2]}: channel {a}, heard_on {b}",
            f"  {rows[4]}: channel {a}, heard_on {b}",
            f"  {rows[5]}: channel {b}, heard_on {a}",
            "Nothing was removed: add --apply for that.",
        ]
        assert self.left(rows) == list(range(10))

    def test_keeps_the_oldest(self, rows):
        assert self.dedupe("--apply")[-2] == "4 rows removed."
        assert self.left(rows) == [0, 1, 6, 7, 8, 9]
        assert self.dedupe("--apply")[-1] == "0 rows removed."

    def test_keeps_the_newest(self, rows):
        assert self.dedupe("--apply", "--keep=newest")[-2] == "4 rows removed."
        assert self.left(rows) == [4, 5, 6, 7, 8, 9]

    def test_many(self, rows):
        subscription = Subscription.objects.get(pk=rows[0])
        models.QuerySet(Subscription).bulk_create(
            Subscription(
                profile=subscription.profile,
                topic=topic,
                channel=subscription.channel,
                heard_on=subscription.heard_on,
            )
            for topic in Topic.objects.bulk_create(Topic(name="x") for _ in range(BATCH + 40))
        )

        assert self.dedupe()[21:-1] == [f"  … and {BATCH + 24} more"]
        assert self.dedupe("--apply")[-2:] == [
            f"{BATCH + 44} rows removed.",
            "Run follow_recount now: rows are removed, not unfollowed.",
        ]
        assert self.left(rows) == [0, 1, 6, 7, 8, 9]

    def test_a_pair_whose_other_row_has_gone_stays(self, rows):
        """It was found to be a duplicate, but is not one any more."""
        ends = follow_dedupe.ends_of(Subscription, ["channel", "heard_on"])
        table = models.QuerySet(Subscription, using="default")
        doomed = follow_dedupe.twins(
            table.filter(pk__in=rows[:6]), "channel_id", "heard_on_id", newest=False
        )
        assert doomed == [rows[2], rows[4], rows[5]]
        Subscription.objects.filter(pk__in=[rows[0], rows[1]]).delete()

        assert follow_dedupe.remove(table, tuple(ends), doomed, "oldest") == 1
        assert self.left(rows) == [2, 3, 5, 6, 7, 8, 9]

    def test_rows_that_depend_go_too(self, rows):
        Reminder.objects.create(subscription_id=rows[2])

        self.dedupe("--apply")

        assert not Reminder.objects.exists()

    def test_needs_two_keys(self):
        with pytest.raises(CommandError, match=r"^testapp\.Reminder has these foreign keys: subs"):
            run("follow_dedupe", "testapp.Reminder")
        with pytest.raises(CommandError, match=r"^There is no model 'nothing'\. Write it as"):
            run("follow_dedupe", "nothing")
        with pytest.raises(CommandError, match="has no field named 'x'"):
            run("follow_dedupe", "testapp.ProfileLink", "--fields", "x", "user_to")
        with pytest.raises(CommandError, match=r"^id and user_to are not both foreign keys"):
            run("follow_dedupe", "testapp.ProfileLink", "--fields", "id", "user_to")
        with pytest.raises(CommandError, match="Name two with --fields"):
            run("follow_dedupe", "testapp.ProfileLink", "--fields", "user_to", "user_to")
        with pytest.raises(CommandError, match=r"keys: profile, topic, channel, heard_on\. Name"):
            run("follow_dedupe", "testapp.Subscription")

    def test_clean(self, ann):
        TopicFollow.objects.create(follower=ann, followee=Topic.objects.create(name="Jazz"))

        assert run("follow_dedupe", "testapp.TopicFollow") == (
            "testapp.TopicFollow: 0 duplicates, 0 self-follows.\n"
        )


class TestProgress:
    """Shown to somebody who watches, and to nobody else."""

    def test_a_file_gets_none(self, ann, bo, capfd):
        follow(ann, bo)

        run("follow_recount")

        assert capfd.readouterr().err == ""

    @pytest.mark.parametrize("installed", [True, False])
    def test_a_terminal(self, ann, bo, monkeypatch, installed):
        terminal = StringIO()
        terminal.isatty = lambda: True
        monkeypatch.setattr(sys, "stderr", terminal)
        if not installed:
            monkeypatch.setattr(progress, "tqdm", None)
        FollowCount.objects.create(user=ann, followers=1)

        assert "1 instead of 0" in run("follow_recount")

        shown = terminal.getvalue()
        label = User._meta.label_lower
        assert ("2/2 [" if installed else f"2 of 2 {label}\n") in shown
        assert ("|" in shown) is installed
        terminal.truncate(0)
        assert run("follow_recount", verbosity=0) == ""
        assert terminal.getvalue() == ""
