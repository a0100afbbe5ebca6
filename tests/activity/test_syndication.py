from __future__ import annotations

import datetime as dt
from xml.etree import ElementTree

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from testapp.models import Country, Document, Topic

from django_activity import verbs
from django_activity.api import log
from django_activity.models import Action
from django_activity.streams import actor_stream, public_stream
from django_activity.syndication import ActionFeed, AtomFeed
from django_activity.verbs import Verb

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
WHEN = dt.datetime(2024, 5, 1, 12, 30, tzinfo=dt.timezone.utc)


class NewsFeed(ActionFeed):
    title = "News & views"

    def get_stream(self, obj):
        return public_stream()


class NewsAtomFeed(NewsFeed):
    feed_type = AtomFeed


@pytest.fixture(params=[NewsFeed, NewsAtomFeed])
def feed(request):
    return request.param()


@pytest.fixture
def read(rf):
    """The parsed feed."""

    def read(feed, url="/news/", **headers):
        response = feed(rf.get(url, headers=headers))
        assert response.status_code == 200
        return ElementTree.fromstring(response.content)

    return read


@pytest.fixture
def pages(monkeypatch):
    """Topics have pages."""
    monkeypatch.setattr(
        Topic, "get_absolute_url", lambda topic: f"/topics/{topic.name}/", raising=False
    )


def titles(root):
    return [item.findtext("title") or item.findtext(f"{ATOM}title") for item in entries(root)]


def entries(root):
    return [*root.iter("item"), *root.iter(f"{ATOM}entry")]


class TestContent:
    def test_rss(self, read, ann, pages):
        verbs.register(Verb("likes", text="%(actor)s likes %(target)s a lot"))
        log(ann, "likes", Topic.objects.create(name="Tea"), created=WHEN)
        root = read(NewsFeed())
        verbs.unregister("likes")

        assert (root.tag, root.get("version")) == ("rss", "2.0")
        assert root.findtext("channel/title") == "News & views"
        assert root.findtext("channel/link") == "http://testserver/"
        [item] = entries(root)
        assert {part.tag: part.text for part in item} == {
            "title": "ann likes Tea a lot",
            "link": "http://testserver/topics/Tea/",
            CREATOR: "ann",
            "pubDate": "Wed, 01 May 2024 12:30:00 +0000",
            "guid": item.findtext("guid"),
            "category": "likes",
        }
        assert item.find("guid").get("isPermaLink") == "false"

    def test_atom(self, read, ann, pages):
        log(ann, "likes", Topic.objects.create(name="Tea"), created=WHEN)
        root = read(NewsAtomFeed(), "/news/atom/?a=b")

        assert root.tag == f"{ATOM}feed"
        assert root.findtext(f"{ATOM}id") == "http://testserver/news/atom/"
        assert root.findtext(f"{ATOM}updated") == "2024-05-01T12:30:00+00:00"
        [entry] = entries(root)
        assert {part.tag.removeprefix(ATOM): part.text for part in entry} == {
            "title": "ann likes Tea",
            "link": None,
            "published": "2024-05-01T12:30:00+00:00",
            "updated": "2024-05-01T12:30:00+00:00",
            "author": None,
            "id": entry.findtext(f"{ATOM}id"),
            "category": None,
        }
        assert entry.find(f"{ATOM}link").get("href") == "http://testserver/topics/Tea/"
        assert entry.findtext(f"{ATOM}author/{ATOM}name") == "ann"
        assert entry.find(f"{ATOM}category").get("term") == "likes"

    def test_markup_in_names(self, read, ann):
        log(ann, "likes", Topic.objects.create(name="<b>Tea</b> & Co"))

        # Readers take the title as HTML in RSS, and as text in Atom.
        assert titles(read(NewsFeed())) == ["ann likes &lt;b&gt;Tea&lt;/b&gt; &amp; Co"]
        assert titles(read(NewsAtomFeed())) == ["ann likes <b>Tea</b> & Co"]

    def test_what_xml_cannot_hold(self, read, feed, make_user, monkeypatch):
        log(make_user(), "li\x0bkes", Topic.objects.create(name="T\x1fe\x08a\U0001f375\t!"))
        monkeypatch.setattr(get_user_model(), "__str__", lambda user: "a\x01nn\udc80\ufffe")
        feed.title, feed.description = "\x02News", "\x03"

        root = read(feed)

        assert titles(root) == ["ann likes Tea\U0001f375\t!"]
        assert "News" in ElementTree.tostring(root, "unicode")

    def test_public_actions_only(self, read, feed, ann):
        log(ann, "nods")
        log(ann, "hides", public=False)
        feed.get_stream = lambda obj: actor_stream(ann, private=True)

        assert titles(read(feed)) == ["ann nods"]

    def test_the_system_and_what_is_gone(self, read, feed, ann, pages):
        tea = Topic.objects.create(name="Tea")
        log(ann, "likes", tea)
        log(None, "tidied up")
        tea.delete(), ann.delete()

        root = read(feed)

        assert titles(root) == ["Somebody tidied up", "ann likes Tea"]
        links = [
            item.findtext("link") or item.find(f"{ATOM}link").get("href") for item in entries(root)
        ]
        assert links == ["http://testserver/"] * 2

    def test_empty(self, read, feed):
        assert titles(read(feed)) == []

    def test_guids_are_stable_and_differ(self, feed, rf, ann):
        for _ in range(2):
            log(ann, "nods", created=WHEN, dedup=0)

        def guids(**extra):
            root = ElementTree.fromstring(feed(rf.get("/news/", **extra)).content)
            return [item.findtext("guid") or item.findtext(f"{ATOM}id") for item in entries(root)]

        first = guids()
        get_user_model().objects.update(username="annie")
        log(ann, "waves")

        assert len(set(first)) == 2
        assert first[0].startswith("urn:uuid:")
        assert guids(SERVER_PORT=8000, REMOTE_ADDR="::1")[1:] == first


