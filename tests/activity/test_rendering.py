from __future__ import annotations

import re
import struct

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import NoReverseMatch
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from testapp.models import Country, Document, Topic

from django_activity import verbs
from django_activity.api import log
from django_activity.grouping import ActionGroup
from django_activity.models import Action
from django_activity.rendering import (
    group_template_names,
    render_action,
    render_group,
    sentence,
    sentence_html,
    template_names,
)
from django_activity.streams import public_stream
from django_activity.verbs import Verb

pytestmark = pytest.mark.django_db

EVIL = '<img src=x onerror="alert(1)">'
TEA = '<a class="action-target" href="/topics/{}/">Tea</a>'


@pytest.fixture
def tea(db):
    return Topic.objects.create(name="Tea")


@pytest.fixture
def pages(monkeypatch):
    """Topics have pages."""
    monkeypatch.setattr(
        Topic, "get_absolute_url", lambda topic: f"/topics/{topic.pk}/", raising=False
    )


@pytest.fixture
def register():
    names = []

    def register(name, **options):
        names.append(name)
        verbs.register(Verb(name, **options))

    yield register
    for name in names:
        verbs.unregister(name)


def read():
    return public_stream().page(size=200).actions


def group(verb="likes"):
    return ActionGroup(verbs.get(verb), read())


class TestSentence:
    def test_nobody_declared_the_verb(self, ann, tea):
        milk = Topic.objects.create(name="Milk")
        log(ann, "likes", tea)
        log(ann, "adds", tea, action_object=milk)
        log(ann, "reads", action_object=milk)
        log(ann, "has joined")
        log(None, "tidied up")

        assert [sentence(action) for action in read()] == [
            "Somebody tidied up",
            "ann has joined",
            "ann reads Milk",
            "ann adds Milk Tea",
            "ann likes Tea",
        ]

    def test_text_with_data(self, ann, tea, register):
        register(
            "moved", text="%(actor)s moved %(target)s by %(number)d to %(place)s, at %(hour).1f"
        )
        data = {"number": 3, "place": "<top>", "hour": 2.5, "actor": "nobody", "verb": "x"}
        action, _ = log(ann, "moved", tea, data=data)

        assert sentence(action) == "ann moved Tea by 3 to <top>, at 2.5"

    def test_a_verb_is_no_text(self, ann):
        action, _ = log(ann, "is 100% %(target)s")

        assert sentence(action) == "ann is 100% %(target)s"
        assert sentence_html(action).endswith("is 100% %(target)s")

    @pytest.mark.parametrize(
        "text",
        [
            "%(actor)s paid %(price)d",
            "%(actor)s paid 100%",
        ],
    )
    def test_text_that_does_not_fit_is_passed_over(self, ann, tea, register, caplog, text):
        register("paid", text=text)
        action, _ = log(ann, "paid", tea, data={"price": "much"})

        assert sentence(action) == "ann paid Tea"
        assert '<span class="action-target">Tea</span>' in sentence_html(action)
        assert f"The text of 'paid' does not fit action {action.pk}." in caplog.text

    def test_names_are_those_of_now(self, ann, tea):
        log(ann, "likes", tea)
        Topic.objects.update(name="Green tea")

        assert sentence(read()[0]) == "ann likes Green tea"

    def test_labels_of_what_is_gone(self, ann, tea):
        log(ann, "likes", tea, action_object=Topic.objects.create(name="Milk"))
        ann.delete()
        Topic.objects.all().delete()

        assert sentence(read()[0]) == "ann likes Milk Tea"

    def test_without_a_name(self, make_user):
        log(make_user(), "likes", Topic.objects.create(name=""))
        Action.objects.update(actor=None, actor_label="")

        assert sentence(read()[0]) == "Somebody likes something"

    @pytest.mark.parametrize("data", [[], ["a"], "text", None, 3])
    def test_data_of_an_older_table(self, ann, data):
        action = Action(actor=ann, verb="likes", data=data)

        assert sentence(action) == "ann likes"

    def test_fetches_nothing(self, ann, tea, django_assert_num_queries):
        log(ann, "likes", tea)
        action = Action.objects.get()

        with django_assert_num_queries(0):
            assert sentence(action) == "ann likes Tea"
            assert 'class="action-target"' in sentence_html(action)  # not known to be gone


