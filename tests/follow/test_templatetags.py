from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.template import RequestContext, Template, TemplateSyntaxError, engines
from django.utils import translation
from testapp.models import Topic

from django_follow.api import (
    attach_relationships,
    block,
    follow,
    hide_suggestion,
    mute,
    with_relationship,
)
from django_follow.exceptions import NoSuchEdge
from django_follow.models import FollowCount

pytestmark = pytest.mark.django_db


@pytest.fixture
def render(rf):
    def render(source, viewer, **context):
        request = rf.get("/people/?page=2")
        request.user = viewer
        template = engines["django"].from_string("{% load django_follow %}" + source)
        return template.render(context, request)

    return render


PAGE = """
{% prefetch_relationships users %}
{% for other in users %}
  {% follow_button other %}{% follow_menu other %}{% follower_count other %}
{% endfor %}
"""


class TestFollowButton:
    def test_not_following(self, render, ann, bo):
        html = render("{% follow_button other %}", ann, other=bo)

        assert 'method="post"' in html
        assert 'value="follow" aria-pressed="false"' in html
        assert f'name="id" value="{bo.pk}"' in html
        assert 'name="next" value="/people/?page=2"' in html
        assert "csrfmiddlewaretoken" in html
        assert ">Follow<" in html

    def test_following(self, render, ann, bo):
        follow(ann, bo)

        html = render("{% follow_button other %}", ann, other=bo)

        assert 'value="unfollow" aria-pressed="true"' in html
        assert ">Unfollow<" in html

    def test_nothing_for_oneself(self, render, ann):
        assert render("{% follow_button other %}", ann, other=ann).strip() == ""

    def test_anonymous_gets_a_link(self, render, ann):
        html = render("{% follow_button other %}", AnonymousUser(), other=ann)

        assert '<a class="follow-button" href="/accounts/login/?next=/people/%3Fpage%3D2">' in html
        assert "<form" not in html

    def test_sign_in_address_with_a_query(self, render, ann, settings):
        settings.LOGIN_URL = "/login/?lang=de"

        html = render("{% follow_button other %}", AnonymousUser(), other=ann)

        assert 'href="/login/?lang=de&amp;next=/people/%3Fpage%3D2"' in html

    def test_an_attribute_of_the_same_name(self, render, ann, bo):
        bo.relationship = "it is complicated"

        assert 'aria-pressed="false"' in render("{% follow_button other %}", ann, other=bo)

    def test_another_model(self, render, ann):
        topic = Topic.objects.create(name="Tea")
        follow(ann, topic)

        html = render("{% follow_button other %}", ann, other=topic)

        assert 'name="model" value="testapp.topic"' in html
        assert 'aria-pressed="true"' in html

    def test_large_keys_are_not_localised(self, render, ann, settings):
        settings.USE_THOUSAND_SEPARATOR = True
        topic = Topic.objects.create(pk=1234567, name="Tea")

        assert 'value="1234567"' in render("{% follow_button other %}", ann, other=topic)

    def test_hostile_names_are_escaped(self, render, ann, make_user):
        other = make_user("<script>alert(1)</script>")

        assert "<script>" not in render("{% follow_button other %}", ann, other=other)

    def test_without_a_request(self, ann):
        template = Template("{% load django_follow %}{% follow_button other %}")

        with pytest.raises(ImproperlyConfigured, match="needs the request"):
            template.render(RequestContext(None, {"other": ann}))

    @pytest.mark.parametrize("number", [1, 50])
    def test_a_page_of_buttons_menus_and_counts_costs_two_queries(
        self, render, ann, make_user, number, django_assert_num_queries
    ):
        others = [make_user() for _ in range(number)]
        follow(ann, others[0])
        with django_assert_num_queries(2):
            html = render(PAGE, ann, users=others)

        assert html.count("<details") == number
        assert html.count('aria-pressed="true"') == 1
        assert html.count(">1</span>") == 1
        assert html.count(">0</span>") == number - 1

    def test_prefetch_of_a_queryset(self, render, ann, bo, django_assert_num_queries):
        users = get_user_model().objects.all()
        with django_assert_num_queries(3):
            render(PAGE, ann, users=users)

    def test_prefetch_by_way_of_an_attribute(
        self, render, ann, bo, make_user, django_assert_num_queries
    ):
        class Article:
            def __init__(self, author):
                self.author = author

        source = """{% prefetch_relationships articles via="author" %}
        {% for article in articles %}
          {% if article.author %}{% follow_button article.author %}
          {% follower_count article.author %}{% endif %}
        {% endfor %}"""
        articles = [Article(author) for author in (bo, None, make_user())]
        with django_assert_num_queries(2):
            render(source, ann, articles=articles)

    def test_prefetch_for_an_anonymous_reader(self, render, bo, django_assert_num_queries):
        with django_assert_num_queries(1):
            render("{% prefetch_relationships users %}", AnonymousUser(), users=[bo])

    def test_without_prefetch_one_query(self, render, ann, bo, django_assert_num_queries):
        with django_assert_num_queries(1):
            render("{% follow_button other %}", ann, other=bo)

    def test_annotated_users_cost_none(self, render, ann, bo, django_assert_num_queries):
        block(ann, bo)
        other = with_relationship(get_user_model().objects.filter(pk=bo.pk), ann).get()
        with django_assert_num_queries(0):
            assert ">Unblock<" in render("{% follow_button other %}", ann, other=other)

    def test_requested(self, render, ann, bo, settings):
        settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: True
        follow(ann, bo)

        html = render("{% follow_button other %}", ann, other=bo)

        assert 'value="withdraw" aria-pressed="true">Requested<' in html

    def test_blocking(self, render, ann, bo):
        block(ann, bo)

        html = render("{% follow_button other %}", ann, other=bo)

        assert 'value="unblock" aria-pressed="true">Unblock<' in html

    def test_nobody_sees_that_they_are_blocked(self, render, ann, bo, make_user):
        block(bo, ann)
        stranger = make_user(bo.username + "2")

        seen = render("{% follow_button other %}{% follow_menu other %}", ann, other=bo)
        usual = render("{% follow_button other %}{% follow_menu other %}", ann, other=stranger)

        for person in (bo, stranger):
            for html in (f'value="{person.pk}"', f"> {person.username}<"):
                seen, usual = seen.replace(html, ""), usual.replace(html, "")
        token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
        assert token.sub("", seen) == token.sub("", usual)

    def test_deactivated_people_can_only_be_left(self, render, ann, make_user):
        asleep = make_user("asleep", is_active=False)
        assert render("{% follow_button other %}", ann, other=asleep).strip() == ""
        follow(ann, asleep)

        assert 'value="unfollow"' in render("{% follow_button other %}", ann, other=asleep)

    def test_no_code_inside_the_page(self, render, ann, bo):
        html = render("{% follow_button other %}{% follow_menu other %}", ann, other=bo)

        assert not re.search(r"<script|<style|style=|\son\w+=|javascript:", html)


