"""People around a user: mutual friends, people known in common, people to follow next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, overload

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Window
from django.db.models.functions import RowNumber

from .counting import counters
from .models import Block, Follow, FollowRequest, HiddenSuggestion, Mute
from .relationships import Viewer, require_users

# Suggestions read the lists of this many people whom a user followed last, and only of those who
# follow at most so many themselves: somebody who follows everybody recommends nobody.
SOURCES = 100
CHOOSY = 500
RECENT = 5000  # edges that tell who is popular now
SAMPLE = 5


@dataclass(frozen=True)
class KnownFollowers:
    """Followers of somebody whom a viewer follows: how many, and up to five, newest first."""

    count: int = 0
    sample: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """Somebody to follow. `reason` is "followed_by_following", which `known` explains, or
    "popular"; `score` is the number of edges that speak for it."""

    user: Any
    reason: str
    score: int
    known: KnownFollowers = field(default=KnownFollowers())


def mutuals(user: models.Model, *, using: str | None = None) -> models.QuerySet[Any]:
    """Users whom `user` follows and who follow back, as a queryset of users."""
    back = Follow.objects.filter(follower=OuterRef("pk"), followee=user.pk)
    return _followed_by(user, using).filter(Exists(back))


def not_following_back(user: models.Model, *, using: str | None = None) -> models.QuerySet[Any]:
    """Users whom `user` follows and who do not follow back, as a queryset of users."""
    back = Follow.objects.filter(follower=OuterRef("pk"), followee=user.pk)
    return _followed_by(user, using).exclude(Exists(back))


def known_followers(
    viewer: Viewer, other: models.Model, *, using: str | None = None
) -> models.QuerySet[Any]:
    """Followers of `other` whom `viewer` follows, as a queryset of users."""
    theirs = Follow.objects.filter(follower=OuterRef("pk"), followee=other.pk)
    return _followed_by(viewer, using).filter(Exists(theirs))


@overload
def followers_you_know(
    viewer: Viewer, others: models.Model, *, using: str | None = None
) -> KnownFollowers: ...
@overload
def followers_you_know(
    viewer: Viewer, others: Iterable[models.Model], *, using: str | None = None
) -> dict[Any, KnownFollowers]: ...
def followers_you_know(
    viewer: Viewer, others: Any, *, using: str | None = None
) -> KnownFollowers | dict[Any, KnownFollowers]:
    """Count the followers of somebody whom `viewer` follows, with a sample of up to five.

    For one user returns KnownFollowers; for many a dictionary by primary key. Costs two queries for
    any number, and none for an anonymous viewer. `known_followers` is the whole list.
    """
    if isinstance(others, models.Model):
        return followers_you_know(viewer, [others], using=using)[others.pk]
    nodes = list(others)
    require_users(*nodes)
    found: dict[Any, KnownFollowers] = {node.pk: KnownFollowers() for node in nodes}
    if viewer.pk is None or not found:
        return found
    edges = Follow.objects.using(using)
    ranked = (
        edges.to_any(found)
        .filter(follower__in=edges.of(viewer.pk).values("followee"))
        .annotate(
            total=Window(Count("pk"), partition_by=F("followee")),
            place=Window(RowNumber(), partition_by=F("followee"), order_by=F("pk").desc()),
        )
        .filter(place__lte=SAMPLE)
        .order_by("place")
        .values_list("followee", "follower", "total")
    )
    rows = list(ranked)
    # Not joined: the database would join everybody it counts, not just the sample.
    people: models.QuerySet[Any] = models.QuerySet(get_user_model(), using=edges.db)
    users = people.in_bulk({follower for _, follower, _ in rows})
    for followee, follower, total in rows:
        sample = found[followee].sample + ((users[follower],) if follower in users else ())
        found[followee] = KnownFollowers(total, sample)
    return found


def suggestions(user: Viewer, limit: int = 10, *, using: str | None = None) -> list[Suggestion]:
    """Return up to `limit` users to follow next, the best first.

    First those followed by most of the people whom `user` follows; when these are fewer, then those
    who gained most followers lately. Never somebody followed, requested, blocked in either
    direction, muted, hidden or deactivated, nor oneself. Reads at most SOURCES times CHOOSY edges,
    or RECENT, however large the graph is. Costs five queries, and three more when the friends of
    friends are too few. An anonymous reader gets popular people.
    """
    edges = Follow.objects.using(using)
    near = edges.of_any(_sources(user, using)) if user.pk is not None else edges.none()
    best = _best(near, user, limit, using)
    known = followers_you_know(user, [someone for someone, _ in best], using=using)
    found = [
        Suggestion(someone, "followed_by_following", score, known[someone.pk])
        for someone, score in best
    ]
    if len(found) < limit:
        start = edges.order_by("-pk").values_list("pk", flat=True)[RECENT : RECENT + 1].first()
        taken = [suggestion.user.pk for suggestion in found]
        recent = edges.filter(pk__gt=start or 0).exclude(followee__in=taken)
        more = _best(recent, user, limit - len(found), using)
        found += [Suggestion(someone, "popular", score) for someone, score in more]
    return found


def _sources(user: Any, using: str | None) -> list[Any]:
    """Keys of the people whose lists are read."""
    following = counters(Follow)[0]
    path = "follow_count__" if following.model._meta.label == "django_follow.FollowCount" else ""
    choosy = {f"followee__{path}{following.column}__lte": CHOOSY}
    latest = Follow.objects.using(using).of(user.pk).filter(**choosy).order_by("-pk")
    return list(latest.values_list("followee", flat=True)[:SOURCES])


def _best(edges: Any, user: Any, limit: int, using: str | None) -> list[tuple[Any, int]]:
    """The users at whom most of these edges end, with their number; fit to be suggested."""
    user_model = get_user_model()
    if user.pk is not None:
        them = OuterRef("followee")
        known: list[Any] = [
            Follow.objects.filter(follower=user.pk, followee=them),
            FollowRequest.objects.filter(follower=user.pk, followee=them),
            Block.objects.filter(blocker=user.pk, blocked=them),
            Block.objects.filter(blocker=them, blocked=user.pk),
            Mute.objects.active().filter(muter=user.pk, muted=them),
            HiddenSuggestion.objects.filter(user=user.pk, hidden=them),
        ]
        edges = edges.exclude(followee=user.pk).filter(*(~Exists(rows) for rows in known))
    if any(field.name == "is_active" for field in user_model._meta.fields):
        edges = edges.filter(followee__is_active=True)
    ranked = edges.order_by().values_list("followee").annotate(score=Count("pk"))
    scores = dict(ranked.order_by("-score", "-followee")[:limit])
    found: models.QuerySet[Any] = models.QuerySet(user_model, using=using)
    users = found.in_bulk(scores)
    return [(users[key], score) for key, score in scores.items() if key in users]


def _followed_by(user: Any, using: str | None) -> models.QuerySet[Any]:
    users: models.QuerySet[Any] = models.QuerySet(get_user_model(), using=using)
    return users.filter(pk__in=Follow.objects.of(user.pk).values("followee"))