class TestHtml:
    def test_links(self, ann, tea, pages, monkeypatch):
        monkeypatch.setattr(type(ann), "get_absolute_url", lambda user: "/~ann/?a&b", raising=False)
        log(ann, "adds", tea, action_object=Document.objects.create())

        html = sentence_html(read()[0])

        assert html == (
            '<a class="action-actor" href="/~ann/?a&amp;b">ann</a> adds '
            '<span class="action-object">A document</span> ' + TEA.format(tea.pk)
        )
        assert isinstance(html, SafeString)

    def test_what_is_gone_has_no_link(self, ann, tea, pages):
        log(ann, "likes", tea)
        ann.delete()
        tea.delete()

        assert sentence_html(read()[0]) == (
            '<span class="action-actor action-gone">ann</span> likes '
            '<span class="action-target action-gone">Tea</span>'
        )

    def test_whose_model_is_gone(self, ann, tea, pages):
        log(ann, "likes", tea)
        ContentType.objects.get_for_model(Topic).delete()
        ContentType.objects.clear_cache()

        assert '<span class="action-target action-gone">Tea</span>' in sentence_html(read()[0])

    def test_what_the_project_leaves_out_is_gone(self, ann, tea, pages, settings):
        settings.ACTIVITY_PREFETCH = {"testapp.topic": Topic.objects.none}
        log(ann, "likes", tea)

        assert '<span class="action-target action-gone">Tea</span>' in sentence_html(read()[0])

    def test_the_system_is_not_gone(self):
        log(None, "tidied up")

        assert sentence_html(read()[0]) == '<span class="action-actor">Somebody</span> tidied up'

    @pytest.mark.parametrize("text", ["", "<b>%(actor)s</b> %(verb)s %(what)s %(target)s"])
    def test_escapes_everything(self, make_user, monkeypatch, register, text):
        if text:
            register("<i>does</i>", text=text)
        monkeypatch.setattr(Country, "__str__", lambda self: mark_safe(f"{EVIL}\x00what\x00"))
        action, _ = log(
            make_user("<u>ann</u>"),
            "<i>does</i>",
            Country.objects.create(code="nz"),
            data={"what": mark_safe(EVIL)},
        )
        kept = read()
        Country.objects.all().delete()

        for html in map(sentence_html, [action, *kept, *read()]):
            rest = re.sub(
                r'<span class="action-(actor|target|target action-gone)">|</span>', "", html
            )
            assert "<" not in rest
            assert "\x00" not in rest
            assert rest.count("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;") == (
                2 if text else 1
            )

    @pytest.mark.parametrize(
        "url",
        [
            "javascript:alert(1)",
            " javascript:alert(1)",
            "JAVASCRIPT:x",
            "data:text/html,x",
            "x",
            "",
        ],
    )
    def test_addresses_that_are_no_links(self, ann, tea, monkeypatch, url):
        monkeypatch.setattr(Topic, "get_absolute_url", lambda topic: url, raising=False)
        log(ann, "likes", tea)

        assert '<span class="action-target">Tea</span>' in sentence_html(read()[0])

    def test_whose_address_cannot_be_built(self, ann, tea, monkeypatch):
        def get_absolute_url(topic):
            raise NoReverseMatch

        monkeypatch.setattr(Topic, "get_absolute_url", get_absolute_url, raising=False)
        log(ann, "likes", tea)

        assert '<span class="action-target">Tea</span>' in sentence_html(read()[0])

    def test_an_address_cannot_leave_its_attribute(self, ann, tea, monkeypatch):
        monkeypatch.setattr(Topic, "get_absolute_url", lambda topic: '/"><b>', raising=False)
        log(ann, "likes", tea)

        assert 'href="/&quot;&gt;&lt;b&gt;"' in sentence_html(read()[0])


class TestGroups:
    @pytest.mark.parametrize(
        ("number", "told"),
        [
            (1, "p1 likes Tea"),
            (2, "p2 and p1 like Tea"),
            (3, "p3, p2 and 1 other like Tea"),
            (5, "p5, p4 and 3 others like Tea"),
        ],
    )
    def test_actors(self, make_user, tea, register, number, told):
        register(
            "likes", text="%(actor)s likes %(target)s", group_text="%(actors)s like %(target)s"
        )
        for count in range(1, number + 1):
            log(make_user(f"p{count}"), "likes", tea)

        assert sentence(group()) == told

    def test_counts_once(self, ann, bo, tea, register):
        register("likes", group_text="%(actors)s like %(target)s, all %(actor_count)d")
        for user in (ann, bo, ann):
            log(user, "likes", tea, dedup=0)

        assert sentence(group()).endswith("like Tea, all 2")

    def test_targets_and_plural(self, ann, register):
        register(
            "bookmarked",
            group_text=ngettext_lazy(
                "%(actor)s bookmarked %(count)d topic, %(targets)s",
                "%(actor)s bookmarked %(count)d topics: %(targets)s",
                "count",
            ),
        )
        for name in ("<b>", "Milk", "Tea"):
            topic = Topic.objects.create(name=name)
            log(ann, "bookmarked", topic, data={"count": 99})

        assert sentence(group("bookmarked")) == "ann bookmarked 3 topics: Tea, Milk and 1 other"
        Topic.objects.filter(name="Tea").delete()
        assert sentence_html(group("bookmarked")) == (
            '<span class="action-actor">ann</span> bookmarked 3 topics: '
            '<span class="action-target action-gone">Tea</span>, '
            '<span class="action-target">Milk</span> and 1 other'
        )

    def test_singular(self, ann, tea, register):
        register("saw", group_text=ngettext_lazy("%(count)d thing", "%(count)d things", "count"))
        for _again in range(2):
            log(ann, "saw", tea, dedup=0)

        assert sentence(group("saw")) == "1 thing"

    def test_action_objects(self, ann, tea, register):
        register("adds", group_text="%(count)d: %(action_objects)s to %(target)s")
        for name in ("Milk", "Water"):
            log(ann, "adds", tea, action_object=Topic.objects.create(name=name))

        assert sentence(group("adds")) == "2: Water and Milk to Tea"

    def test_without_a_text_for_groups(self, ann, bo, tea, register):
        log(ann, "likes", tea), log(bo, "likes", tea)
        assert sentence(group()) == "bo and ann likes Tea"

        register("likes", text="To %(target)s: %(actor)s")
        assert sentence(group()) == "To Tea: bo and ann"
        assert sentence_html(group()) == (
            'To <span class="action-target">Tea</span>: <span class="action-actor">bo</span> and '
            '<span class="action-actor">ann</span>'
        )


