from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.db.models import Count
from testapp.models import TopicFollow

from django_follow import api
from django_follow.exceptions import InvalidCursor
from django_follow.managers import Page
from django_follow.models import Block, Follow

pytestmark = pytest.mark.django_db


@pytest.fixture
def edges(ann, crowd):
    """Seven edges to ann, the newest first."""
    return [api.follow(fan, ann)[0] for fan in crowd(7)][::-1]


class TestReads:
    def test_by_instance_and_key(self, ann, bo, make_user):
        cy = make_user("cy")
        edge, _ = api.follow(ann, bo)
        back, _ = api.follow(bo, ann)
        other, _ = api.follow(cy, bo)
        manager = Follow.objects

        for one, two in ((ann, bo), (ann.pk, bo.pk)):
            assert list(manager.of(one)) == list(manager.of_any([one])) == [edge]
            assert list(manager.to(one)) == list(manager.to_any([one])) == [back]
            assert set(manager.between(one, [two])) == {edge, back}
            assert list(manager.of_any([two]).to(one)) == [back]
        assert list(manager.newest_first()) == [other, back, edge]
        api.block(ann, cy)
        assert Block.objects.between(cy, [ann, bo]).count() == 1


class TestPage:
    def test_walk(self, ann, edges, statements):
        seen, cursor = [], None
        for _ in range(3):
            with statements() as asked:
                page = Follow.objects.to(ann).page(3, before=cursor)
            assert asked == ["SELECT follow"]
            seen += page.pairs
            cursor = page.next_cursor

        assert seen == edges
        assert cursor is None

    def test_exactly_full(self, ann, edges):
        assert Follow.objects.to(ann).page(7) == Page(edges, None)

    def test_an_edge_that_comes_or_goes_shifts_nothing(self, ann, edges, make_user):
        page = Follow.objects.to(ann).page(3)
        api.follow(make_user(), ann)
        edges[2].delete()

        assert Follow.objects.to(ann).page(3, before=page.next_cursor).pairs == edges[3:6]

    def test_nodes(self, ann, edges, django_assert_num_queries):
        with django_assert_num_queries(1):
            page = Follow.objects.to(ann).select_related("follower").page(2)
            assert page.nodes("follower") == [edge.follower for edge in edges[:2]]

    @pytest.mark.parametrize("cursor", ["", "x", "-1", "1.0", "²", "1" * 20, " 1"])
    def test_a_cursor_that_is_none(self, cursor, ann):
        with pytest.raises(InvalidCursor) as caught:
            Follow.objects.to(ann).page(3, before=cursor)
        assert caught.value.code == "bad_cursor"

    def test_a_cursor_beyond_every_key(self, ann, edges):
        assert Follow.objects.to(ann).page(9, before="9" * 19).pairs == edges

    def test_size(self, ann):
        with pytest.raises(ValueError, match="size must be at least 1"):
            Follow.objects.to(ann).page(0)


class TestBulkCreate:
    def test_statements(self, ann, crowd, statements, exact):
        edges = [Follow(follower=ann, followee=other) for other in crowd(50)]

        with statements() as seen:
            assert Follow.objects.bulk_create(edges) == edges
        assert seen == ["INSERT follow", "INSERT followcount"]
        exact()

    @pytest.mark.parametrize("form", ["keyword", "positional", "async"])
    def test_conflicts_are_no_new_edges(self, form, ann, crowd, statements, exact):
        one, two = crowd(2)
        api.follow(ann, one)
        edges = [Follow(follower=ann, followee=other) for other in (one, two, two)]

        async def bulk_create(edges):
            await Follow.objects.abulk_create(edges, ignore_conflicts=True)

        with statements() as seen:
            if form == "keyword":
                Follow.objects.bulk_create(edges, ignore_conflicts=True)
            elif form == "positional":
                Follow.objects.bulk_create(edges, None, True)
            else:
                async_to_sync(bulk_create)(edges)
        assert seen == [
            "INSERT followcount",  # adds nothing: the lock for those who do the same
            "SELECT follow",
            "INSERT follow",
            "INSERT followcount",
        ]
        exact()
        assert api.counts(ann).following == 2
        assert Follow.objects.bulk_create([], ignore_conflicts=True) == []

    @pytest.mark.parametrize("positional", [False, True])
    def test_updates_are_no_new_edges(self, positional, ann, tea, make_user, exact):
        api.follow(ann, tea)
        edges = [
            TopicFollow(follower=user, followee=tea, notify=True) for user in (ann, make_user())
        ]
        unique = (
            ["follower", "followee"]
            if connection.features.supports_update_conflicts_with_target
            else None
        )

        if positional:
            TopicFollow.objects.bulk_create(edges, None, False, True, ["notify"], unique)
        else:
            TopicFollow.objects.bulk_create(
                edges, update_conflicts=True, update_fields=["notify"], unique_fields=unique
            )

        assert TopicFollow.objects.filter(notify=True).count() == 2
        exact()

    def test_a_conflict_of_keys(self, ann, bo, make_user, exact):
        edge, _ = api.follow(ann, bo)

        Follow.objects.bulk_create(
            [Follow(pk=edge.pk, follower=ann, followee=make_user())], ignore_conflicts=True
        )

        assert Follow.objects.count() == 1
        exact()

    @pytest.mark.django_db(transaction=True)
    def test_the_same_at_once(self, make_user, crowd, together, exact):
        """The database does not tell whose row it took; only one of the two may count it."""
        ann, others = make_user("ann"), crowd(5)

        results = together(
            8,
            lambda _: Follow.objects.bulk_create(
                [Follow(follower=ann, followee=other) for other in others], ignore_conflicts=True
            ),
        )

        assert not [result for result in results if isinstance(result, Exception)]
        assert Follow.objects.count() == 5
        exact()


