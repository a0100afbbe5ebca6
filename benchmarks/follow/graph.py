"""Fill the tables with users and edges, in SQL: a million take seconds."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection

FOLLOWERS = 100_000  # of somebody popular
LISTED = 50  # followers of somebody ordinary
FOLLOWED = 500  # by a reader of suggestions
KEEN = 100  # followees of the keen reader, and how many these follow
EACH = 400


@dataclass(frozen=True)
class People:
    """Keys of the users that play a part. Those from `fresh` on follow nobody and are many."""

    celebrity: int
    popular: int
    departing: int
    ordinary: int
    viewer: int  # follows every other follower of `ordinary`
    reader: int
    keen: int  # reads suggestions, and follows people who follow many
    fresh: int
    number: int


def build(edges: int) -> People:
    """Make `edges` users, a graph of `edges` edges with skewed degrees, and one followed by all."""
    graph = max(FOLLOWERS, edges // 10)  # users of the graph, from key 1
    number = max(edges, graph + 20_000)
    people = People(*range(graph + 1, graph + 8), fresh=graph + 200, number=number)
    user, content_type = get_user_model(), ContentType.objects.get_for_model(get_user_model())
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5), current_setting('is_superuser')")
        if cursor.fetchone()[1] == "on":
            # Nobody checks two million foreign keys that are known to be right.
            cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name,"
            " email, is_staff, is_active, date_joined)"
            " SELECT i, '!', false, 'user' || i, '', '', '', false, true, now()"
            " FROM generate_series(1, %s) AS i",
            [number],
        )
        # A cube makes a few followees very popular; the factor lets other users follow most.
        _follow(
            cursor,
            "SELECT DISTINCT one, other FROM ("
            "  SELECT 1 + (floor(%s * random() ^ 2) * 7919)::bigint %% %s AS one,"
            "  1 + floor(%s * random() ^ 3)::bigint AS other FROM generate_series(1, %s)"
            ") AS pairs WHERE one <> other LIMIT %s",
            [graph, graph, graph, edges * 5 // 4, edges],
        )
        half = FOLLOWED // 2  # of the reader's followees are celebrities
        _follow(
            cursor,
            "SELECT %s, CASE WHEN i <= %s THEN i ELSE i * 150 END FROM generate_series(1, %s) AS i",
            [people.reader, half, FOLLOWED],
        )
        _follow(
            cursor,
            "SELECT %s::bigint, i FROM generate_series(1, %s) AS i",
            [people.keen, FOLLOWED - KEEN],
        )
        _follow(
            cursor,
            "SELECT DISTINCT %s + one, 1 + floor(%s * random() ^ 3)::bigint"
            " FROM generate_series(0, %s) AS one, generate_series(1, %s)",
            [people.fresh - KEEN, graph, KEEN - 1, EACH],
        )
        _follow(
            cursor,
            "SELECT %s, i FROM generate_series(%s, %s) AS i",
            [people.keen, people.fresh - KEEN, people.fresh - 1],
        )
        listed = [people.ordinary, LISTED]
        for table in ("django_follow_follow", "friendship_follow", "actstream_follow"):
            for followee, followers in (listed, [people.popular, FOLLOWERS]):
                _follow(
                    cursor,
                    "SELECT i, %s::bigint FROM generate_series(1, %s) AS i",
                    [followee, followers],
                    table,
                    content_type.pk,
                )
            _follow(
                cursor,
                "SELECT %s::bigint, i FROM generate_series(1, %s, 2) AS i",
                [people.viewer, LISTED],
                table,
                content_type.pk,
            )
        every = "SELECT i, %s FROM generate_series(1, %s) AS i WHERE i <> %s"
        _follow(cursor, every, [people.departing, FOLLOWERS, 0])
        _follow(cursor, every, [people.celebrity, edges, people.celebrity])
        cursor.execute(
            "INSERT INTO django_follow_followcount (user_id, followers, following)"
            " SELECT node, sum(one), sum(other) FROM ("
            "  SELECT followee_id AS node, count(*) AS one, 0 AS other"
            "  FROM django_follow_follow GROUP BY followee_id UNION ALL"
            "  SELECT follower_id, 0, count(*) FROM django_follow_follow GROUP BY follower_id"
            ") AS counted GROUP BY node"
        )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("SELECT setval(pg_get_serial_sequence('auth_user', 'id'), %s)", [number])
        cursor.execute("VACUUM ANALYZE")
    assert user.objects.count() == number
    return people


def _follow(cursor, pairs, values, table="django_follow_follow", content_type=0) -> None:
    columns, extra = {
        "django_follow_follow": ("created, follower_id, followee_id", "now()"),
        "friendship_follow": ("created, follower_id, followee_id", "now()"),
        "actstream_follow": (
            "actor_only, flag, started, content_type_id, user_id, object_id",
            f"true, '', now(), {content_type}",
        ),
    }[table]
    cursor.execute(
        # At random, so that no list lies in one piece of the table.
        f"INSERT INTO {table} ({columns}) SELECT {extra}, one, other"
        f" FROM ({pairs}) AS pairs (one, other) ORDER BY random()",
        values,
    )