class TestTranslation:
    """Another language puts the parts in another order, in texts and in lists."""

    @pytest.fixture
    def german(self, settings, tmp_path):
        folder = tmp_path / "de" / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "django.mo").write_bytes(
            catalogue(
                {
                    "": "Content-Type: text/plain; charset=UTF-8\n"
                    "Plural-Forms: nplurals=2; plural=(n != 1);\n",
                    "%(actor)s fancies %(target)s": "%(target)s mundet %(actor)s",
                    "%(actors)s fancy %(target)s": "%(target)s mundet %(actors)s",
                    "%(first)s and %(second)s": "%(second)s wie %(first)s",
                    "people\x04%(first)s, %(second)s and %(count)d other\x00"
                    "%(first)s, %(second)s and %(count)d others": (
                        "%(count)d weiteren, %(second)s, %(first)s\x00"
                        "%(count)d weiteren sowie %(second)s, %(first)s"
                    ),
                    "Somebody": "Jemand",
                    "%(actor)s %(verb)s": "%(verb)s: %(actor)s",
                }
            )
        )
        settings.LOCALE_PATHS = [str(tmp_path)]
        with translation.override("de"):
            yield

    def test_word_order(self, make_user, tea, register, german):
        register(
            "fancies",
            text=_("%(actor)s fancies %(target)s"),
            group_text=_("%(actors)s fancy %(target)s"),
        )
        told = []
        for number in range(1, 5):
            log(make_user(f"p{number}"), "fancies", tea)
            told.append(sentence(group("fancies")))

        assert told == [
            "Tea mundet p1",
            "Tea mundet p1 wie p2",
            "Tea mundet 1 weiteren, p2, p3",
            "Tea mundet 2 weiteren sowie p3, p4",
        ]
        assert sentence_html(read()[-1]).endswith('mundet <span class="action-actor">p1</span>')

    def test_default_text(self, german):
        log(None, "tidied up")

        assert sentence(read()[0]) == "tidied up: Jemand"


def catalogue(messages):
    """A compiled message catalogue, as msgfmt writes it."""
    texts, entries, position = b"", [], 28 + 16 * len(messages)
    for column in (0, 1):
        for pair in sorted(messages.items()):
            text = pair[column].encode()
            entries.append(struct.pack("<II", len(text), position + len(texts)))
            texts += text + b"\x00"
    header = struct.pack("<7I", 0x950412DE, 0, len(messages), 28, 28 + 8 * len(messages), 0, 0)
    return header + b"".join(entries) + texts


class TestTemplates:
    def test_names(self, ann, register):
        register("nods at", template="nods/at.html")
        nods, _ = log(ann, "nods at")
        hearts, _ = log(ann, "♥")

        assert template_names(nods) == [
            "nods/at.html",
            "django_activity/verbs/nods-at.html",
            "django_activity/action.html",
        ]
        assert template_names(hearts) == ["django_activity/action.html"]
        assert group_template_names(ActionGroup(verbs.get("nods at"), [nods])) == [
            "django_activity/groups/nods-at.html",
            "django_activity/group.html",
        ]

    def test_verbs_cannot_leave_their_folder(self, ann):
        action, _ = log(ann, "../../admin/base")

        assert template_names(action)[0] == "django_activity/verbs/adminbase.html"

    def test_template_of_the_registered_verb(self, ann, register):
        register("nods", template="django_activity/verbs/likes.html")
        action, _ = log(ann, "nods", Topic.objects.create(name="Tea"))

        assert render_action(action, {"site_name": "Home"}).strip() == "ann ♥ Tea on Home"

    def test_a_group_of_one_is_its_action(self, ann, tea):
        log(ann, "likes", tea)

        html = render_group(group(), {"site_name": "Home"})

        assert html == render_action(read()[0], {"site_name": "Home"})

    def test_group(self, ann, bo, tea):
        log(ann, "nods at", tea), log(bo, "nods at", tea)

        html = render_group(group("nods at"), {})

        assert 'class="action action-group h-entry"' in html
        assert '<span class="action-actor">bo</span> and <span class="action-actor">ann' in html
        assert f'datetime="{read()[0].created.astimezone().isoformat()[:10]}' in html