class TestUpdate:
    def test_other_ends(self, ann, bo, make_user, heard, exact, django_capture_on_commit_callbacks):
        cy = make_user("cy")
        api.follow(ann, bo)

        with django_capture_on_commit_callbacks(execute=True):
            assert Follow.objects.filter(followee=bo).update(followee=cy) == 1
            assert Follow.objects.filter(follower=ann).update(followee_id=cy.pk) == 1  # no change

        exact()
        assert [(name, said["followee"]) for name, said in heard] == [
            ("unfollowed", bo),
            ("followed", cy),
        ]

    def test_a_condition_on_a_node(self, ann, bo, make_user, exact):
        cy = make_user("cy")
        api.follow(ann, bo)

        assert Follow.objects.filter(followee__username="bo").update(followee=cy) == 1
        exact()

    def test_anything_else_costs_one_statement(self, ann, tea, statements):
        api.follow(ann, tea)

        with statements() as seen:
            TopicFollow.objects.update(notify=True)
        assert seen == ["UPDATE testapp_topicfollow"]

    def test_a_slice(self, ann):
        with pytest.raises(TypeError, match="Cannot update a query once a slice"):
            Follow.objects.all()[:5].update(followee=ann)

    def test_bulk_update(self, ann, bo, crowd, exact):
        edges = [api.follow(fan, ann)[0] for fan in crowd(3)]
        for edge in edges:
            edge.followee = bo

        Follow.objects.bulk_update(edges, ["followee"])

        assert api.counts(bo) == (3, 0)
        exact()


class TestDelete:
    @pytest.mark.parametrize("number", [1, 50])
    def test_statements(self, number, ann, crowd, statements, exact):
        api.follow_many(ann, crowd(number))

        with statements() as seen:
            assert Follow.objects.of(ann).delete() == (
                number,
                {"django_follow.Follow": number},
            )
        assert seen == ["SELECT follow", "DELETE follow", "INSERT followcount"]
        exact()
        with statements() as seen:
            assert Follow.objects.of(ann).delete() == (0, {})
        assert seen == ["SELECT follow"]

    @pytest.mark.parametrize(
        "narrow",
        [
            lambda edges: edges.filter(followee__username="bo"),
            lambda edges: edges.select_related("follower"),
            lambda edges: edges.annotate(n=Count("followee__following")).filter(n=0),
            lambda edges: edges.distinct(),
            lambda edges: edges.order_by("-created"),
            lambda edges: edges.none() | edges,
        ],
        ids=["join", "select_related", "group", "distinct", "ordered", "or"],
    )
    def test_any_queryset(self, narrow, ann, bo, exact):
        api.follow(ann, bo)

        assert narrow(Follow.objects.all()).delete()[0] == 1
        exact()

    def test_what_django_refuses(self, ann):
        edges = Follow.objects.all()

        for refused in (edges[:5], edges.values("pk"), edges.union(edges)):
            with pytest.raises(Exception, match=r"delete|Cannot"):
                refused.delete()
        with pytest.raises(TypeError):
            edges[:5].delete()
        assert not hasattr(Follow.objects, "delete")

    @pytest.mark.django_db(transaction=True)
    def test_the_same_at_once(self, make_user, crowd, together, exact):
        ann, others = make_user("ann"), crowd(30)
        for _ in range(3):
            api.follow_many(ann, others)

            results = together(6, lambda number: Follow.objects.of(ann).delete()[0])

            assert sum(results) == 30
            exact()


class TestLocked:
    def test_conditions_on_the_ends_need_no_join(self, ann, bo, django_assert_num_queries):
        for edges in (
            Follow.objects.of(ann).to_any([bo, bo.pk]),
            Follow.objects.between(ann, [bo]),
            Follow.objects.filter(follower__pk=ann.pk, followee__in=[bo]),
        ):
            with django_assert_num_queries(1) as captured:
                edges.locked()
            assert captured[0]["sql"].count("SELECT") == 1

    @pytest.mark.django_db(transaction=True)
    def test_needs_a_transaction_where_there_are_locks(self, make_user):
        edge, _ = api.follow(make_user("ann"), make_user("bo"))

        with transaction.atomic():
            assert Follow.objects.all().locked() == [edge]
