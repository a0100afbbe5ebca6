from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.template import engines
from django.test.utils import CaptureQueriesContext
from testapp.models import Country, Document, Topic

from django_activity import verbs
from django_activity.api import log
from django_activity.models import Action
from django_activity.streams import public_stream
from django_activity.verbs import Verb
from django_follow.api import follow

pytestmark = pytest.mark.django_db

PAGE = (
    "{% load django_activity %}{% NAME as page %}"
    "{% for action in page.actions %}{% action_text action %}|{% endfor %}{% stream_links page %}"
)


@pytest.fixture
def render(rf):
    """Render a template in a request of somebody."""

    def render(source, url="/here/", user=None, **context):
        request = rf.get(url)
        request.user = user or AnonymousUser()
        template = engines["django"].from_string("{% load django_activity %}" + source)
        return template.render(context, request)

    return render


def links(html):
    return {name: href.replace("&amp;", "&") for name, href in LINK.findall(html)}


LINK = re.compile(r'class="stream-(\w+)"(?: rel="\w+")? href="([^"]*)"')


class TestActions:
    def test_template_of_the_verb_sees_the_page(self, render, ann):
        action, _ = log(ann, "likes", Topic.objects.create(name="Tea"))

        html = render("{% render_action action %}", action=action, site_name="Home")

        assert html.strip() == "ann ♥ Tea on Home"

    def test_other_verbs_use_the_general_template(self, render, ann):
        action, _ = log(ann, "is reading", Topic.objects.create(name="Tea & <milk>"))

        html = render("{% render_action action %}", action=action)

        assert '<span class="action-actor">ann</span> is reading' in html
        assert '<span class="action-target">Tea &amp; &lt;milk&gt;</span>' in html
        assert re.search(r'<time [^>]*datetime="\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d"', html)
        assert "style" not in html
        assert "script" not in html

    def test_text_is_escaped_once(self, render, ann):
        action, _ = log(ann, "likes", Topic.objects.create(name="<Tea>"))

        assert render("{% action_text action %}", action=action) == "ann likes &lt;Tea&gt;"
        assert "&lt;Tea&gt;</span>" in render("{% action_html action %}", action=action)

    @pytest.mark.parametrize("number", [1, 50])
    def test_rendering_a_page_costs_no_query(self, render, ann, number, django_assert_num_queries):
        for count in range(number):
            log(ann, f"read {count}", Topic.objects.create(name="Tea"))
        actions = public_stream().page(size=number).actions

        with django_assert_num_queries(0):
            html = render(
                "{% for action in actions %}{% render_action action %}{% endfor %}", actions=actions
            )

        assert html.count("<article") == number

    @pytest.mark.parametrize("number", [2, 50])
    def test_rendering_groups_costs_no_query(
        self, render, make_user, number, django_assert_num_queries
    ):
        verbs.register(Verb("read", group_by="target"))
        tea = Topic.objects.create(name="Tea")
        for _ in range(number):
            log(make_user(), "read", tea)
        page = public_stream().page(size=number)
        verbs_, source = (
            page.grouped(),
            "{% for group in groups %}{% render_group group %}{% endfor %}",
        )

        with django_assert_num_queries(0):
            html = render(source, groups=verbs_)
        verbs.unregister("read")

        assert html.count("<article") == 1


