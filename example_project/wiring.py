"""The only place where the three apps meet: what happens on the site becomes an action."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from account.privacy import hidden_from
from account.signals import registered
from django_activity import verbs
from django_activity.api import log, retract
from django_activity.models import Action
from django_follow.models import AbstractFollow, Follow, Mute
from django_follow.signals import followed, unfollowed
from images.models import Image
from images.signals import image_bookmarked, image_liked, image_unliked

VERBS = (
    verbs.Verb("created an account", text=_("%(actor)s joined Bookmarks"), as2_type="Join"),
    verbs.Verb(
        "bookmarked image",
        text=_("%(actor)s bookmarked %(target)s"),
        group_text=_("%(actor)s bookmarked %(targets)s"),
        group_by="actor",
        as2_type="Add",
    ),
    verbs.Verb(
        "likes",
        text=_("%(actor)s likes %(target)s"),
        group_text=_("%(actors)s like %(target)s"),
        group_by="target",
        as2_type="Like",
    ),
    verbs.Verb(
        "is following",
        text=_("%(actor)s is following %(target)s"),
        group_text=_("%(actor)s is following %(targets)s"),
        group_by="actor",
        as2_type="Follow",
    ),
)


def connect() -> None:
    """Listen to the site and to django_follow. Called once, when the apps are ready."""
    verbs.register(*VERBS)
    registered.connect(log_registered, dispatch_uid="wiring.registered")
    image_bookmarked.connect(log_bookmarked, dispatch_uid="wiring.bookmarked")
    image_liked.connect(log_liked, dispatch_uid="wiring.liked")
    image_unliked.connect(retract_like, dispatch_uid="wiring.unliked")
    followed.connect(log_followed, sender=Follow, dispatch_uid="wiring.followed")
    unfollowed.connect(retract_follow, sender=Follow, dispatch_uid="wiring.unfollowed")


def log_registered(member: User, **kwargs: Any) -> None:
    log(member, "created an account", created=member.date_joined)


def log_bookmarked(image: Image, **kwargs: Any) -> None:
    log(image.user, "bookmarked image", image, created=image.created)


def log_liked(image: Image, member: User, at: datetime, **kwargs: Any) -> None:
    log(member, "likes", image, created=at)


def retract_like(image: Image, member: User, **kwargs: Any) -> None:
    retract(member, "likes", image)


def log_followed(edge: AbstractFollow, follower: User, followee: User, **kwargs: Any) -> None:
    log(follower, "is following", followee, created=edge.created)


def retract_follow(follower: User, followee: User, **kwargs: Any) -> None:
    retract(follower, "is following", followee)


def followees(user: User) -> QuerySet[Follow, Any]:
    """ACTIVITY_FOLLOWEES: whose actions make a member's home stream."""
    return Follow.objects.of(user).values("followee")


def muted(user: Any) -> QuerySet[Mute, Any] | None:
    """ACTIVITY_EXCLUDED: whom a member does not want to hear of."""
    return Mute.objects.active().of(user).values("muted") if user.is_authenticated else None


def public(actions: QuerySet[Action], viewer: User | None) -> QuerySet[Action]:
    """ACTIVITY_QUERYSET: what private members do is for their followers."""
    return actions.exclude(actor__in=hidden_from(viewer))


def visible(actions: list[Action], viewer: User | None) -> Iterable[Action]:
    """ACTIVITY_VISIBLE: so is what others do to them and to their pictures."""
    whose = {action: owner_of(action.target) for action in actions}
    owners = hidden_from(viewer).filter(pk__in=set(whose.values()))
    hidden = set(owners.values_list("pk", flat=True))
    return [action for action in actions if whose[action] not in hidden]


def owner_of(target: Any) -> Any:
    """The key of the member that a target is, or belongs to."""
    return target.user_id if isinstance(target, Image) else getattr(target, "pk", None)


def pictures() -> QuerySet[Image]:
    """ACTIVITY_PREFETCH: how a stream fetches the pictures it shows."""
    return Image.objects.select_related("user")


def people() -> QuerySet[User]:
    """ACTIVITY_PREFETCH: how a stream fetches the people it shows."""
    return User.objects.select_related("profile")
