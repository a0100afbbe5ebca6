from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.sites import AdminSite
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.checks import run_checks
from django.db import connection, models
from django.test.utils import CaptureQueriesContext, isolate_apps
from django.urls import reverse
from django.utils import timezone
from testapp.models import Country, Document, Picture, Topic

from django_activity import admin as activity_admin
from django_activity import verbs
from django_activity.admin import ActionAdmin, CappedPaginator
from django_activity.api import log
from django_activity.models import AbstractAction, Action, DedupLock, StreamMarker
from django_activity.signals import actions_retracted
from django_activity.testing import eager_signals

pytestmark = pytest.mark.django_db
LIST = "admin:django_activity_action_changelist"


def rows(client: Any, **parameters: Any) -> list[str]:
    """The actions of the list, as sentences."""
    response = client.get(reverse(LIST), parameters)
    assert response.status_code == 200
    return [str(action) for action in response.context["cl"].result_list]


def queries(client: Any, **parameters: Any) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse(LIST), parameters).status_code == 200
    return [query["sql"] for query in captured]


@pytest.fixture
def retracted():
    """The keys of actions that were said to be gone, batch by batch."""
    heard = []

    def hear(keys, **details):
        heard.append(sorted(keys))

    actions_retracted.connect(hear)
    with eager_signals():
        yield heard
    actions_retracted.disconnect(hear)


@pytest.fixture
def likes():
    verb = verbs.Verb("likes")
    verbs.register(verb)
    yield verb
    verbs.unregister("likes")


class TestList:
    @pytest.mark.parametrize("parameters", [{}, {"q": "user"}, {"verb": "likes"}])
    def test_same_queries_for_any_number_of_rows_and_no_count(
        self, admin_client, make_user, likes, parameters
    ):
        def add(number: int) -> None:
            for _ in range(number):
                user = make_user()
                topic = Topic.objects.create(name="Tea")
                log(user, "likes", topic, action_object=Document.objects.create())
                log(user, "likes", Country.objects.create(code=f"c{user.pk}"))

        add(5)
        before = queries(admin_client, **parameters)
        add(45)
        after = queries(admin_client, **parameters)

        assert len(after) == len(before)
        of_table = [sql for sql in after if "COUNT(" in sql and "django_activity_action" in sql]
        assert [sql for sql in of_table if "recent" not in sql] == []

    def test_newest_first_and_never_beyond_the_cap(self, admin_client, ann, monkeypatch):
        monkeypatch.setattr(CappedPaginator, "cap", 3)
        for number in range(5):
            log(ann, f"did {number}")
        old = timezone.now() - dt.timedelta(days=1)
        log(ann, "came", created=old)  # the last to be written, but not to happen

        response = admin_client.get(reverse(LIST))

        found = response.context["cl"]
        assert found.result_count == 3
        assert found.result_list[0].verb == "did 4"
        assert "sortable" not in response.content.decode()  # a link to an order without an index
        assert CappedPaginator(Action.objects.order_by("pk"), 2).num_pages == 2

    def test_links(self, admin_client, ann, monkeypatch):
        tea = Topic.objects.create(name="Tea <b>")
        monkeypatch.setattr(Topic, "get_absolute_url", lambda self: f"/{self.pk}/", raising=False)
        log(ann, "likes", tea, action_object=Document.objects.create(title="Minutes"))

        page = admin_client.get(reverse(LIST)).content.decode()

        assert f'<a href="/{tea.pk}/">Tea &lt;b&gt;</a>' in page
        assert '<td class="field-action_object_link">Minutes</td>' in page
        if admin.site.is_registered(get_user_model()):
            assert f'<a href="{reverse("admin:auth_user_change", args=[ann.pk])}">ann</a>' in page

    def test_what_is_gone(self, admin_client, ann, make_user):
        """Deleted objects and actors, a type without a model, a key that cannot be one."""
        tea, bo = Topic.objects.create(name="Tea"), make_user("bo")
        stale = ContentType.objects.create(app_label="gone", model="thing")
        log(ann, "likes", tea)
        log(bo, "waves")
        log(None, "wakes up")
        Action.objects.create(
            actor=ann, verb="eats", target_content_type=stale, target_object_id="1"
        )
        Action.objects.create(
            actor=ann,
            verb="reads",
            target_content_type=ContentType.objects.get_for_model(Topic),
            target_object_id="not a number",
            target_label="Old",
        )
        tea.delete(), bo.delete()

        page = admin_client.get(reverse(LIST)).content.decode()

        for name in ("Tea", "bo", "Old"):
            assert f"<s>{name}</s>" in page
        for action in Action.objects.all():
            change = reverse("admin:django_activity_action_change", args=[action.pk])
            assert admin_client.get(change).status_code == 200


