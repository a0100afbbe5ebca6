from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.sites import AdminSite
from django.contrib.admin.widgets import AutocompleteSelect, ForeignKeyRawIdWidget
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.checks import run_checks
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from django_follow.admin import CappedPaginator, FollowAdmin
from django_follow.api import block, counts, follow, mute
from django_follow.models import (
    Block,
    Follow,
    FollowCount,
    FollowRequest,
    HiddenSuggestion,
    Mute,
)
from django_follow.testing import capture_follows

pytestmark = pytest.mark.django_db
User = get_user_model()
PAIRS = [Follow, FollowRequest, Block, Mute, HiddenSuggestion]


def url(model: Any, page: str = "changelist", *arguments: Any) -> str:
    return reverse(f"admin:django_follow_{model._meta.model_name}_{page}", args=arguments)


def act(client: Any, model: Any, action: str, *rows: Any, **more: Any) -> str:
    """Choose an action for rows of a list; return the page that comes of it."""
    data = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    response = client.post(url(model), data, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def errors(response: Any) -> dict[str, list[str]]:
    assert response.status_code == 200
    return dict(response.context["adminform"].errors)


@pytest.fixture
def requests(settings: Any) -> None:
    settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: True


class TestLists:
    @pytest.mark.parametrize("model", PAIRS)
    def test_same_queries_for_any_number_of_rows_and_no_count(self, admin_client, make_user, model):
        def read() -> list[str]:
            with CaptureQueriesContext(connection) as queries:
                assert admin_client.get(url(model)).status_code == 200
            return [query["sql"] for query in queries]

        def add(number: int) -> None:
            start, end = model.end_names()
            for _ in range(number):
                model.objects.create(**{start: make_user(), end: make_user()})

        add(1)
        before = read()
        add(49)

        after = read()
        assert len(after) == len(before)
        assert not [sql for sql in after if "COUNT(" in sql and "django_follow" in sql]

    def test_counts(self, admin_client, ann, bo):
        follow(ann, bo)

        with CaptureQueriesContext(connection) as queries:
            page = admin_client.get(url(FollowCount)).content.decode()

        assert page.count('<td class="field-followers">1</td>') == 1
        assert not [query for query in queries if "COUNT(" in query["sql"]]

    def test_newest_first_and_never_beyond_the_cap(self, admin_client, make_user, monkeypatch):
        monkeypatch.setattr(CappedPaginator, "cap", 3)
        ann = make_user("ann")
        edges = [follow(ann, make_user())[0] for _ in range(5)]

        response = admin_client.get(url(Follow))
        found = response.context["cl"]

        assert found.result_list[0] == edges[-1]
        assert found.result_count == 3
        assert "sortable" not in response.content.decode()  # a link to an order without an index

    def test_search(self, admin_client, ann, bo, make_user):
        anton = make_user("anton")
        for pair in ((ann, bo), (bo, anton), (anton, ann), (bo, make_user("hannah"))):
            follow(*pair)

        def found(words: str) -> list[str]:
            rows = admin_client.get(url(Follow), {"q": words}).context["cl"].result_list
            return [f"{edge.follower} {edge.followee}" for edge in rows]

        assert found("an") == ["anton ann", "bo anton", "ann bo"]
        assert found("ann") == ["anton ann", "ann bo"]
        assert found("anton bo") == ["bo anton"]
        assert found("nobody") == []
        assert len(found("a\0nn")) == 4  # refused by the search form, which says so

    def test_search_finds_the_users_first(self, admin_client, ann, bo):
        """The index of the names, then those of the edges: no join can use both."""
        follow(ann, bo)

        with CaptureQueriesContext(connection) as queries:
            admin_client.get(url(Follow), {"q": "ann"})

        table = User._meta.db_table
        searched = [query["sql"] for query in queries if "LIKE" in query["sql"]]
        assert len(searched) == 1
        assert "django_follow_follow" not in searched[0]
        assert f"{table}" in searched[0]

    def test_by_date(self, admin_client, ann, bo):
        follow(ann, bo, created=timezone.now() - timedelta(days=60))
        follow(bo, ann)
        today = {"created__gte": str(timezone.now() - timedelta(days=1))}

        rows = admin_client.get(url(Follow), today).context["cl"].result_list

        assert [edge.follower for edge in rows] == [bo]

    def test_no_count_beside_the_dates(self, admin_client, ann, bo):
        follow(ann, bo)

        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get(url(Follow), {"_facets": "True"}).status_code == 200

        assert not [query for query in queries if "COUNT(" in query["sql"]]


class TestAdding:
    def add(self, client: Any, model: Any, one: Any, other: Any, **more: Any) -> Any:
        start, end = model.end_names()
        return client.post(url(model, "add"), {start: one.pk, end: other.pk, **more}, follow=False)

    def test_counts_right_after(
        self, admin_client, ann, bo, heard, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            assert self.add(admin_client, Follow, ann, bo).status_code == 302

        assert Follow.objects.get().ends == (ann.pk, bo.pk)
        assert (counts(ann), counts(bo)) == ((0, 1), (1, 0))
        assert [name for name, _ in heard] == ["followed"]

    @pytest.mark.parametrize("model", [Follow, Block, Mute, HiddenSuggestion])
    def test_form_errors(self, admin_client, ann, bo, make_user, model):
        assert self.add(admin_client, model, ann, bo).status_code == 302
        end = model.end_names()[1]

        twice = errors(self.add(admin_client, model, ann, bo))
        oneself = errors(self.add(admin_client, model, ann, ann))
        gone = make_user()
        User.objects.filter(pk=gone.pk).delete()
        missing = errors(self.add(admin_client, model, ann, gone))

        assert len(twice["__all__"]) == 1
        assert "already exists" in twice["__all__"][0]
        assert oneself == {end: ["These must be two different users."]}
        assert list(missing) == [end]
        assert model.objects.count() == 1

    def test_a_block_holds(self, admin_client, ann, bo):
        block(bo, ann)

        response = self.add(admin_client, Follow, ann, bo)
        page = admin_client.get(response.url).content.decode()

        assert "o does not want to be followed by ann." in page
        assert not Follow.objects.exists()
        assert counts(bo) == (0, 0)

    def test_a_limit_holds(self, admin_client, ann, bo, settings):
        settings.FOLLOW_MAX_FOLLOWING = 0

        response = self.add(admin_client, Follow, ann, bo)

        assert "nn may follow 0 at most" in admin_client.get(response.url).content.decode()
        assert not Follow.objects.exists()

    def test_a_block_severs(
        self, admin_client, ann, bo, requests, django_capture_on_commit_callbacks
    ):
        Follow.objects.create(follower=ann, followee=bo)
        follow(bo, ann)

        with django_capture_on_commit_callbacks(execute=True):
            assert self.add(admin_client, Block, ann, bo).status_code == 302

        assert Block.objects.get().ends == (ann.pk, bo.pk)
        assert not Follow.objects.exists()
        assert not FollowRequest.objects.exists()
        assert counts(bo) == (0, 0)

    def test_a_mute_with_its_end(self, admin_client, ann, bo):
        until = {"until_0": "2030-01-02", "until_1": "03:04"}

        assert self.add(admin_client, Mute, ann, bo, **until).status_code == 302
        assert Mute.objects.get().until.year == 2030

        change = url(Mute, "change", Mute.objects.get().pk)
        assert admin_client.post(change, {"until_0": "", "until_1": ""}).status_code == 302
        assert Mute.objects.get().until is None

    def test_takes_the_place_of_a_request(self, admin_client, ann, bo, requests):
        follow(ann, bo)

        self.add(admin_client, Follow, ann, bo)

        assert Follow.objects.exists()
        assert not FollowRequest.objects.exists()

    def test_nobody_asks_for_another(self, admin_client):
        assert admin_client.get(url(FollowRequest, "add")).status_code == 403


class TestChanging:
    @pytest.mark.parametrize("model", PAIRS)
    def test_ends_stay(self, admin_client, ann, bo, make_user, model):
        start, end = model.end_names()
        row = model.objects.create(**{start: ann, end: bo})
        change = url(model, "change", row.pk)

        page = admin_client.get(change).content.decode()
        response = admin_client.post(change, {end: make_user().pk})

        assert f'name="{end}"' not in page
        assert response.status_code == 302
        assert model.objects.get().ends == (ann.pk, bo.pk)

    def test_what_was_allowed_stays_allowed(self, admin_client, ann, bo, settings):
        edge, _ = follow(ann, bo)
        settings.FOLLOW_MAX_FOLLOWING = 0

        page = admin_client.post(url(Follow, "change", edge.pk), {}, follow=True)

        assert "changed successfully" in page.content.decode()

    def test_counts_are_read_only(self, admin_client, ann, bo):
        follow(ann, bo)
        change = url(FollowCount, "change", ann.pk)

        assert admin_client.get(change).status_code == 200
        assert admin_client.post(change, {"following": 9}).status_code == 403
        assert admin_client.get(url(FollowCount, "add")).status_code == 403
        assert admin_client.post(url(FollowCount, "delete", ann.pk)).status_code == 403
        act(admin_client, FollowCount, "delete_selected", FollowCount.objects.first(), post="yes")
        assert counts(ann) == (0, 1)


class TestDeleting:
    def test_one(self, admin_client, ann, bo, heard, django_capture_on_commit_callbacks):
        edge, _ = follow(ann, bo)
        follow(bo, ann)

        with django_capture_on_commit_callbacks(execute=True):
            admin_client.post(url(Follow, "delete", edge.pk), {"post": "yes"})

        assert (counts(ann), counts(bo)) == ((1, 0), (0, 1))
        assert heard[-1][0] == "unfollowed"

    def test_selected(
        self, admin_client, ann, bo, make_user, heard, django_capture_on_commit_callbacks
    ):
        edges = [follow(ann, make_user())[0] for _ in range(3)]
        follow(ann, bo)

        page = act(admin_client, Follow, "delete_selected", *edges)
        assert "Are you sure" in page
        with django_capture_on_commit_callbacks(execute=True):
            act(admin_client, Follow, "delete_selected", *edges, post="yes")

        assert list(ann.following.all()) == [bo]
        assert counts(ann) == (0, 1)
        assert [name for name, _ in heard].count("unfollowed") == 3

    def test_all_means_those_of_the_list(self, admin_client, ann, make_user, monkeypatch):
        monkeypatch.setattr(CappedPaginator, "cap", 3)
        edges = [follow(ann, make_user())[0] for _ in range(5)]

        page = act(admin_client, Follow, "delete_selected", edges[-1], select_across="1", index="0")

        assert page.count('name="_selected_action"') == 3

    @pytest.mark.parametrize(
        ("write", "model", "signal"),
        [
            (block, Block, "unblocked"),
            (mute, Mute, "unmuted"),
            (follow, FollowRequest, "follow_request_rejected"),
        ],
    )
    def test_others_end_with_their_signals(
        self, admin_client, ann, bo, make_user, requests, write, model, signal
    ):
        rows = [write(ann, other)[0] for other in (bo, make_user())]

        with capture_follows() as captured:
            admin_client.post(url(model, "delete", rows[0].pk), {"post": "yes"})
            act(admin_client, model, "delete_selected", rows[1], post="yes")

        assert [name for name, *_ in captured] == [signal] * 2
        assert not model.objects.exists()

    @pytest.mark.skipif(not admin.site.is_registered(User), reason="users have no admin")
    def test_a_user(self, admin_client, ann, bo, make_user):
        """Counts are deleted by nobody, except with their user."""
        cy = make_user("cy")
        for pair in ((ann, bo), (bo, ann), (cy, ann)):
            follow(*pair)
        block(make_user(), ann)
        data = {"action": "delete_selected", "_selected_action": [ann.pk], "post": "yes"}

        assert admin_client.post(reverse("admin:auth_user_changelist"), data).status_code == 302

        assert not User.objects.filter(pk=ann.pk).exists()
        assert (counts(bo), counts(cy)) == ((0, 0), (0, 0))


class TestAnswering:
    def test_accept(self, admin_client, ann, bo, make_user, requests):
        asked = [follow(ann, bo)[0], follow(make_user("cy"), bo)[0]]
        follow(make_user("di"), bo)

        page = act(admin_client, FollowRequest, "accept", *asked)

        assert "2 requests were accepted." in page
        assert sorted(user.username for user in bo.followers.all()) == ["ann", "cy"]
        assert counts(bo) == (2, 0)
        assert FollowRequest.objects.count() == 1

    def test_reject(self, admin_client, ann, bo, requests):
        asked, _ = follow(ann, bo)

        assert "1 request was rejected." in act(admin_client, FollowRequest, "reject", asked)
        assert not FollowRequest.objects.exists()
        assert not Follow.objects.exists()

    def test_what_cannot_be_accepted_is_said(self, admin_client, ann, bo, make_user, requests):
        Block.objects.create(blocker=bo, blocked=ann)
        asked = [
            FollowRequest.objects.create(follower=ann, followee=bo),
            follow(make_user("cy"), bo)[0],
        ]

        page = act(admin_client, FollowRequest, "accept", *asked)

        assert "o does not want to be followed by ann." in page
        assert "1 request was accepted." in page
        assert [user.username for user in bo.followers.all()] == ["cy"]

    def test_only_by_those_who_may_change(self, client, ann, bo, make_user, requests):
        staff = make_user(is_staff=True)
        staff.user_permissions.add(Permission.objects.get(codename="view_followrequest"))
        client.force_login(staff)
        asked, _ = follow(ann, bo)

        act(client, FollowRequest, "accept", asked)

        assert not Follow.objects.exists()


class TestRecounting:
    def test_selected(self, admin_client, ann, bo):
        follow(ann, bo)
        FollowCount.objects.update(followers=5)

        page = act(admin_client, FollowCount, "recount", FollowCount.objects.get(pk=bo.pk))

        assert "1 count was wrong." in page
        assert counts(bo) == (1, 0)
        assert counts(ann) == (5, 1)


class TestChoosingUsers:
    """By a search where the admin of users has one, else by their keys."""

    class Searchable(admin.ModelAdmin):
        search_fields = ("username",)

    class Silent(admin.ModelAdmin):
        pass

    @pytest.mark.parametrize(
        ("users", "widget"),
        [
            (Searchable, AutocompleteSelect),
            (Silent, ForeignKeyRawIdWidget),
            (None, ForeignKeyRawIdWidget),
        ],
    )
    def test_with_and_without(self, admin_user, rf, users, widget):
        site = AdminSite()
        site.register(Follow, FollowAdmin)
        own = site.get_model_admin(Follow)
        if users is not None:
            site.register(User, users)  # later than ours, as it may well happen
        request = rf.get("/")
        request.user = admin_user

        fields = own.get_form(request)().fields

        assert [type(fields[end].widget) for end in own.users] == [widget, widget]
        assert own.check() == []

    def test_those_who_may_not_see_users(self, make_user, rf):
        site = AdminSite()
        site.register(User, self.Searchable)
        request = rf.get("/")
        request.user = make_user(is_staff=True)

        assert FollowAdmin(Follow, site).get_autocomplete_fields(request) == ()

    @pytest.mark.django_db(databases=["default", "other"])  # Django 6.1 asks all of them
    def test_the_checks_of_the_project_pass(self):
        assert [message for message in run_checks() if message.id.startswith("admin.")] == []
