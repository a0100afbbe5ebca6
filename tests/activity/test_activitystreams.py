from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pyld import jsonld
from pyld.documentloader.frozen import FrozenDocumentLoader
from testapp.models import Country, Document, Topic

from django_activity import verbs
from django_activity.activitystreams import activity, collection, collection_page
from django_activity.api import log
from django_activity.streams import public_stream
from django_activity.verbs import Verb

pytestmark = pytest.mark.django_db

AS2 = "https://www.w3.org/ns/activitystreams"
URL = "http://testserver/news/"
WHEN = dt.datetime(2024, 5, 1, 12, 30, tzinfo=dt.timezone.utc)


@pytest.fixture
def request_(rf):
    return rf.get("/news/?size=2")


@pytest.fixture
def pages(monkeypatch):
    """Topics have pages."""
    monkeypatch.setattr(
        Topic, "get_absolute_url", lambda topic: f"/topics/{topic.name}/", raising=False
    )


@pytest.fixture
def likes():
    verbs.register(Verb("likes", as2_type="Like"))
    yield
    verbs.unregister("likes")


@pytest.fixture
def told(request_):
    """The newest action as an activity."""
    return lambda: activity(public_stream().page(1).actions[0], request_)


class TestActivity:
    def test_likes_a_target(self, ann, likes, pages, told):
        tea = Topic.objects.create(name="Tea")
        log(ann, "likes", tea, created=WHEN, data={"secret": "s"})
        document = told()

        assert document == {
            "id": document["id"],
            "type": "Like",
            "actor": {
                "type": "Person",
                "id": f"http://testserver/#{ann._meta.label_lower}.{ann.pk}",
                "name": "ann",
            },
            "object": {
                "type": "Object",
                "id": "http://testserver/topics/Tea/",
                "name": "Tea",
                "url": "http://testserver/topics/Tea/",
            },
            "published": "2024-05-01T12:30:00+00:00",
            "summary": "ann likes Tea",
        }
        assert document["id"].startswith("urn:uuid:")

    def test_adds_an_object_to_a_target(self, ann, told):
        log(
            ann,
            "adds",
            Country.objects.create(code="a/b#ü"),
            action_object=Document.objects.create(),
        )
        document = told()

        assert document["type"] == "Activity"
        assert document["object"]["name"] == "A document"
        assert document["target"] == {
            "type": "Object",
            "id": "http://testserver/#testapp.country.a%2Fb%23%C3%BC",
            "name": "a/b#ü",
        }

    def test_object_alone(self, ann, told):
        log(ann, "reads", action_object=Document.objects.create())

        assert told()["object"]["name"] == "A document"
        assert "target" not in told()

    def test_nothing_is_done_to(self, told):
        log(None, "tidied up")

        assert told()["actor"] == {"type": "Application", "name": "Somebody"}
        assert not {"object", "target"} & told().keys()

    def test_what_is_gone(self, ann, told):
        log(ann, "likes", Topic.objects.create(name="Tea"))
        Topic.objects.all().delete(), ann.delete()

        assert told()["actor"] == {"type": "Tombstone", "name": "ann"}
        assert told()["object"] == {"type": "Tombstone", "name": "Tea"}

    def test_summary_is_html_and_names_are_text(self, ann, told):
        log(ann, "likes", Topic.objects.create(name="<script>"))

        assert told()["summary"] == "ann likes &lt;script&gt;"
        assert told()["object"]["name"] == "<script>"

    def test_types_of_the_project(self, ann, bo, told, settings):
        settings.ACTIVITY_AS2_TYPES = {
            "testapp.Topic": "Article",
            ann._meta.label_lower: "Service",
        }
        log(ann, "likes", Topic.objects.create(name="Tea"), action_object=bo)

        assert told()["target"]["type"] == "Article"
        assert told()["actor"]["type"] == told()["object"]["type"] == "Service"

    def test_without_time_zones(self, ann, request_, settings):
        action, _ = log(ann, "nods", created=WHEN)
        action.created = dt.datetime(2024, 5, 1, 12, 30)
        settings.TIME_ZONE = "Asia/Tokyo"

        assert activity(action, request_)["published"] == "2024-05-01T12:30:00+09:00"

    def test_no_other_column_of_anybody_leaves(self, make_user, request_):
        """Everything that a user has but their name stays here."""
        secrets = {
            "first_name": "SECRET1",
            "last_name": "SECRET2",
            "email": "SECRET3@example.org",
            "password": "SECRET4",
        }
        ann, bo = make_user("ann", **secrets), make_user("bo", **secrets)
        log(ann, "follows", bo, data={"x": "SECRET5"})
        actions = public_stream().page()

        text = json.dumps(collection(actions, request_, 20))

        assert "SECRET" not in text
        assert '"ann"' in text
        for document in find_all(json.loads(text)):
            if document.get("name") in ("ann", "bo"):
                assert document.keys() <= {"type", "id", "name", "url"}