class TestSearch:
    @pytest.fixture
    def world(self, ann, bo, make_user):
        hannah = make_user("hannah")
        nz = Country.objects.create(code="nz")
        log(ann, "likes", nz)
        log(ann, "reads", public=False)
        log(bo, "likes", nz, action_object=Document.objects.create(title="Minutes"))
        log(hannah, "sings")
        return nz

    def test_by_the_beginning_of_a_name(self, admin_client, world):
        assert rows(admin_client, q="an") == ["ann reads", "ann likes nz"]
        assert rows(admin_client, q="nobody") == []
        assert len(rows(admin_client, q=" ")) == 4
        found = admin_client.get(reverse(LIST), {"q": "an"}).context["cl"].result_list
        assert all("actor" in action._state.fields_cache for action in found)  # it came along

    def test_by_the_key_of_an_object(self, admin_client, world):
        document = Document.objects.get()

        assert rows(admin_client, q="nz") == ["bo likes Minutes nz", "ann likes nz"]
        assert rows(admin_client, q=str(document.pk)) == ["bo likes Minutes nz"]

    def test_all_words_must_be_found(self, admin_client, world):
        assert rows(admin_client, q="ann nz") == ["ann likes nz"]
        assert rows(admin_client, q="nz bo") == ["bo likes Minutes nz"]
        assert rows(admin_client, q="ann bo") == []

    def test_with_filters(self, admin_client, world, likes):
        assert rows(admin_client, q="ann", verb="likes") == ["ann likes nz"]
        assert rows(admin_client, q="ann", public="0") == ["ann reads"]

    def test_finds_the_users_first(self, admin_client, world):
        """The index of the names, then those of the actions: no join can use both."""
        searched = [sql for sql in queries(admin_client, q="ann") if "LIKE" in sql]

        assert len(searched) == 1
        assert "django_activity_action" not in searched[0]


class TestFilters:
    def test_verbs_of_the_registry(self, admin_client, ann, likes):
        log(ann, "likes"), log(ann, "reads")

        response = admin_client.get(reverse(LIST), {"verb": "likes"})

        choices = [str(each["display"]) for each in self.choices(response, "verb")]
        assert choices == ["All", "likes"]
        assert rows(admin_client, verb="likes") == ["ann likes"]
        assert rows(admin_client, verb="reads") == ["ann reads"]  # by hand
        assert rows(admin_client, verb="a\0") == rows(admin_client, verb="x" * 65) == []

    def test_public(self, admin_client, ann):
        log(ann, "likes"), log(ann, "reads", public=False)

        assert rows(admin_client, public="0") == ["ann reads"]
        assert rows(admin_client, public="1") == ["ann likes"]

    def test_looks_at_the_newest_only(self, admin_client, ann, likes, monkeypatch):
        monkeypatch.setattr(activity_admin, "NEWEST", 2)
        start = timezone.now()
        for number in range(4):
            log(ann, "likes", dedup=0, created=start + dt.timedelta(seconds=number))

        assert len(rows(admin_client, verb="likes")) == 2
        assert len(rows(admin_client, verb="likes", q="ann")) == 4

    def test_dates_without_a_count(self, admin_client, ann):
        now = timezone.now()
        log(ann, "likes"), log(ann, "reads", created=now - dt.timedelta(days=60))

        today = {"created__gte": str(now - dt.timedelta(days=1)), "_facets": "True"}

        assert rows(admin_client, **today) == ["ann likes"]
        assert not [sql for sql in queries(admin_client, **today) if "COUNT(" in sql]

    def choices(self, response: Any, parameter: str) -> list[Any]:
        changelist = response.context["cl"]
        [spec] = [
            each
            for each in changelist.filter_specs
            if getattr(each, "parameter_name", "") == parameter
        ]
        return list(spec.choices(changelist))


