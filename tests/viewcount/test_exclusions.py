from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from testapp.models import Picture, Profile, ProxyPicture, Topic, TopicFollow

from django_viewcount.exclusions import exclusion, owner_field, problems
from django_viewcount.reasons import Reason
from django_viewcount.recording import count_view, count_views


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(count_view(request, Topic(pk=1)).reason))


def is_kiosk(request: HttpRequest, obj: Any) -> bool:
    return "kiosk" in request.GET


def picture(request: HttpRequest, pk: Any) -> HttpResponse:
    return HttpResponse(str(count_view(request, Picture.objects.get(pk=pk)).reason))


urlpatterns = [path("topic/", view), path("picture/<int:pk>/", picture)]

pytestmark = pytest.mark.urls(__name__)


def request_of(user: Any = None, **query: str) -> Any:
    request = RequestFactory().get("/", query)
    if user is not None:
        request.user = user
    return request


@pytest.fixture
def editor(ann: Any) -> Any:
    ann.groups.add(Group.objects.create(name="editors"))
    return ann


class TestExclude:
    def test_nobody_by_default(self, ann: Any) -> None:
        ann.is_staff = ann.is_superuser = True

        assert exclusion(request_of(ann), None) is None

    @pytest.mark.parametrize(
        ("rule", "flag"), [("staff", "is_staff"), ("superusers", "is_superuser")]
    )
    def test_flags(self, rule: str, flag: str, ann: Any, settings: Any) -> None:
        settings.VIEWCOUNT_EXCLUDE = [rule]
        assert exclusion(request_of(ann), None) is None
        assert exclusion(request_of(AnonymousUser()), None) is None
        assert exclusion(request_of(), None) is None
        setattr(ann, flag, True)
        assert exclusion(request_of(ann), None) == rule

    def test_groups_cost_one_query(
        self, editor: Any, bo: Any, settings: Any, django_assert_num_queries: Any
    ) -> None:
        settings.VIEWCOUNT_EXCLUDE = ["group:authors", "group:editors", "staff"]
        with django_assert_num_queries(1):
            assert exclusion(request_of(editor), None) == "group:editors"
        assert exclusion(request_of(bo), None) is None
        bo.is_staff = True
        with django_assert_num_queries(0):
            assert exclusion(request_of(bo), None) == "staff"

    @pytest.mark.parametrize("number", [1, 50])
    def test_many_objects_cost_what_one_does(
        self, number: int, editor: Any, bo: Any, settings: Any, django_assert_num_queries: Any
    ) -> None:
        settings.VIEWCOUNT_BACKEND = "django_viewcount.backends.dummy.DummyBackend"
        settings.VIEWCOUNT_EXCLUDE = ["group:editors"]
        for user, reason in ((editor, Reason.EXCLUDED), (bo, Reason.COUNTED)):
            items = [(Topic(pk=key), "view", None) for key in range(number)]
            with django_assert_num_queries(1):
                results = count_views(request_of(user), items)
            assert {result.reason for result in results} == {reason}

    def test_user_who_signs_in_meanwhile(self, editor: Any, bo: Any, settings: Any) -> None:
        settings.VIEWCOUNT_EXCLUDE = ["group:editors"]
        request = request_of(bo)
        assert exclusion(request, None) is None
        request.user = editor
        assert exclusion(request, None) == "group:editors"

    def test_users_who_have_no_groups(self, settings: Any) -> None:
        settings.VIEWCOUNT_EXCLUDE = ["group:editors", "staff"]

        assert exclusion(request_of(SimpleNamespace(is_authenticated=True)), None) is None

    def test_functions(self, settings: Any) -> None:
        settings.VIEWCOUNT_EXCLUDE = [f"{__name__}.is_kiosk"]

        assert exclusion(request_of(kiosk="1"), None) == f"{__name__}.is_kiosk"
        assert exclusion(request_of(), None) is None
        settings.VIEWCOUNT_EXCLUDE = [is_kiosk]
        assert exclusion(request_of(kiosk="1"), None) == "is_kiosk"

    def test_functions_are_told_the_object(self, settings: Any) -> None:
        settings.VIEWCOUNT_EXCLUDE = [lambda request, obj: obj == Topic(pk=1)]

        assert exclusion(request_of(), Topic(pk=1)) is not None
        assert exclusion(request_of(), Topic(pk=2)) is None
        assert exclusion(request_of(), None) is None

    @pytest.mark.parametrize("rule", ["everybody", "nowhere.rule", f"{__name__}.urlpatterns"])
    def test_rule_that_there_is_not(self, rule: str, settings: Any) -> None:
        settings.VIEWCOUNT_EXCLUDE = [rule]

        with pytest.raises(ImproperlyConfigured, match="VIEWCOUNT_EXCLUDE has"):
            exclusion(request_of(), None)
        assert [text.startswith(f"VIEWCOUNT_EXCLUDE has {rule!r}") for text in problems()] == [True]

    @pytest.mark.parametrize("value", ["staff", {"staff": True}, None, [7], [None]])
    def test_problems(self, value: Any, settings: Any) -> None:
        settings.VIEWCOUNT_EXCLUDE = value

        (text,) = problems()

        assert text.startswith("VIEWCOUNT_EXCLUDE ")

    @pytest.mark.parametrize(
        "value", [(), ["staff", "superusers", "group:any"], [f"{__name__}.is_kiosk"], (is_kiosk,)]
    )
    def test_no_problem(self, value: Any, settings: Any) -> None:
        settings.VIEWCOUNT_EXCLUDE = value

        assert list(problems()) == []