def find_all(value):
    """Every object in a document."""
    if isinstance(value, dict):
        yield value
    for part in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from find_all(part)


class TestCollection:
    def test_collection_with_its_first_page(self, ann, request_):
        for number in range(3):
            log(ann, f"did {number}")
        page = public_stream().page(2)
        document = collection(page, request_, 2)
        first = document.pop("first")

        assert document == {"@context": AS2, "id": URL, "type": "OrderedCollection"}
        assert first == {
            "id": f"{URL}?size=2",
            "type": "OrderedCollectionPage",
            "partOf": URL,
            "orderedItems": [activity(action, request_) for action in page.actions],
            "next": f"{URL}?size=2&before={page.next_cursor}",
            "prev": f"{URL}?size=2&after={page.prev_cursor}",
        }

    def test_page(self, ann, request_):
        for number in range(3):
            log(ann, f"did {number}")
        top = public_stream().page(2)
        page = public_stream().page(2, top.next_cursor)
        document = collection_page(page, request_, before=top.next_cursor)

        assert document["@context"] == AS2
        assert document["id"] == f"{URL}?before={top.next_cursor}"
        assert len(document["orderedItems"]) == 1
        assert "next" not in document
        assert document["prev"] == f"{URL}?after={page.prev_cursor}"

    def test_empty(self, request_):
        first = collection(public_stream().page(), request_, 20)["first"]

        assert first["orderedItems"] == []
        assert not {"next", "prev"} & first.keys()

    @pytest.mark.parametrize("number", [5, 50])
    def test_costs_no_query(self, make_user, request_, number):
        for count in range(number):
            model = (Topic, Document)[count % 2]
            log(make_user(), "likes", model.objects.create())
        Topic.objects.filter(pk__gt=3).delete()
        page = public_stream().page(number)

        with CaptureQueriesContext(connection) as captured:
            document = collection(page, request_, number)

        assert len(captured) == 0
        assert len(document["first"]["orderedItems"]) == number


class TestStandard:
    """A JSON-LD processor reads it as the vocabulary has it."""

    @pytest.fixture
    def expand(self):
        loader = FrozenDocumentLoader()
        return lambda document: jsonld.expand(document, {"documentLoader": loader})

    def test_expands_without_a_loss(self, ann, bo, likes, pages, request_, expand):
        tea = Topic.objects.create(name="Tea")
        log(ann, "likes", tea)
        log(bo, "adds", tea, action_object=Document.objects.create())
        log(None, "tidied up")
        log(ann, "sees", Country.objects.create(code="nz"))
        Country.objects.all().delete()
        document = collection(public_stream().page(3), request_, 3)

        [expanded] = expand(document)

        assert expanded["@type"] == [f"{AS2}#OrderedCollection"]
        [page] = expanded[f"{AS2}#first"]
        assert page["@type"] == [f"{AS2}#OrderedCollectionPage"]
        assert page[f"{AS2}#partOf"] == [{"@id": URL}]
        assert page[f"{AS2}#next"] == [{"@id": document["first"]["next"]}]
        items = page[f"{AS2}#items"][0]["@list"]
        assert len(items) == 3
        published = items[0][f"{AS2}#published"][0]
        assert published["@type"] == "http://www.w3.org/2001/XMLSchema#dateTime"
        # What the context does not know would be dropped, or be a name without a vocabulary.
        assert count_values(expanded) == count_values(document) - 1  # the context itself
        assert "_:" not in json.dumps(expanded)

    def test_types(self, ann, likes, request_, expand):
        log(ann, "likes", Topic.objects.create(name="Tea"))
        [page] = expand(collection_page(public_stream().page(), request_))
        [item] = page[f"{AS2}#items"][0]["@list"]

        assert item["@type"] == [f"{AS2}#Like"]
        assert item[f"{AS2}#actor"][0]["@type"] == [f"{AS2}#Person"]
        assert item[f"{AS2}#object"][0]["@type"] == [f"{AS2}#Object"]


def count_values(value):
    """How many texts a document holds, without the types of literals."""
    if isinstance(value, dict):
        return sum(
            count_values(part)
            for key, part in value.items()
            if not (key == "@type" and "@value" in value)
        )
    if isinstance(value, list):
        return sum(map(count_values, value))
    return 1
