from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings as project_settings
from django.db import models
from django.db.models.fields.related import lazy_related_operation
from django.utils.translation import gettext_lazy as _

from .accessors import attach_accessors
from .edges import AbstractFollow, AbstractPair, edge_model, edge_models
from .managers import MuteQuerySet

__all__ = [
    "AbstractFollow",
    "Block",
    "Follow",
    "FollowCount",
    "FollowRequest",
    "HiddenSuggestion",
    "Mute",
    "edge_model",
    "edge_models",
]


def _user_key(name: Any, related_name: str) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        project_settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name=name,
        related_name=related_name,
        db_index=False,  # the unique pair and the list indexes start with it
    )


class Follow(AbstractFollow):
    """The stock edge: a user follows a user."""

    followee = _user_key(_("followee"), "follower_edges")

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")


class FollowCount(models.Model):
    """How many edges of `Follow` end and start at a user; no row stands for none.

    Kept right by every change of an edge. `manage.py follow_recount` verifies and repairs.
    """

    user = models.OneToOneField(
        project_settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        verbose_name=_("user"),
        related_name="follow_count",
    )
    # Signed: a table that grew before its counts must not refuse its first unfollow.
    followers = models.IntegerField(_("followers"), default=0)
    following = models.IntegerField(_("following"), default=0)

    class Meta:
        verbose_name = _("follow count")
        verbose_name_plural = _("follow counts")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.followers} / {self.following}"


class FollowRequest(AbstractPair):
    """A user asks to follow one who approves their followers. Answered, the row goes."""

    follower = _user_key(_("follower"), "follow_requests_sent")
    followee = _user_key(_("followee"), "follow_requests_received")

    class Meta:
        verbose_name = _("follow request")
        verbose_name_plural = _("follow requests")

    @classmethod
    def end_names(cls) -> tuple[str, str]:
        return "follower", "followee"


class Block(AbstractPair):
    """A user wants nothing to do with another: neither may follow the other."""

    blocker = _user_key(_("blocker"), "follow_blocks")
    blocked = _user_key(_("blocked"), "follow_blocked_by")

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")

    @classmethod
    def end_names(cls) -> tuple[str, str]:
        return "blocker", "blocked"


class Mute(AbstractPair):
    """A user does not want to hear of another, for a time or for good. The other never knows."""

    muter = _user_key(_("muter"), "follow_mutes")
    muted = _user_key(_("muted"), "follow_muted_by")
    until = models.DateTimeField(_("until"), null=True, blank=True)

    objects: ClassVar[Any] = MuteQuerySet.as_manager()

    class Meta:
        verbose_name = _("mute")
        verbose_name_plural = _("mutes")

    @classmethod
    def end_names(cls) -> tuple[str, str]:
        return "muter", "muted"


class HiddenSuggestion(AbstractPair):
    """A user does not want somebody to be suggested again."""

    user = _user_key(_("user"), "follow_hidden_suggestions")
    hidden = _user_key(_("hidden"), "follow_hidden_from")

    class Meta:
        verbose_name = _("hidden suggestion")
        verbose_name_plural = _("hidden suggestions")

    @classmethod
    def end_names(cls) -> tuple[str, str]:
        return "user", "hidden"


lazy_related_operation(attach_accessors, Follow, project_settings.AUTH_USER_MODEL)
