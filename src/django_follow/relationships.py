"""What a viewer and other users are to each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import connections, models, router
from django.db.models import Exists, OuterRef, Value
from django.utils import timezone

from .conf import settings
from .counting import counters
from .exceptions import NoSuchEdge
from .models import Block, Follow, FollowRequest, Mute

_Node = TypeVar("_Node", bound=models.Model)
Viewer = models.Model | AnonymousUser


class Counts(NamedTuple):
    """How many follow a user, and how many that user follows."""

    followers: int
    following: int


class Relationship(NamedTuple):
    """What a viewer and one other user are to each other, seen from the viewer."""

    following: bool = False
    followed_by: bool = False
    requested: bool = False
    requested_by: bool = False
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False

    @property
    def mutual(self) -> bool:
        return self.following and self.followed_by


ANNOTATIONS = {name: f"viewer_{name}" for name in Relationship._fields}


def counts(user: models.Model, *, using: str | None = None) -> Counts:
    """Return `Counts(followers, following)` of a user, as they are kept, in one query.

    Raises NoSuchEdge for anything but a user.
    """
    require_users(user)
    following, followers = counters(Follow)
    row = (
        models.QuerySet(followers.model, using=using)
        .filter(pk=user.pk)
        .values_list(followers.column, following.column)
        .first()
    )
    return Counts(*(row or (0, 0)))


def relationship(viewer: Viewer, other: models.Model, *, using: str | None = None) -> Relationship:
    """Return what `viewer` and `other` are to each other. Costs one query.

    Raises NoSuchEdge unless both are users.
    """
    return relationships(viewer, [other], using=using)[other.pk]


def relationships(
    viewer: Viewer, others: Iterable[models.Model], *, using: str | None = None
) -> dict[Any, Relationship]:
    """Return a Relationship for each of `others`, by primary key, in one query for any number.

    An anonymous viewer has the empty relationship with everybody, at no query. Raises NoSuchEdge
    unless all are users.
    """
    others = list(others)
    require_users(*others)
    found: dict[Any, Relationship] = {}
    keys = {other.pk for other in others} - {viewer.pk}
    if viewer.pk is not None and keys:
        database = using or router.db_for_read(get_user_model())
        sql, values = _seven_questions(viewer, keys, database)
        with connections[database].cursor() as cursor:
            cursor.execute(sql, values)
            rows = cursor.fetchall()
        to_python = get_user_model()._meta.pk.to_python
        found = {to_python(key): Relationship(*map(bool, states)) for key, *states in rows}
    return {other.pk: found.get(other.pk, Relationship()) for other in others}


def attach_relationships(
    viewer: Viewer, page: Sequence[_Node], via: str | None = None, *, using: str | None = None
) -> Sequence[_Node]:
    """Set `.relationship` on every object of a page, in one query for any number of objects.

    `via` names the attribute that holds the user, such as "author", who then has it too; without
    it the objects are users themselves. Returns the page.
    """
    users = [getattr(item, via) if via else item for item in page]
    found = relationships(viewer, [user for user in users if user is not None], using=using)
    for item, user in zip(page, users, strict=True):
        state = found[user.pk] if user is not None else Relationship()
        item.relationship = state  # type: ignore[attr-defined]
        if user is not None:
            user.relationship = state  # type: ignore[union-attr]
    return page


def with_relationship(
    users: models.QuerySet[_Node], viewer: Viewer, via: str = "pk"
) -> models.QuerySet[_Node]:
    """Annotate a queryset with the viewer's relationship, to filter and order by in SQL.

    The annotations are `viewer_following`, `viewer_followed_by` and so on, one for each field of
    Relationship; `known_relationship` reads them. `via` names the key of the user where the
    queryset is of something else, such as "author". Costs no further query.
    """
    me, other = viewer.pk, OuterRef(via)
    if me is None:
        nothing = Value(False, output_field=models.BooleanField())
        return _annotated(users, dict.fromkeys(ANNOTATIONS.values(), nothing))
    tables: dict[str, Any] = {
        "following": Follow.objects.filter(follower=me, followee=other),
        "followed_by": Follow.objects.filter(follower=other, followee=me),
        "requested": FollowRequest.objects.filter(follower=me, followee=other),
        "requested_by": FollowRequest.objects.filter(follower=other, followee=me),
        "blocking": Block.objects.filter(blocker=me, blocked=other),
        "blocked_by": Block.objects.filter(blocker=other, blocked=me),
        "muting": Mute.objects.active().filter(muter=me, muted=other),
    }
    return _annotated(users, {ANNOTATIONS[name]: Exists(tables[name]) for name in tables})


def known_relationship(item: Any) -> Relationship | None:
    """The relationship that an object carries, attached or annotated; None without a query."""
    attached = getattr(item, "relationship", None)
    if isinstance(attached, Relationship):  # a model may use the name for its own purposes
        return attached
    values = getattr(item, "__dict__", {})
    if all(name in values for name in ANNOTATIONS.values()):
        return Relationship(**{field: values[name] for field, name in ANNOTATIONS.items()})
    return None


def may_see_list(viewer: Viewer, owner: models.Model, kind: str) -> bool:
    """May `viewer` read the followers or following list (`kind`) of `owner`?

    Owners may always; somebody whom the owner blocks never; else FOLLOW_LIST_VISIBILITY decides,
    and everybody may without it. Costs one EXISTS for a signed-in viewer.
    """
    if viewer == owner:
        return True
    if viewer.pk is not None and Block.objects.of(owner.pk).to(viewer.pk).exists():
        return False
    rule = settings.list_visibility
    return rule is None or bool(rule(viewer, owner, kind))


def require_users(*nodes: models.Model) -> None:
    """Refuse other models, whose keys would be taken for those of users."""
    user_model = get_user_model()
    for node in nodes:
        if node._meta.concrete_model is not user_model:
            raise NoSuchEdge(
                f"{node._meta.label} is not {user_model._meta.label}; counts and relationships "
                "are those of users. For other edges, query the edge model."
            )


def _annotated(users: models.QuerySet[_Node], values: dict[str, Any]) -> models.QuerySet[_Node]:
    annotated: models.QuerySet[_Node] = users.annotate(**values)
    return annotated


def _seven_questions(viewer: Viewer, keys: set[Any], database: str) -> tuple[str, list[Any]]:
    """SQL for the keys of these users and the fields of Relationship, in their order.

    Written out: to compose these seven takes Django longer than the database needs to answer.
    """
    connection, meta = connections[database], get_user_model()._meta
    quote, me = connection.ops.quote_name, key_in(database, viewer)
    them = f"{quote(meta.db_table)}.{quote(str(meta.pk.column))}"
    until = quote("until")
    questions = [
        exists(model, database, *ends)
        for model in (Follow, FollowRequest, Block)
        for ends in (("%s", them), (them, "%s"))
    ]
    questions.append(exists(Mute, database, "%s", them, f" AND ({until} IS NULL OR {until} > %s)"))
    now = models.DateTimeField().get_db_prep_value(timezone.now(), connection)
    places = ", ".join(["%s"] * len(keys))
    # Only names of tables and columns are put in.
    sql = f"SELECT {', '.join([them, *questions])} FROM {quote(meta.db_table)}"  # noqa: S608
    values = [meta.pk.get_db_prep_value(key, connection) for key in keys]
    return f"{sql} WHERE {them} IN ({places})", [me] * 7 + [now] + values


@lru_cache(maxsize=64)
def exists(model: Any, database: str, start: str = "%s", end: str = "%s", more: str = "") -> str:
    """SQL that tells whether a pair is stored."""
    quote = connections[database].ops.quote_name
    one, other = (quote(str(field.column)) for field in model.end_fields())
    table = quote(model._meta.db_table)
    # Only names of tables and columns are put in.
    return f"EXISTS (SELECT 1 FROM {table} WHERE {one} = {start} AND {other} = {end}{more})"  # noqa: S608


def key_in(database: str, user: Viewer) -> Any:
    """The primary key of a user as SQL takes it."""
    return get_user_model()._meta.pk.get_db_prep_value(user.pk, connections[database])
