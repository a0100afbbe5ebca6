from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from testapp.models import Profile

from django_follow.api import block, follow, hide_suggestion, mute
from django_follow.models import Follow, Mute
from django_follow.pages import Followers, Suggestions

pytestmark = pytest.mark.django_db

LISTS = ["followers", "following"]
PERSONAL = ["requests", "requests_sent", "blocked", "muted", "suggestions"]
HTML = {"Accept": "text/html"}
MIDDLEWARE = "django.contrib.auth.middleware.LoginRequiredMiddleware"


def address(name, owner=None):
    return reverse(f"django_follow:{name}", args=[owner.pk] if owner else [])


def names(response):
    """The people of a page, in its order."""
    return re.findall(r'<p class="follow-person-name">(\w+)', response.text)


@pytest.fixture
def as_ann(client, ann):
    client.force_login(ann)
    return client


@pytest.fixture
def asks(settings):
    settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: True


@pytest.fixture
def fill(ann, make_user):
    """Put so many people into a list of ann."""

    def put(name, number):
        for _ in range(number):
            other = make_user()
            pair = (other, ann) if name in ("followers", "requests") else (ann, other)
            if name == "suggestions":
                friend = make_user()
                follow(ann, friend)
                follow(friend, other)
            else:
                {"blocked": block, "muted": mute}.get(name, follow)(*pair)

    return put


class TestLists:
    def test_followers(self, as_ann, ann, bo, make_user):
        cy = make_user("cy")
        follow(cy, bo)
        follow(ann, bo)
        follow(ann, cy)
        follow(bo, make_user("di"))

        response = as_ann.get(address("followers", bo))

        assert names(response) == ["ann", "cy"]
        assert "<h1>Followers of bo</h1>" in response.text
        assert response.text.count("<form") == 1  # for cy: none for oneself, none to remove
        assert 'value="unfollow"' in response.text

    def test_following(self, as_ann, ann, bo, make_user):
        follow(bo, make_user("cy"))
        follow(bo, make_user("di"))
        follow(ann, bo)

        response = as_ann.get(address("following", bo))

        assert names(response) == ["di", "cy"]
        assert "<h1>People whom bo follows</h1>" in response.text
        assert response.text.count('value="follow"') == 2

    def test_ones_own_followers_can_be_removed(self, as_ann, ann, bo):
        follow(bo, ann)

        response = as_ann.get(address("followers", ann))

        assert 'value="remove"' in response.text

    def test_who_follows_back_is_marked(self, as_ann, ann, bo):
        follow(ann, bo)
        assert "Follows you" not in as_ann.get(address("following", ann)).text
        follow(bo, ann)

        assert "Follows you" in as_ann.get(address("following", ann)).text

    def test_counts_are_those_of_the_lists(self, client, ann, bo):
        follow(bo, ann)

        text = client.get(address("followers", ann)).text

        assert f'<span data-follow-count="followers" data-follow-id="{ann.pk}">1</span>' in text
        assert f'<span data-follow-count="following" data-follow-id="{ann.pk}">0</span>' in text

    @pytest.mark.parametrize("name", LISTS)
    def test_guests_get_links_to_sign_in(self, client, ann, name, fill):
        fill(name, 1)

        response = client.get(address(name, ann))

        assert response.status_code == 200
        assert "<form" not in response.text
        assert f"/accounts/login/?next=/follow/{name}/" in response.text
        assert address("requests") not in response.text

    @pytest.mark.parametrize("name", LISTS)
    def test_under_login_required_middleware(self, client, ann, name, settings):
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, MIDDLEWARE]

        response = client.get(address(name, ann))

        assert (response.status_code, response.url.partition("?")[0]) == (302, "/accounts/login/")

    def test_the_name_is_the_full_one(self, client, make_user):
        user = make_user("ed", first_name="Ed", last_name="Hill")

        assert "<h1>Followers of Ed Hill</h1>" in client.get(address("followers", user)).text

    def test_hostile_names_are_escaped(self, client, ann, make_user):
        user = make_user("<script>alert(1)</script>")
        follow(user, ann)
        for page in (address("followers", user), address("followers", ann)):
            assert "<script>" not in client.get(page).text


