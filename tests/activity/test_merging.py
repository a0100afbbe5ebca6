"""Whom and what a reader follows may be given in many ways, and empty in as many."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from testapp.models import Country, Document, ProxyTopic, Topic

from django_activity import merging
from django_activity.api import log_many
from django_activity.exceptions import UnsavedObject
from django_activity.merging import has_lateral
from django_activity.models import Action
from django_activity.streams import home_stream
from django_follow.api import follow, follow_many
from django_follow.models import Follow

pytestmark = pytest.mark.django_db

WHEN = dt.datetime(2024, 5, 1, 12, tzinfo=dt.timezone.utc)


def act(actor, number=0, **fields):
    created = WHEN + dt.timedelta(minutes=number)
    return Action.objects.create(actor=actor, verb=f"did {number}", created=created, **fields)


def verbs(stream, size=20):
    return [action.verb for action in stream.page(size).actions]


@pytest.fixture
def cy(make_user):
    return make_user("cy")


class TestFollowees:
    @pytest.fixture(autouse=True)
    def rows(self, ann, bo, cy, make_user):
        follow_many(ann, [bo, cy])
        for number, actor in enumerate((ann, bo, cy, make_user("di"), None, bo)):
            act(actor, number)

    WAYS = {
        "values": lambda user: Follow.objects.of(user).values("followee"),
        "values_list": lambda user: Follow.objects.of(user).values_list("followee", flat=True),
        "with the time": lambda user: Follow.objects.of(user).values("followee", "created"),
        "in an order": lambda user: Follow.objects.of(user).order_by("-created").values("followee"),
        "users": lambda user: user.following.all(),
        "users in a subquery": lambda user: get_user_model().objects.filter(
            pk__in=Follow.objects.of(user).values("followee")
        ),
        "some": lambda user: Follow.objects.of(user).order_by("pk").values("followee")[:5],
        "union": lambda user: (
            Follow.objects.of(user)
            .values("followee")
            .union(Follow.objects.to(user).values("follower"))
        ),
        "union of all": lambda user: (
            Follow.objects.of(user)
            .values("followee")
            .union(Follow.objects.of(user).values("followee"), all=True)
        ),
        "list": lambda user: list(user.following.values_list("pk", flat=True)),
        "twice": lambda user: list(user.following.values_list("pk", flat=True)) * 2,
        "set": lambda user: set(user.following.values_list("pk", flat=True)),
        "generator": lambda user: (followee.pk for followee in user.following.all()),
        "with a NULL": lambda user: Action.objects.filter(
            verb__in=["did 1", "did 2", "did 4"]
        ).values("actor"),
        "more than once": lambda user: Action.objects.filter(
            verb__in=["did 1", "did 2", "did 5"]
        ).values("actor"),
    }

    @pytest.mark.parametrize("way", WAYS)
    def test_given(self, ann, settings, way):
        settings.ACTIVITY_FOLLOWEES = self.WAYS[way]

        stream = home_stream(ann)
        for _ in range(2):  # what can be read only once is kept
            assert verbs(stream) == ["did 5", "did 2", "did 1"]
        assert verbs(stream, 1) == ["did 5"]
        assert verbs(home_stream(ann, with_self=True)) == ["did 5", "did 2", "did 1", "did 0"]
        if way == "with the time":
            Follow.objects.update(created=WHEN + dt.timedelta(minutes=2))
            assert verbs(home_stream(ann, since_follow=True)) == ["did 5", "did 2"]
            only = home_stream(ann, with_self=True, since_follow=True)
            assert verbs(only) == ["did 5", "did 2", "did 0"]
        else:
            settings.ACTIVITY_EXCLUDED = settings.ACTIVITY_FOLLOWEES
            assert verbs(home_stream(ann)) == []
            assert verbs(home_stream(ann, with_self=True)) == ["did 0"]

    NOBODY = {
        "list": lambda user: [],
        "none": lambda user: Follow.objects.none().values("followee"),
        "none with the time": lambda user: Follow.objects.none().values("followee", "created"),
        "no users": lambda user: get_user_model().objects.none(),
        "among none": lambda user: get_user_model().objects.filter(pk__in=[]),
        "union": lambda user: (
            Follow.objects.filter(pk__in=[])
            .values("followee")
            .union(Follow.objects.filter(pk__in=[]).values("follower"))
        ),
        "nobody": lambda user: Follow.objects.filter(follower=None).values("followee"),
    }

    @pytest.mark.parametrize("way", NOBODY)
    def test_nobody(self, ann, settings, way):
        settings.ACTIVITY_FOLLOWEES = self.NOBODY[way]

        assert verbs(home_stream(ann)) == []
        assert home_stream(ann).count_since(None) == 0
        assert verbs(home_stream(ann, with_self=True)) == ["did 0"]
        if way == "none with the time":
            assert verbs(home_stream(ann, with_self=True, since_follow=True)) == ["did 0"]

    def test_rows_that_are_no_users(self, ann, settings):
        settings.ACTIVITY_FOLLOWEES = lambda user: Follow.objects.of(user)

        with pytest.raises(ImproperlyConfigured, match="of django_follow.Follow has no keys of"):
            home_stream(ann).page()

    def test_without_the_time(self, ann, settings):
        with pytest.raises(ImproperlyConfigured, match="must return two columns"):
            home_stream(ann, since_follow=True).page()

    def test_since_the_first_of_several_times(self, ann, settings):
        def twice(user):
            later = models.Value(WHEN + dt.timedelta(days=1), models.DateTimeField())
            edges = Follow.objects.of(user)
            return edges.values_list("followee", "created").union(
                edges.values_list("followee", later), all=True
            )

        settings.ACTIVITY_FOLLOWEES = twice
        Follow.objects.update(created=WHEN + dt.timedelta(minutes=2))

        assert verbs(home_stream(ann, since_follow=True)) == ["did 5", "did 2"]

    @pytest.mark.django_db(databases=["default", "other"])
    @pytest.mark.parametrize("way", ["values", "with the time", "values_list", "users", "list"])
    def test_of_another_database(self, ann, bo, settings, way):
        copies = [
            get_user_model().objects.using("other").create(username=user.username, pk=user.pk)
            for user in (ann, bo)
        ]
        follow(*copies, using="other")
        settings.ACTIVITY_FOLLOWEES = lambda user: {
            "values": Follow.objects.using("other").values("followee"),
            "with the time": Follow.objects.using("other").values("followee", "created"),
            "values_list": Follow.objects.using("other").values_list("followee", flat=True),
            "users": get_user_model().objects.using("other").filter(username="bo"),
            "list": [bo.pk],
        }[way]

        assert verbs(home_stream(ann)) == ["did 5", "did 1"]
        settings.ACTIVITY_EXCLUDED = settings.ACTIVITY_FOLLOWEES
        assert verbs(home_stream(ann)) == []


class TestFollowedTargets:
    @pytest.fixture
    def things(self, settings):
        settings.ACTIVITY_FOLLOWEES = lambda user: []
        return [
            Topic.objects.create(name="Tea"),
            Document.objects.create(),
            Country.objects.create(code="nz"),
        ]

    @pytest.mark.parametrize("number", range(3))
    @pytest.mark.parametrize("way", ["queryset", "values", "list", "generator", "none"])
    def test_at_and_upon(self, ann, bo, things, settings, number, way):
        thing, *others = things[number:] + things[:number]
        model = type(thing)
        act(bo, 1, target=thing), act(None, 2, action_object=thing)
        act(bo, 3, target=thing, action_object=thing), act(bo, 4, target=thing, public=False)
        for other in others:
            act(bo, 5, target=other)
        act(bo, 6, target_content_type=None, target_object_id=str(thing.pk))
        settings.ACTIVITY_FOLLOWED_TARGETS = lambda user: [
            (
                model,
                {
                    "queryset": model.objects.all(),
                    "values": model.objects.values("pk"),
                    "list": [thing.pk],
                    "generator": (pk for pk in [thing.pk]),
                    "none": model.objects.none(),
                }[way],
            )
        ]

        stream = home_stream(ann)
        expected = [] if way == "none" else ["did 3", "did 2", "did 1"]
        assert [verbs(stream), verbs(stream), verbs(stream, 2)] == [
            expected,
            expected,
            expected[:2],
        ]
        assert verbs(home_stream(ann, targets=False)) == []

    def test_proxy(self, ann, bo, things, settings):
        act(bo, 1, target=things[0])
        settings.ACTIVITY_FOLLOWED_TARGETS = lambda user: [(ProxyTopic, ProxyTopic.objects.all())]

        assert verbs(home_stream(ann)) == ["did 1"]

    @pytest.mark.parametrize("rows", [5, 50])
    def test_statements(self, ann, bo, things, settings, rows, django_assert_num_queries):
        follow(ann, bo)
        settings.ACTIVITY_FOLLOWEES = lambda user: Follow.objects.of(user).values("followee")
        settings.ACTIVITY_FOLLOWED_TARGETS = lambda user: [
            (type(thing), type(thing).objects.all()) for thing in things
        ]
        for number in range(rows):
            act(bo, number, target=things[number % 3])

        kinds = 0 if has_lateral(connection) else 1 + 2 * 3
        with django_assert_num_queries(kinds + 1 + 3):
            assert len(home_stream(ann).page(rows).actions) == rows


def test_more_sources_than_a_page_has_rows(ann, make_user, settings):
    users = get_user_model()
    users.objects.bulk_create(users(username=f"follower {number}") for number in range(510))
    settings.ACTIVITY_FOLLOWEES = lambda user: users.objects.filter(username__startswith="follower")
    log_many(
        {"actor": user, "verb": f"did {number}", "created": WHEN + dt.timedelta(minutes=number)}
        for number, user in enumerate(users.objects.filter(username__startswith="f").order_by("pk"))
    )

    stream = home_stream(ann)
    page = stream.page(200)
    assert [action.verb for action in page.actions] == [f"did {n}" for n in range(509, 309, -1)]
    page = stream.page(200, page.next_cursor)
    assert [action.verb for action in page.actions] == [f"did {n}" for n in range(309, 109, -1)]
    assert stream.count_since(None, 500) == 500
    assert stream.count_since(page.next_cursor, 500) == 399


class TestRecent:
    """Where the page can be filled from the newest actions of all, PostgreSQL looks no further."""

    @pytest.fixture(autouse=True)
    def few(self, monkeypatch):
        monkeypatch.setattr(merging, "LOOKED_THROUGH", 3)

    @pytest.mark.parametrize("quiet", [0, 1, 2, 3, 4])
    def test_same_page_either_way(self, ann, bo, cy, quiet):
        follow(ann, bo)
        for number in range(5):
            act(bo, number)
        for number in range(5, 5 + quiet):
            act(cy, number)

        assert verbs(home_stream(ann), 2) == ["did 4", "did 3"]
        assert verbs(home_stream(ann), 1) == ["did 4"]

    def test_subqueries_of_the_project_mean_the_whole_table(self, ann, bo, cy, settings):
        follow_many(ann, [bo, cy])
        act(bo, 0), act(cy, 1), act(cy, 2), act(bo, 3), act(bo, 4), act(bo, 5)
        gone = Action.objects.filter(verb="did 0").values("actor")
        settings.ACTIVITY_QUERYSET = lambda queryset, viewer: queryset.exclude(actor__in=gone)

        assert verbs(home_stream(ann), 1) == ["did 2"]


class TestRefused:
    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("FOLLOWEES", None, "ACTIVITY_FOLLOWEES gave None"),
            ("EXCLUDED", 5, "ACTIVITY_EXCLUDED gave 5"),
            ("FOLLOWED_TARGETS", [(Topic, None)], "ACTIVITY_FOLLOWED_TARGETS gave None"),
            ("QUERYSET", None, "ACTIVITY_QUERYSET returned None"),
            ("VISIBLE", None, "ACTIVITY_VISIBLE returned None"),
        ],
    )
    def test_hooks_that_give_something_else(self, ann, bo, settings, name, value, message):
        follow(ann, bo), act(bo)
        setattr(settings, f"ACTIVITY_{name}", lambda *arguments: value)

        with pytest.raises(ImproperlyConfigured, match=message):
            home_stream(ann).page()

    def test_users_instead_of_keys(self, ann, bo, settings):
        settings.ACTIVITY_FOLLOWEES = lambda user: [bo]

        with pytest.raises(ImproperlyConfigured, match="gave objects, and not their primary keys"):
            home_stream(ann)

    def test_guest(self):
        with pytest.raises(UnsavedObject, match="not signed in"):
            home_stream(AnonymousUser())

    def test_one_verb(self, ann, bo):
        follow(ann, bo)
        act(bo, 1), act(bo, 2)

        assert verbs(home_stream(ann, verbs="did 1")) == ["did 1"]
