from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.template import RequestContext, Template, engines
from testapp.models import Topic

from django_follow.api import follow

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
{% for other in users %}{% follow_button other %}{% endfor %}
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
    def test_a_page_of_buttons_costs_one_query(
        self, render, ann, make_user, number, django_assert_num_queries
    ):
        others = [make_user() for _ in range(number)]
        follow(ann, others[0])
        with django_assert_num_queries(1):
            html = render(PAGE, ann, users=others)

        assert html.count("<form") == number
        assert html.count('aria-pressed="true"') == 1

    def test_prefetch_of_a_queryset(self, render, ann, bo, django_assert_num_queries):
        users = get_user_model().objects.all()
        with django_assert_num_queries(2):
            render(PAGE, ann, users=users)

    def test_prefetch_for_an_anonymous_reader(self, render, bo, django_assert_num_queries):
        with django_assert_num_queries(0):
            render("{% prefetch_relationships users %}", AnonymousUser(), users=[bo])


class TestCounts:
    def test_both(self, render, ann, bo):
        follow(ann, bo)

        html = render("{% follower_count other %} {% following_count other %}", ann, other=bo)

        assert html == (
            f'<span data-follow-count="followers" data-follow-id="{bo.pk}">1</span> '
            f'<span data-follow-count="following" data-follow-id="{bo.pk}">0</span>'
        )
