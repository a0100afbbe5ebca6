from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core import serializers
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models.deletion import Collector
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from testapp.models import Channel, Country, Document, Picture, ProxyPicture, Reminder

from django_activity import tracking
from django_activity.api import acting_as, disable_tracking, enable_tracking, log
from django_activity.models import Action
from django_activity.streams import public_stream

pytestmark = pytest.mark.django_db

SIGNALS = (post_save, pre_delete, post_delete, m2m_changed)


def told():
    """What was logged, in its order."""
    return [
        f"{action.actor_label or 'system'} {action.verb} {action.target_label}"
        + (f" with {action.action_object_label}" if action.action_object_label else "")
        for action in Action.objects.order_by("pk")
    ]


@pytest.fixture
def picture(ann):
    return Picture.objects.create(title="Sunset", owner=ann)


@pytest.fixture
def channels(db):
    return [Channel.objects.create(name=name) for name in ("Sea", "Sky")]


class TestSaved:
    def test_created_updated_deleted(self, ann, track):
        track(Picture, created="put up", updated="changed", deleted="took down", actor="owner")

        picture = Picture.objects.create(title="Sunset", owner=ann)
        picture.save()
        key = str(picture.pk)
        picture.delete()

        assert told() == ["ann put up Sunset", "ann changed Sunset", "ann took down Sunset"]
        assert set(Action.objects.values_list("target_object_id", flat=True)) == {key}

    def test_what_has_no_verb_is_not_logged(self, ann, track):
        track(Picture, updated="changed")

        picture = Picture.objects.create(title="Sunset", owner=ann)
        assert told() == []
        picture.save()
        picture.delete()

        assert told() == ["system changed Sunset"]

    def test_options(self, ann, bo, track):
        track(
            Picture,
            created="put up",
            actor=lambda picture: bo,
            target="owner",
            action_object=lambda picture: picture,
            data=lambda picture: {"length": len(picture.title)},
            public=lambda picture: picture.title != "Secret",
            when=lambda picture: picture.title != "Draft",
        )

        for title in ("Sunset", "Secret", "Draft"):
            Picture.objects.create(title=title, owner=ann)

        assert told() == ["bo put up ann with Sunset", "bo put up ann with Secret"]
        rows = Action.objects.order_by("pk").values_list("data", "public")
        assert list(rows) == [({"length": 6}, True), ({"length": 6}, False)]

    def test_path_leads_on(self, ann, bo, track):
        track(
            Reminder,
            created="asked",
            actor="subscription.profile.user",
            target="subscription.topic",
        )
        from testapp.models import Profile, Subscription, Topic

        edge = Subscription.objects.create(
            profile=Profile.objects.create(user=bo), topic=Topic.objects.create(name="Tea")
        )
        Reminder.objects.create(subscription=edge)

        assert told() == ["bo asked Tea"]

    def test_whoever_acts(self, ann, bo, track):
        track(Picture, created="put up")

        with acting_as(bo):
            Picture.objects.create(title="Sunset", owner=ann)
        Picture.objects.create(title="Dawn", owner=ann)

        assert told() == ["bo put up Sunset", "system put up Dawn"]

    @pytest.mark.django_db(transaction=True)
    def test_whoever_acts_in_an_event_loop(self, make_user, track):
        track(Picture, created="put up")
        users = [make_user(name) for name in ("ann", "bo")]

        async def put_up(user):
            with acting_as(user):
                for number in range(3):
                    await Picture.objects.acreate(title=f"{user.username} {number}", owner=user)

        async def main():
            await asyncio.gather(*map(put_up, users))

        async_to_sync(main)()

        assert sorted(told()) == [
            f"{name} put up {name} {number}" for name in ("ann", "bo") for number in range(3)
        ]

    def test_rolled_back_with_the_change(self, ann, track):
        track(Picture, created="put up")

        with pytest.raises(RuntimeError), transaction.atomic():
            Picture.objects.create(title="Sunset", owner=ann)
            raise RuntimeError

        assert told() == []

    def test_proxies_are_tracked_with_it(self, ann, track):
        track(Picture, created="put up", deleted="took down")

        ProxyPicture.objects.create(title="Sunset", owner=ann)
        ProxyPicture.objects.get().delete()

        assert told() == ["system put up Sunset", "system took down Sunset"]

    def test_only_the_proxy(self, ann, track):
        track(ProxyPicture, created="put up")

        Picture.objects.create(title="Sunset", owner=ann)
        ProxyPicture.objects.create(title="Dawn", owner=ann)

        assert told() == ["system put up Dawn"]

    def test_what_sends_no_signals(self, ann, track):
        track(Picture, created="put up", updated="changed", deleted="took down")

        Picture.objects.bulk_create([Picture(title="Sunset", owner=ann)])
        Picture.objects.update(title="Dawn")
        assert told() == []

        Picture.objects.all().delete()
        assert told() == ["system took down Dawn"]

    def test_fixtures_are_not_logged(self, ann, bo, channels, picture, track, tmp_path):
        picture.liked_by.add(bo)
        picture.channels.add(*channels)
        fixture = tmp_path / "pictures.json"
        fixture.write_text(serializers.serialize("json", Picture.objects.all()))
        picture.liked_by.clear(), picture.channels.clear()
        track(
            Picture,
            created="put up",
            updated="changed",
            m2m={"liked_by": ("likes", "unlikes"), "channels": ("filed", "unfiled")},
        )

        call_command("loaddata", str(fixture), verbosity=0)  # over the one that is there
        picture.delete()
        call_command("loaddata", str(fixture), verbosity=0)

        assert Picture.objects.get().liked_by.get() == bo
        assert told() == []

    @pytest.mark.django_db(databases=["default", "other"])
    def test_where_the_instance_is(self, track):
        track(
            Picture, created="put up", deleted="took down", actor="owner", m2m={"liked_by": "likes"}
        )
        ann = get_user_model().objects.using("other").create(username="ann")

        picture = Picture.objects.using("other").create(title="Sunset", owner=ann)
        picture.liked_by.add(ann)
        picture.delete()

        assert Action.objects.using("other").count() == 3
        assert not Action.objects.exists()