class TestFollowAction:
    @pytest.mark.parametrize(
        ("kind", "intents"),
        [
            ("block", ["block"]),
            ("mute", ["mute"]),
            ("remove", ["remove"]),
            ("answer", ["accept", "reject"]),
            ("hide", ["hide"]),
        ],
    )
    def test_kinds(self, render, ann, bo, kind, intents):
        html = render("{% follow_action other kind %}", ann, other=bo, kind=kind)

        assert re.findall(r'name="action" value="(\w+)"', html) == intents
        assert f'data-follow="{kind}"' in html
        assert all(f"data-label-{intent}=" in html for intent in intents)

    def test_what_is_in_effect_is_pressed(self, render, ann, bo):
        block(ann, bo)
        mute(ann, bo)

        html = render("{% follow_menu other %}", ann, other=bo)

        assert 'value="unmute" aria-pressed="true">Unmute<' in html
        assert 'value="unblock" aria-pressed="true">Unblock<' in html

    @pytest.mark.parametrize("tag", ["follow_menu other", "follow_action other 'block'"])
    def test_nothing_for_oneself_and_for_guests(self, render, ann, tag):
        for viewer in (ann, AnonymousUser()):
            assert render(f"{{% {tag} %}}", viewer, other=ann).strip() == ""

    @pytest.mark.parametrize("kind", ["follow", "poke", ""])
    def test_unknown_kinds(self, render, ann, bo, kind):
        with pytest.raises(TemplateSyntaxError, match="knows no"):
            render("{% follow_action other kind %}", ann, other=bo, kind=kind)

    def test_in_the_language_of_the_reader(self, render, ann, bo):
        """Django has a word of its own for this, which would say that bo is deleted."""
        with translation.override("zh-hans"):
            html = render("{% follow_action other 'remove' %}", ann, other=bo)

        assert ">移除<" in html