class TestStreams:
    @pytest.fixture
    def things(self, ann, bo):
        """ann follows bo; bo, ann and the system did something."""
        tea = Topic.objects.create(name="Tea")
        follow(ann, bo)
        log(bo, "likes", tea)
        log(ann, "likes", tea)
        log(None, "tidied up")
        log(bo, "hides", tea, public=False)
        return tea

    @pytest.mark.parametrize(
        ("tag", "told"),
        [
            ("home_stream ann", "bo likes Tea|"),
            ("home_stream ann with_self=True", "ann likes Tea|bo likes Tea|"),
            ("home_stream guest", ""),
            ("actor_stream bo", "bo likes Tea|"),
            ("actor_stream bo private=True", "bo hides Tea|bo likes Tea|"),
            ("target_stream tea", "ann likes Tea|bo likes Tea|"),
            ("public_stream", "Somebody tidied up|ann likes Tea|bo likes Tea|"),
            ("public_stream size=1", "Somebody tidied up|"),
        ],
    )
    def test_pages(self, render, things, ann, bo, tag, told):
        html = render(PAGE.replace("NAME", tag), ann=ann, bo=bo, tea=things, guest=AnonymousUser())

        assert html.partition("<nav")[0].strip() == told

    def test_with_and_without_a_request(self, things):
        source = PAGE.replace("NAME", "public_stream size=1")
        html = engines["django"].from_string(source).render({})

        assert html.startswith("Somebody tidied up|")
        assert links(html).keys() == {"older"}
        assert links(html)["older"].startswith("?before=")

    def test_viewer_is_the_user_of_the_request(self, render, things, ann, bo, settings):
        settings.ACTIVITY_EXCLUDED = lambda viewer: [bo.pk] if viewer == ann else []

        for tag in ("public_stream", "actor_stream bo", "target_stream tea"):
            source = PAGE.replace("NAME", tag)
            assert "bo likes" in render(source, bo=bo, tea=things)
            assert "bo likes" not in render(source, user=ann, bo=bo, tea=things)
            assert "bo likes" in render(
                source.replace(" as", " viewer=None as"), user=ann, bo=bo, tea=things
            )

    @pytest.mark.parametrize("name", ["before", "after"])
    @pytest.mark.parametrize("cursor", ["nonsense", "", "\x00", "é", "x" * 5000])
    def test_bad_cursor_is_the_newest_page(self, render, things, name, cursor):
        source = PAGE.replace("NAME", f"public_stream size=1 {name}=cursor")

        assert render(source, cursor=cursor).startswith("Somebody tidied up|")

    @pytest.mark.parametrize("tag", ["home_stream ann", "public_stream"])
    def test_queries_of_a_page(self, render, ann, bo, tag):
        follow(ann, bo)
        numbers = []
        for _ in range(2):
            for number in range(5 if not numbers else 45):
                model = (Topic, Document, Country)[number % 3]
                thing = model.objects.create(**({"code": str(number)} if model is Country else {}))
                log(bo, "likes", thing, dedup=0)
            with CaptureQueriesContext(connection) as captured:
                html = render(PAGE.replace("NAME", f"{tag} size=50"), user=ann, ann=ann)
            numbers.append(len(captured))
            Country.objects.all().delete()

        assert html.count("|") == 50
        assert numbers[0] == numbers[1]


class TestLinks:
    @pytest.fixture
    def walk(self, render):
        """The told actions and the links of a page."""
        source = PAGE.replace(
            "NAME", "public_stream size=2 before=request.GET.before after=request.GET.after"
        )

        def walk(url):
            html = render(source, url)
            return html.partition("<nav")[0].strip(), links(html)

        return walk

    def test_down_and_up(self, walk, ann):
        for number in range(5):
            log(ann, f"did {number}")

        top, down = walk("/here/?tab=news&x=1")
        assert (top, down.keys()) == ("ann did 4|ann did 3|", {"older"})
        assert down["older"].startswith("/here/?tab=news&x=1&before=")

        middle, around = walk(down["older"])
        assert (middle, around.keys()) == ("ann did 2|ann did 1|", {"newest", "newer", "older"})
        assert around["newest"] == "/here/?tab=news&x=1"

        bottom, back = walk(around["older"])
        assert (bottom, back.keys()) == ("ann did 0|", {"newest", "newer"})

        assert walk(back["newer"])[0] == middle
        assert walk(around["newer"])[0] == top

    def test_nothing_to_link(self, walk):
        assert walk("/here/") == ("", {})

    def test_groups_are_paged_downwards(self, render, ann):
        for number in range(2):
            log(ann, f"did {number}")
        page = public_stream().grouped_page(size=1)

        html = render("{% stream_links page %}", "/here/?before=x", page=page)

        assert links(html).keys() == {"newest", "older"}

    def test_cannot_leave_its_attribute(self, render, ann):
        for number in range(2):
            log(ann, f"did {number}")
        html = render(
            "{% stream_links page %}",
            '/"><b>/?q="><script>',
            page=public_stream().page(size=1),
        )

        assert "<script" not in html
        assert "<b>" not in html


def test_stream_template(render, ann, bo):
    source = '{% public_stream as page %}{% include "django_activity/stream.html" %}'
    assert '<p class="stream-empty">Nothing yet.</p>' in render(source)

    log(ann, "nods"), log(bo, "nods")
    html = render(source)

    assert html.count("<li><article") == Action.objects.count() == 2
    assert '<ol class="stream h-feed">' in html