class TestDeletedWithItsActor:
    @pytest.mark.parametrize("how", ["instance", "queryset"])
    def test_the_name_remains(self, ann, picture, track, how):
        track(Picture, deleted="took down", actor="owner")

        ann.delete() if how == "instance" else get_user_model().objects.all().delete()

        connection.check_constraints()
        row = Action.objects.get()
        assert (row.actor, str(row)) == (None, "ann took down Sunset")

    def test_who_leaves(self, ann, track):
        track(get_user_model(), deleted="left")

        with acting_as(ann):
            ann.delete()

        connection.check_constraints()
        row = Action.objects.get()
        assert (row.actor, row.target, str(row)) == (None, None, "ann left ann")

    @pytest.mark.django_db(transaction=True)
    def test_for_real(self, make_user, track):
        track(Picture, deleted="took down", actor="owner")
        ann = make_user("ann")
        Picture.objects.create(title="Sunset", owner=ann)

        ann.delete()

        assert told() == ["ann took down Sunset"]


class TestManyToMany:
    @pytest.fixture(autouse=True)
    def tracked(self, track):
        track(Picture, m2m={"liked_by": ("likes", "unlikes"), "channels": ("filed", "unfiled")})

    def test_users_act_from_either_side(self, ann, bo, picture):
        dawn = Picture.objects.create(title="Dawn", owner=ann)

        picture.liked_by.add(bo, ann)
        bo.liked_pictures.add(dawn, picture)  # one is there already
        picture.liked_by.remove(ann)
        bo.liked_pictures.remove(picture)

        assert sorted(told()[:2]) == ["ann likes Sunset", "bo likes Sunset"]
        assert told()[2:] == ["bo likes Dawn", "ann unlikes Sunset", "bo unlikes Sunset"]

    def test_things_are_put_by_whoever_acts(self, ann, picture, channels):
        with acting_as(ann):
            picture.channels.add(*channels)
            channels[0].pictures.remove(picture)

        assert told() == [
            "ann filed Sunset with Sea",
            "ann filed Sunset with Sky",
            "ann unfiled Sunset with Sea",
        ]

    def test_what_was_not_there_is_not_removed(self, ann, bo, picture, channels):
        picture.liked_by.add(bo)

        picture.liked_by.remove(ann, bo)
        ann.liked_pictures.remove(picture)
        picture.channels.remove(*channels)
        picture.liked_by.clear()

        assert told() == ["bo likes Sunset", "bo unlikes Sunset"]

    def test_clear(self, ann, bo, picture, channels):
        dawn = Picture.objects.create(title="Dawn", owner=ann)
        with disable_tracking():
            picture.liked_by.add(ann, bo)
            dawn.liked_by.add(ann)
            picture.channels.add(channels[0])

        picture.liked_by.clear()
        assert sorted(told()) == ["ann unlikes Sunset", "bo unlikes Sunset"]
        ann.liked_pictures.clear()
        channels[0].pictures.clear()
        assert told()[2:] == ["ann unlikes Dawn", "system unfiled Sunset with Sea"]

    def test_set(self, ann, bo, picture):
        picture.liked_by.add(ann)

        picture.liked_by.set([bo])

        assert sorted(told()[1:]) == ["ann unlikes Sunset", "bo likes Sunset"]

    def test_through_a_proxy(self, ann, picture):
        ProxyPicture.objects.get().liked_by.add(ann)

        assert told() == ["ann likes Sunset"]

    @pytest.mark.parametrize("rows", [5, 50])
    def test_statements(self, make_user, picture, rows, django_assert_num_queries):
        users = [make_user() for _ in range(rows)]
        picture.liked_by.add(users[0])  # the content type is cached from here
        log_many = 4 if connection.vendor == "sqlite" else 5

        with django_assert_num_queries(2 + 1 + log_many):
            picture.liked_by.add(*users)
        assert len(told()) == rows
        with django_assert_num_queries(1 + 1 + log_many):
            picture.liked_by.clear()

    def test_added_only(self, ann, picture, track):
        tracking.untrack(Picture)
        track(Picture, m2m={"liked_by": "likes"})

        picture.liked_by.add(ann)
        picture.liked_by.remove(ann)

        assert told() == ["ann likes Sunset"]