class TestCounts:
    def test_both(self, render, ann, bo, django_assert_num_queries):
        follow(ann, bo)
        source = "{% follower_count other %} {% following_count other %}"
        with django_assert_num_queries(1):
            html = render(source, ann, other=bo)

        assert html == (
            f'<span data-follow-count="followers" data-follow-id="{bo.pk}">1</span> '
            f'<span data-follow-count="following" data-follow-id="{bo.pk}">0</span>'
        )

    def test_of_something_else(self, render, ann):
        with pytest.raises(NoSuchEdge):
            render("{% follower_count topic %}", ann, topic=Topic.objects.create(name="Tea"))

    def test_of_nobody(self, render, bo):
        FollowCount.objects.all().delete()

        assert ">0<" in render("{% follower_count other %}", AnonymousUser(), other=bo)

    @pytest.mark.parametrize("number", [1, 50])
    def test_loaded_counts_cost_no_query(
        self, render, ann, make_user, number, django_assert_num_queries
    ):
        others = [make_user() for _ in range(number)]
        follow(ann, others[0])
        users = list(
            get_user_model()
            .objects.filter(pk__in=[other.pk for other in others])
            .select_related("follow_count")
        )
        source = (
            "{% for one in users %}{% follower_count one %}{% following_count one %}{% endfor %}"
        )
        with django_assert_num_queries(0):
            html = render(source, ann, users=users)

        assert html.count(">1<") == 1
        assert html.count(">0<") == 2 * number - 1

    def test_columns_of_the_user(self, render, make_user, settings, django_assert_num_queries):
        """Any two columns can play the part here."""
        settings.FOLLOW_USER_COUNTS = ("first_name", "last_name")
        user = make_user(first_name="7", last_name="8")
        source = """{% prefetch_relationships users %}{% for one in users %}
        {% follower_count one %}{% following_count one %}{% endfor %}"""
        with django_assert_num_queries(0):
            html = render(source, AnonymousUser(), users=[user])
        deferred = get_user_model().objects.only("username").get(pk=user.pk)
        with django_assert_num_queries(2):
            slow = render(source, AnonymousUser(), users=[deferred])

        assert re.findall(r">(\d)<", html) == re.findall(r">(\d)<", slow) == ["8", "7"]

    def test_large_numbers_stay_plain(self, render, bo, settings):
        settings.USE_THOUSAND_SEPARATOR = True
        FollowCount.objects.create(user=bo, followers=1234567)

        assert ">1234567<" in render("{% follower_count other %}", AnonymousUser(), other=bo)

    def test_requests(self, render, ann, bo, make_user, settings, django_assert_num_queries):
        settings.FOLLOW_REQUIRES_APPROVAL = lambda follower, followee: True
        for follower in (bo, make_user()):
            follow(follower, ann)
        source = "{% follow_requests_count as number %}{% if number %}{{ number }} ask{% endif %}"
        with django_assert_num_queries(1):
            assert render(source, ann) == "2 ask"
        assert render(source, bo) == ""
        with django_assert_num_queries(0):
            assert render(source, AnonymousUser()) == ""


class TestDiscovery:
    @pytest.fixture
    def cy(self, ann, bo, make_user):
        """ann follows bo, who follows cy."""
        cy = make_user("cy")
        follow(ann, bo)
        follow(bo, cy)
        return cy

    def test_followers_you_know(self, render, ann, bo, cy, django_assert_num_queries):
        source = "{% followers_you_know other as known %}{{ known.count }} {{ known.sample.0 }}"
        with django_assert_num_queries(2):
            assert render(source, ann, other=cy) == "1 bo"
        assert render(source, AnonymousUser(), other=cy).strip() == "0"

    @pytest.mark.parametrize(
        ("number", "text"),
        [
            (0, ""),
            (1, "Followed by b0, whom you follow"),
            (2, "Followed by b1 and b0, whom you follow"),
            (3, "Followed by b2, b1 and 1 more whom you follow"),
            (9, "Followed by b8, b7 and 7 more whom you follow"),
        ],
    )
    def test_in_words(self, render, ann, make_user, number, text):
        star = make_user("star")
        for place in range(number):
            friend = make_user(f"b{place}")
            follow(ann, friend)
            follow(friend, star)
        source = "{% followers_you_know other as known %}{% include 'django_follow/known.html' %}"

        assert render(source, ann, other=star).strip() == text

    def test_suggestions(self, render, ann, bo, cy):
        follow(cy, ann)
        source = """{% follow_suggestions 3 as people %}{% for one in people %}{{ one.user }}
        {{ one.reason }} {{ one.user.relationship.followed_by }}{% endfor %}"""

        assert render(source, ann).split() == ["cy", "followed_by_following", "True"]
        hide_suggestion(ann, cy)
        assert render(source, ann).split() == []

    def test_suggestions_for_guests(self, render, cy):
        source = "{% follow_suggestions as people %}{{ people|length }}"

        assert render(source, AnonymousUser()) == "2"


class TestFilters:
    @pytest.mark.parametrize("name", ["is_following", "is_blocking", "is_muting"])
    def test_both_ways(self, render, ann, bo, name, django_assert_num_queries):
        {"is_following": follow, "is_blocking": block, "is_muting": mute}[name](ann, bo)
        source = f"{{% if one|{name}:other %}}yes{{% else %}}no{{% endif %}}"
        with django_assert_num_queries(1):
            assert render(source, ann, one=ann, other=bo) == "yes"
        assert render(source, ann, one=bo, other=ann) == "no"
        assert render(source, ann, one=AnonymousUser(), other=bo) == "no"
        assert render(source, ann, one=bo) == "no"
        assert render(f"{{{{ one|{name}:other }}}}", ann, one=bo, other=None) == "False"
        assert render(source, ann, other=bo) == "no"

    def test_the_viewer_is_not_taken_for_somebody_else(self, render, ann, bo, make_user):
        """What `bo` carries is of the viewer, not of whoever stands left of the filter."""
        follow(ann, bo)
        attach_relationships(ann, [bo])

        html = render("{{ one|is_following:other }}", ann, one=make_user(), other=bo)

        assert html == "False"

    def test_another_model(self, render, ann):
        topic = Topic.objects.create(name="Tea")
        follow(ann, topic)

        assert render("{{ one|is_following:other }}", ann, one=ann, other=topic) == "True"