class TestVisibility:
    @pytest.mark.parametrize("name", LISTS)
    def test_the_rule_of_the_project(self, as_ann, ann, bo, name, settings):
        asked = []

        def rule(viewer, owner, kind):
            asked.append((viewer.pk, owner.pk, kind))
            return False

        settings.FOLLOW_LIST_VISIBILITY = rule

        response = as_ann.get(address(name, bo), headers=HTML)

        assert response.status_code == 403
        assert "You may not see this list." in response.text
        assert asked == [(ann.pk, bo.pk, name)]
        assert as_ann.get(address(name, ann)).status_code == 200

    @pytest.mark.parametrize("name", LISTS)
    def test_whom_the_owner_blocks(self, as_ann, ann, bo, name):
        block(bo, ann)

        response = as_ann.get(address(name, bo), headers=HTML)

        assert response.status_code == 403
        assert "block" not in response.text
        assert as_ann.get(address(name, ann)).status_code == 200

    @pytest.mark.parametrize("name", LISTS)
    @pytest.mark.parametrize("key", ["0", "abc", "a\0b", "9" * 30, "x" * 3000])
    def test_nobody(self, client, db, name, key):
        response = client.get(reverse(f"django_follow:{name}", args=[key]), headers=HTML)

        assert response.status_code == 404
        assert "There is nobody with this id." in response.text

    @pytest.mark.parametrize("name", LISTS)
    def test_deactivated_owner(self, client, make_user, name):
        user = make_user("asleep", is_active=False)

        assert client.get(address(name, user)).status_code == 404


class TestPersonal:
    @pytest.mark.parametrize("name", PERSONAL)
    @pytest.mark.parametrize("middleware", [True, False])
    def test_needs_signing_in(self, client, db, settings, name, middleware):
        if middleware:
            settings.MIDDLEWARE = [*settings.MIDDLEWARE, MIDDLEWARE]

        response = client.get(address(name))

        assert (response.status_code, response.url) == (
            302,
            f"/accounts/login/?next={address(name)}",
        )

    @pytest.mark.parametrize("name", PERSONAL)
    def test_empty(self, as_ann, name):
        response = as_ann.get(address(name))

        assert response.status_code == 200
        assert 'class="follow-empty"' in response.text

    @pytest.mark.parametrize("name", PERSONAL)
    def test_shows_nothing_of_others(self, as_ann, bo, make_user, name, asks, settings):
        cy = make_user("cy")
        follow(bo, cy)
        block(cy, make_user())
        mute(bo, cy)
        settings.FOLLOW_REQUIRES_APPROVAL = None
        if name == "suggestions":
            hide_suggestion(as_ann.get(address(name)).wsgi_request.user, cy)

        assert names(as_ann.get(address(name))) == []

    def test_requests(self, as_ann, ann, bo, make_user, asks):
        follow(bo, ann)
        follow(make_user("cy"), ann)
        follow(ann, make_user("di"))

        response = as_ann.get(address("requests"))

        assert names(response) == ["cy", "bo"]
        assert response.text.count('value="accept"') == response.text.count('value="reject"') == 2
        assert "asked 0\xa0minutes ago" in response.text

    def test_answering_without_a_script(self, as_ann, ann, bo, asks):
        follow(bo, ann)
        data = {"id": bo.pk, "action": "accept", "next": address("requests")}

        response = as_ann.post(address("follow"), data, headers=HTML, follow=True)

        assert names(response) == []
        assert Follow.objects.get().ends == (bo.pk, ann.pk)

    def test_sent_requests(self, as_ann, ann, bo, asks):
        follow(ann, bo)

        response = as_ann.get(address("requests_sent"))

        assert names(response) == ["bo"]
        assert 'value="withdraw"' in response.text

    def test_blocked(self, as_ann, ann, bo, make_user):
        block(ann, bo)
        block(make_user("cy"), ann)

        response = as_ann.get(address("blocked"))

        assert names(response) == ["bo"]
        assert 'value="unblock"' in response.text

    def test_muted(self, as_ann, ann, bo, make_user):
        mute(ann, bo, until=timezone.now() + dt.timedelta(days=400))
        mute(ann, make_user("cy"))
        Mute.objects.create(muter=ann, muted=make_user("di"), until=timezone.now())

        response = as_ann.get(address("muted"))

        assert names(response) == ["cy", "bo"]
        assert response.text.count('value="unmute"') == 2
        year = (timezone.now() + dt.timedelta(days=400)).year
        assert re.search(rf"until \w+\.? \d+, {year}", response.text)
        assert response.text.count('<p class="follow-note">for good</p>') == 1

    def test_suggestions(self, as_ann, ann, bo, make_user):
        cy = make_user("cy")
        follow(ann, bo)
        follow(bo, cy)

        response = as_ann.get(address("suggestions"))

        assert names(response) == ["cy"]
        assert "Followed by bo, whom you follow" in response.text
        assert 'value="hide"' in response.text
        as_ann.post(address("follow"), {"id": cy.pk, "action": "hide"}, headers=HTML)
        assert names(as_ann.get(address("suggestions"))) == []

    def test_popular_people(self, as_ann, bo, make_user):
        follow(make_user(), bo)

        assert "Many people follow them" in as_ann.get(address("suggestions")).text