class TestReadOnly:
    def test_nothing_to_write(self, admin_client, ann, monkeypatch):
        monkeypatch.setattr(Topic, "get_absolute_url", lambda self: "/tea/", raising=False)
        action, _ = log(ann, "likes", Topic.objects.create(name="Tea"), data={"page": 3})
        change = reverse("admin:django_activity_action_change", args=[action.pk])

        page = admin_client.get(change).content.decode()

        assert '<a href="/tea/">Tea</a>' in page
        assert "page" in page
        assert 'name="verb"' not in page
        assert admin_client.post(change, {"verb": "hates"}).status_code == 403
        assert admin_client.get(reverse("admin:django_activity_action_add")).status_code == 403

    def test_missing(self, admin_client):
        change = reverse("admin:django_activity_action_change", args=[1])

        assert admin_client.get(change).status_code == 302

    def test_markers_and_locks_have_no_admin(self):
        assert not any(admin.site.is_registered(model) for model in (StreamMarker, DedupLock))

    @pytest.mark.django_db(databases=["default", "other"])  # Django 6.1 asks all of them
    def test_the_checks_of_the_project_pass(self):
        assert [message for message in run_checks() if message.id.startswith("admin.")] == []


class TestDeleting:
    def select(self, client: Any, *actions: Any, **more: Any) -> str:
        data = {
            "action": "delete_selected",
            "_selected_action": [action.pk for action in actions],
            **more,
        }
        response = client.post(reverse(LIST), data, follow=True)
        assert response.status_code == 200
        return response.content.decode()

    def test_one(self, admin_client, ann, retracted):
        action, other = log(ann, "likes")[0], log(ann, "reads")[0]

        admin_client.post(
            reverse("admin:django_activity_action_delete", args=[action.pk]), {"post": "yes"}
        )

        assert list(Action.objects.all()) == [other]
        assert retracted == [[action.pk]]

    def test_selected(self, admin_client, ann, retracted):
        actions = [log(ann, f"did {number}")[0] for number in range(4)]

        assert "Are you sure" in self.select(admin_client, *actions[:3])
        assert retracted == []
        self.select(admin_client, *actions[:3], post="yes")

        assert list(Action.objects.all()) == [actions[3]]
        assert retracted == [[action.pk for action in actions[:3]]]

    def test_all_means_those_of_the_list(self, admin_client, ann, monkeypatch):
        monkeypatch.setattr(CappedPaginator, "cap", 3)
        actions = [log(ann, f"did {number}")[0] for number in range(5)]

        page = self.select(admin_client, actions[-1], select_across="1", index="0")

        assert page.count('name="_selected_action"') == 3

    def test_only_by_those_who_may(self, client, make_user, ann):
        staff = make_user(is_staff=True)
        staff.user_permissions.add(Permission.objects.get(codename="view_action"))
        client.force_login(staff)
        action, _ = log(ann, "likes")

        self.select(client, action, post="yes")

        assert Action.objects.exists()
        assert rows(client) == ["ann likes"]

    @pytest.mark.skipif(
        not admin.site.is_registered(get_user_model()), reason="users have no admin"
    )
    def test_a_user_with_markers(self, admin_client, ann):
        StreamMarker.objects.create(user=ann, stream="home")
        log(ann, "likes")
        data = {"action": "delete_selected", "_selected_action": [ann.pk], "post": "yes"}

        assert admin_client.post(reverse("admin:auth_user_changelist"), data).status_code == 302

        assert not StreamMarker.objects.exists()
        assert Action.objects.get().actor is None


class TestModelOfAProject:
    def test_its_columns_are_shown(self, admin_user, rf):
        request = rf.get("/")
        request.user = admin_user
        with isolate_apps("testapp"):

            class Event(AbstractAction):
                site = models.CharField(max_length=20)

                class Meta:
                    app_label = "testapp"

        assert ActionAdmin(Event, AdminSite()).get_fields(request)[-2:] == ["data", "site"]

    def test_objects_administered_elsewhere(self, admin_user, rf, ann):
        site = AdminSite(name="staff")
        site.register(Picture)
        own = ActionAdmin(Action, site)
        picture = Picture.objects.create(title="Sky", owner=ann)
        action, _ = log(ann, "likes", picture)

        assert own.target_link(action) == "Sky"  # its addresses are not served
