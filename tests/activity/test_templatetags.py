from __future__ import annotations

import pytest
from django.template import engines
from testapp.models import Topic

from django_activity.api import log
from django_activity.rendering import template_names
from django_activity.streams import public_stream

pytestmark = pytest.mark.django_db


@pytest.fixture
def render(rf):
    def render(action, **context):
        source = "{% load django_activity %}{% render_action action %}"
        return (
            engines["django"].from_string(source).render({"action": action, **context}, rf.get("/"))
        )

    return render


def test_template_of_the_verb_sees_the_page(render, ann):
    action, _ = log(ann, "likes", Topic.objects.create(name="Tea"))

    assert render(action, site_name="Home").strip() == "ann ♥ Tea on Home"


def test_other_verbs_use_the_general_template(render, ann):
    action, _ = log(ann, "is reading", Topic.objects.create(name="Tea & <milk>"))

    html = render(action)

    assert template_names(action)[0] == "django_activity/verbs/is-reading.html"
    assert '<span class="action-actor">ann</span>' in html
    assert "is reading" in html
    assert '<span class="action-target">Tea &amp; &lt;milk&gt;</span>' in html


def test_what_is_gone_is_still_told(render, ann):
    tea = Topic.objects.create(name="Tea")
    log(ann, "is reading", tea)
    ann.delete()
    tea.delete()

    html = render(public_stream().page().actions[0])

    assert '<span class="action-actor">ann</span>' in html
    assert '<span class="action-target">Tea</span>' in html


def test_the_system(render):
    action, _ = log(None, "tidied up")

    assert '<span class="action-actor">Somebody</span>' in render(action)


@pytest.mark.parametrize("number", [1, 50])
def test_rendering_a_page_costs_no_query(render, ann, number, django_assert_num_queries):
    for count in range(number):
        log(ann, f"read {count}", Topic.objects.create(name="Tea"))
    actions = public_stream().page(size=number).actions

    with django_assert_num_queries(0):
        for action in actions:
            render(action)


def test_verbs_cannot_leave_their_folder(ann):
    action, _ = log(ann, "../../admin/base")

    assert template_names(action)[0] == "django_activity/verbs/adminbase.html"