class TestOwnFeeds:
    def test_more_than_the_stream(self, read, ann):
        class Own(NewsFeed):
            size = 1
            title_template = "django_activity/verbs/likes.html"

            def item_description(self, item):
                return f"\x00<p>{item.pk}</p>"

            def link(self, obj):
                return "/own/"

        log(ann, "likes"), log(ann, "sees")
        [item] = entries(read(Own()))

        assert item.findtext("description") == f"<p>{Action.objects.latest('pk').pk}</p>"

    def test_feed_guid(self, read, ann):
        class Own(NewsAtomFeed):
            feed_guid = "urn:own"

        assert read(Own()).findtext(f"{ATOM}id") == "urn:own"

    def test_nothing_given(self, rf):
        with pytest.raises(NotImplementedError):
            ActionFeed()(rf.get("/"))


class TestConditional:
    def test_not_modified(self, feed, rf, ann):
        log(ann, "nods")
        response = feed(rf.get("/news/"))
        headers = {"If-None-Match": response.headers["ETag"]}

        again = feed(rf.get("/news/", headers=headers))
        assert (again.status_code, again.content) == (304, b"")

        log(ann, "waves")
        assert feed(rf.get("/news/", headers=headers)).status_code == 200

    def test_what_was_deleted_is_news(self, feed, rf, ann):
        log(ann, "nods"), log(ann, "waves")
        response = feed(rf.get("/news/"))
        Action.objects.filter(verb="nods").delete()

        headers = {"If-None-Match": response.headers["ETag"]}
        assert feed(rf.get("/news/", headers=headers)).status_code == 200


@pytest.mark.parametrize("types", [1, 3])
def test_costs_the_queries_of_a_page(feed, rf, make_user, types):
    things = [Topic.objects.create(name="Tea"), Document.objects.create(), Country(code="nz")]
    things[2].save()
    numbers = {}
    for number in range(1, 51):
        log(make_user(), "likes", things[number % types])
        if number in (5, 50):
            with CaptureQueriesContext(connection) as captured:
                response = feed(rf.get("/news/"))
            assert response.text.count(" likes ") == number
            numbers[number] = len(captured)
    with CaptureQueriesContext(connection) as captured:
        public_stream().page(50)

    assert set(numbers.values()) == {len(captured)} == {1 + types}