class TestTurnedOff:
    def test_disabled(self, ann, track, settings):
        track(Picture, created="put up", deleted="took down", m2m={"liked_by": "likes"})
        with disable_tracking():
            picture = Picture.objects.create(title="Sunset", owner=ann)
            picture.liked_by.add(ann)
            log(ann, "waves")
        assert told() == ["ann waves "]

        settings.ACTIVITY_TRACKING = False
        picture.delete()
        with enable_tracking():
            Picture.objects.create(title="Dawn", owner=ann)

        assert told()[1:] == ["system put up Dawn"]


class TestDeclaration:
    @pytest.mark.parametrize(
        ("model", "options", "message"),
        [
            ("testapp.Nothing", {"created": "x"}, "Cannot track 'testapp.Nothing'"),
            ("nonsense", {"created": "x"}, "Cannot track 'nonsense'"),
            (Picture, {"creatd": "x"}, "Cannot track testapp.Picture: .*creatd"),
            (Picture, {"m2m": {"likd_by": "x"}}, "'likd_by' is no many-to-many field of it"),
            (Picture, {"m2m": {"owner": "x"}}, "'owner' is no many-to-many field of it"),
            (Channel, {"m2m": {"pictures": "x"}}, "'pictures' is no many-to-many field of it"),
        ],
    )
    def test_refused(self, model, options, message, track):
        with pytest.raises(ImproperlyConfigured, match=message):
            tracking.track(model, **options)
        tracking.untrack(model) if isinstance(model, type) else None

    def test_twice(self, ann, track):
        for _ in range(2):
            track(Picture, created="put up")
        with pytest.raises(ImproperlyConfigured, match="tracked already, differently"):
            tracking.track(Picture, updated="changed")

        Picture.objects.create(title="Sunset", owner=ann).save()

        assert told() == ["system put up Sunset"]

    def test_settings(self, ann, settings):
        settings.ACTIVITY_TRACK = {"testapp.Picture": {"created": "put up", "actor": "owner"}}
        tracking.connect()
        try:
            Picture.objects.create(title="Sunset", owner=ann)
        finally:
            tracking.untrack(Picture)

        assert told() == ["ann put up Sunset"]

    def test_untracked(self, ann, picture, track):
        before = [list(signal.receivers) for signal in SIGNALS]
        track(Picture, created="a", updated="b", deleted="c", m2m={"liked_by": "d"})

        tracking.untrack(Picture)

        assert [list(signal.receivers) for signal in SIGNALS] == before
        picture.save(), picture.liked_by.add(ann), picture.delete()
        assert told() == []
        tracking.untrack(Picture)