class TestOwner:
    def test_nobody_by_default(self, ann: Any) -> None:
        assert owner_field(request_of(ann), Profile(user=ann)) is None

    @pytest.mark.parametrize("field", ["user", {"testapp.Profile": "user"}])
    def test_field(self, field: Any, ann: Any, bo: Any, settings: Any) -> None:
        settings.VIEWCOUNT_OWNER_FIELD = field
        assert owner_field(request_of(ann), Profile(user=ann)) == "user"
        assert owner_field(request_of(bo), Profile(user=ann)) is None
        assert owner_field(request_of(), Profile(user=ann)) is None
        assert owner_field(request_of(ann), Profile()) is None
        unknown = SimpleNamespace(is_authenticated=True)
        assert owner_field(request_of(unknown), Profile()) is None
        assert owner_field(request_of(ann), Topic(pk=ann.pk)) is None  # it has no such field
        assert owner_field(request_of(ann), None) is None

    def test_proxy_has_the_field_of_its_model(self, ann: Any, settings: Any) -> None:
        settings.VIEWCOUNT_OWNER_FIELD = {"testapp.Picture": "owner"}

        assert owner_field(request_of(ann), ProxyPicture(owner=ann)) == "owner"

    @pytest.mark.parametrize("field", ["pk", "id"])
    def test_users_own_themselves(self, field: str, ann: Any, bo: Any, settings: Any) -> None:
        settings.VIEWCOUNT_OWNER_FIELD = field

        assert owner_field(request_of(ann), ann) == field
        assert owner_field(request_of(bo), ann) is None
        assert owner_field(request_of(ann), Topic(pk=ann.pk)) is None  # the same key by chance

    def test_key_of_something_else_names_no_owner(self, ann: Any, settings: Any) -> None:
        settings.VIEWCOUNT_OWNER_FIELD = "followee"

        assert owner_field(request_of(ann), TopicFollow(followee_id=ann.pk)) is None

    def test_costs_no_query(self, ann: Any, settings: Any, django_assert_num_queries: Any) -> None:
        Profile.objects.create(user=ann)
        settings.VIEWCOUNT_OWNER_FIELD = "user"
        profile = Profile.objects.get()

        with django_assert_num_queries(0):
            assert owner_field(request_of(ann), profile) == "user"

    @pytest.mark.parametrize(
        "field",
        [
            "nobody",
            5,
            {"testapp.Nothing": "user"},
            {"testapp.profile": "user"},
            {"testapp.Profile": "subscriptions_"},
            {"testapp.TopicFollow": "followee"},
            {"testapp.Topic": "pk"},
            {"testapp.Picture": "liked_by"},
            {"testapp.Picture": 5},
        ],
    )
    def test_problems(self, field: Any, settings: Any) -> None:
        settings.VIEWCOUNT_OWNER_FIELD = field

        (text,) = problems()

        assert text.startswith("VIEWCOUNT_OWNER_FIELD ")

    @pytest.mark.parametrize("field", [None, "user", {"testapp.TopicFollow": "follower"}])
    def test_no_problem(self, field: Any, settings: Any) -> None:
        settings.VIEWCOUNT_OWNER_FIELD = field

        assert list(problems()) == []