class TestPaging:
    @pytest.mark.parametrize("name", [*LISTS, *PERSONAL[:-1]])
    def test_every_person_once(self, as_ann, ann, name, fill, settings):
        settings.FOLLOW_PAGE_SIZE = 2
        if name.startswith("requests"):
            settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: True
        fill(name, 5)
        page, seen = address(name, ann if name in LISTS else None), []
        while page:
            response = as_ann.get(page)
            seen.append(names(response))
            older = re.search(r'<a rel="next" href="(\?[^"]+)"', response.text)
            page = older and page.partition("?")[0] + older[1]

        assert [len(people) for people in seen] == [2, 2, 1]
        assert len({person for people in seen for person in people}) == 5
        assert ">Newest</a>" in response.text

    def test_one_page_has_no_links_to_others(self, as_ann, ann, bo):
        follow(bo, ann)

        assert "follow-pages" not in as_ann.get(address("followers", ann)).text

    @pytest.mark.parametrize("cursor", ["abc", "-1", "1.5", "9" * 30, "\0", "\u0661"])
    @pytest.mark.parametrize("name", ["followers", "blocked"])
    def test_wrong_cursors(self, as_ann, ann, name, cursor):
        page = address(name, ann if name in LISTS else None)

        response = as_ann.get(page, {"before": cursor}, headers=HTML)

        assert response.status_code == 400
        assert "Start again at its top." in response.text

    @pytest.mark.parametrize("method", ["post", "put", "delete"])
    @pytest.mark.parametrize("name", ["followers", "blocked"])
    def test_other_methods(self, as_ann, ann, name, method):
        page = address(name, ann if name in LISTS else None)

        response = getattr(as_ann, method)(page, headers=HTML)

        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
        assert "This address only takes GET." in response.text

    def test_head(self, as_ann, ann):
        assert as_ann.head(address("followers", ann)).status_code == 200


class TestQueries:
    """Session and viewer, the owner with counts, and for others whether they may see the list; then
    two for any number of people with their buttons."""

    @pytest.mark.parametrize("number", [1, 50])
    @pytest.mark.parametrize("name", [*LISTS, *PERSONAL[:-1]])
    def test_own(self, as_ann, ann, name, number, fill, settings, django_assert_num_queries):
        if name.startswith("requests"):
            settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: True
        fill(name, number)
        page = address(name, ann if name in LISTS else None)
        with django_assert_num_queries(2 + 1 + 2):
            response = as_ann.get(page)

        assert len(names(response)) == number

    @pytest.mark.parametrize("number", [1, 50])
    @pytest.mark.parametrize("name", LISTS)
    def test_of_others(self, client, bo, name, number, fill, django_assert_num_queries):
        fill(name, number)
        owner = Follow.objects.first().ends
        client.force_login(bo)
        ann = owner[1] if name == "followers" else owner[0]
        with django_assert_num_queries(2 + 2 + 2):
            response = client.get(reverse(f"django_follow:{name}", args=[ann]))

        assert len(names(response)) == number

    def test_suggestions(self, as_ann, fill):
        used = []
        for number in (1, 15):
            fill("suggestions", number)
            with CaptureQueriesContext(connection) as captured:
                as_ann.get(address("suggestions"))
            used.append(len(captured))

        assert used[0] == used[1]


class TestOverriding:
    @pytest.mark.parametrize("name", ["followers", "suggestions"])
    def test_more_of_each_person_costs_no_query_for_each(
        self, rf, ann, bo, make_user, name, django_assert_num_queries
    ):
        Profile.objects.create(user=bo)
        friend = make_user()
        follow(ann, friend)
        follow(friend, bo)
        follow(bo, ann)
        request = rf.get("/")
        request.user = ann
        page = {"followers": Followers, "suggestions": Suggestions}[name]
        view = page(select_related=("profile",))
        view.setup(request, pk=str(ann.pk))
        view.owner = ann
        (row,), _ = view.get_rows()
        with django_assert_num_queries(0):
            assert row.person.profile.user == row.person == bo

    def test_no_code_inside_the_pages(self, as_ann, ann, bo):
        follow(bo, ann)

        text = as_ann.get(address("followers", ann)).text

        assert not re.search(r"<script(?![^>]* src=)|<style|style=|\son\w+=|javascript:", text)
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text)