class TestFastDeletes:
    def test_of_models_that_are_not_tracked(self, ann, picture, track):
        track(
            Picture, created="put up", updated="changed", deleted="took down", m2m={"liked_by": "a"}
        )
        collector = Collector(using="default")

        for model in apps.get_models():
            if model._meta.app_label.startswith("django_activity"):
                continue
            receivers = {
                receiver
                for signal in SIGNALS
                for receiver in signal._live_receivers(model)[0]
                if getattr(receiver, "__module__", "").startswith("django_activity")
                or hasattr(getattr(receiver, "__self__", None), "wants")
            }
            assert bool(receivers) == issubclass(model, Picture)

        for model in (Country, Document, Reminder, Picture.liked_by.through):
            assert collector.can_fast_delete(model._base_manager.all())
        assert not collector.can_fast_delete(Picture.objects.all())

    def test_without_a_verb_for_it(self, track):
        track(Reminder, created="asked")

        assert Collector(using="default").can_fast_delete(Reminder.objects.all())


class TestOnTargetDelete:
    @pytest.fixture
    def cascade(self):
        tracking.cascade(Picture)
        yield
        for sender in (Picture, ProxyPicture):
            name = f"django_activity.cascade.{sender._meta.label}"
            assert post_delete.disconnect(sender=sender, dispatch_uid=name)

    def log_about(self, picture, user):
        log(user, "likes", picture), log(user, "filed", user, action_object=picture)
        log(user, "waves")

    @pytest.mark.parametrize("policy", ["cascade", {"testapp.Picture": "cascade"}])
    def test_cascade(
        self,
        ann,
        picture,
        settings,
        cascade,
        heard,
        policy,
        channels,
        django_capture_on_commit_callbacks,
    ):
        settings.ACTIVITY_ON_TARGET_DELETE = policy
        self.log_about(picture, ann)
        log(ann, "likes", Country(code=str(picture.pk)))

        with django_capture_on_commit_callbacks(execute=True):
            picture.delete()

        assert [action.verb for action in Action.objects.order_by("pk")] == ["waves", "likes"]
        assert [name for name, _ in heard] == ["retracted"] * 2

    def test_cascade_of_a_proxy_and_of_a_queryset(self, ann, picture, settings, cascade):
        settings.ACTIVITY_ON_TARGET_DELETE = "cascade"
        self.log_about(picture, ann)
        ProxyPicture.objects.get().delete()
        assert Action.objects.count() == 1

        self.log_about(Picture.objects.create(title="Dawn", owner=ann), ann)
        ann.delete()
        assert {action.verb for action in Action.objects.all()} == {"waves"}

    @pytest.mark.parametrize("policy", ["keep", "hide", {"testapp.Topic": "cascade"}])
    def test_as_long_as_the_policy_says_so(self, ann, picture, settings, cascade, policy):
        settings.ACTIVITY_ON_TARGET_DELETE = policy
        self.log_about(picture, ann)

        picture.delete()

        assert Action.objects.count() == 3
        shown = public_stream().page().actions
        assert len(shown) == (1 if policy == "hide" else 3)

    def test_connected_by_the_settings(self, settings):
        settings.ACTIVITY_ON_TARGET_DELETE = {"testapp.Picture": "cascade", "testapp.Topic": "hide"}
        before = len(post_delete.receivers)
        tracking.connect()
        for sender in (Picture, ProxyPicture):
            name = f"django_activity.cascade.{sender._meta.label}"
            assert post_delete.disconnect(sender=sender, dispatch_uid=name)
        assert len(post_delete.receivers) == before

    def test_for_all_models(self, ann, tea, settings):
        settings.ACTIVITY_ON_TARGET_DELETE = "cascade"
        before = len(post_delete.receivers)
        tracking.connect()
        try:
            log(ann, "likes", tea), log(ann, "waves")
            tea.delete()
            assert [action.verb for action in Action.objects.all()] == ["waves"]
            assert Collector(using="default").can_fast_delete(Action.objects.all())
        finally:
            for model in apps.get_models():
                name = f"django_activity.cascade.{model._meta.label}"
                post_delete.disconnect(sender=model, dispatch_uid=name)
        assert len(post_delete.receivers) == before