@pytest.mark.django_db
class TestLazyUser:
    """Through the middleware, as a site has it: the user is lazy."""

    @pytest.fixture(autouse=True)
    def _dummy(self, settings: Any) -> None:
        settings.VIEWCOUNT_BACKEND = "django_viewcount.backends.dummy.DummyBackend"

    @pytest.mark.parametrize("signed_in", [False, True])
    def test_is_not_loaded_for_nothing(
        self, signed_in: bool, ann: Any, client: Client, django_assert_num_queries: Any
    ) -> None:
        if signed_in:
            client.force_login(ann)

        with django_assert_num_queries(0):
            response = client.get("/topic/")

        assert response.content == b"counted"
        assert not response.has_header("Vary")
        assert not response.cookies

    def test_is_loaded_for_a_rule(self, ann: Any, client: Client, settings: Any) -> None:
        settings.VIEWCOUNT_EXCLUDE = ["staff"]
        ann.is_staff = True
        ann.save()
        client.force_login(ann)

        response = client.get("/topic/")

        assert response.content.decode() == Reason.EXCLUDED
        assert response["Vary"] == "Cookie"

    def test_is_not_loaded_for_a_function(
        self, ann: Any, client: Client, settings: Any, django_assert_num_queries: Any
    ) -> None:
        settings.VIEWCOUNT_EXCLUDE = [is_kiosk]
        client.force_login(ann)

        with django_assert_num_queries(0):
            response = client.get("/topic/")

        assert response.content == b"counted"
        assert not response.has_header("Vary")

    def test_is_not_loaded_without_a_session_cookie(
        self, client: Client, settings: Any, django_assert_num_queries: Any
    ) -> None:
        settings.VIEWCOUNT_EXCLUDE = ["staff", "group:editors"]

        with django_assert_num_queries(0):
            response = client.get("/topic/")

        assert response.content == b"counted"
        assert not response.has_header("Vary")

    @pytest.mark.parametrize(
        "session", ["django.contrib.sessions.backends.db", "django.contrib.sessions.backends.cache"]
    )
    def test_costs_what_the_site_pays_for_it(
        self,
        session: str,
        editor: Any,
        client: Client,
        settings: Any,
        django_assert_num_queries: Any,
    ) -> None:
        settings.SESSION_ENGINE = session
        settings.VIEWCOUNT_EXCLUDE = ["staff", "superusers", "group:editors"]
        client.force_login(editor)

        with django_assert_num_queries(2 + session.endswith("db")):
            response = client.get("/topic/")

        assert response.content.decode() == Reason.EXCLUDED

    def test_owner(
        self, ann: Any, bo: Any, client: Client, settings: Any, django_assert_num_queries: Any
    ) -> None:
        settings.VIEWCOUNT_OWNER_FIELD = "owner"
        picture = Picture.objects.create(title="Mine", owner=ann)
        with django_assert_num_queries(1):  # the picture
            assert client.get(f"/picture/{picture.pk}/").content == b"counted"
        for user, reason in ((ann, Reason.OWNER), (bo, Reason.COUNTED)):
            client.force_login(user)
            with django_assert_num_queries(3):  # and session and user
                response = client.get(f"/picture/{picture.pk}/")
            assert response.content.decode() == reason
            assert response["Vary"] == "Cookie"
