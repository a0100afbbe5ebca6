from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings as project_settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _
from model_utils.fields import AutoCreatedField, AutoLastModifiedField

from .conf import settings
from .fields import KeyField
from .indexes import stream_indexes
from .managers import ActionQuerySet

OBJECT_ID_LENGTH = 64
LABEL_LENGTH = 200
VERB_LENGTH = 64
STREAM_LENGTH = 64
CURSOR_LENGTH = 200


class AbstractAction(models.Model):
    """Somebody (or the system) did something, perhaps to an object, perhaps at a target.

    Labels are written with the row, so that it can still be told when what it points to is gone.
    """

    actor = models.ForeignKey(
        project_settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("actor"),
        related_name="%(model_name)ss",
        null=True,
        blank=True,
        db_index=False,  # the index of the actor's stream starts with it
    )
    actor_label = models.CharField(_("actor label"), max_length=LABEL_LENGTH, blank=True)
    verb = KeyField(_("verb"), max_length=VERB_LENGTH)

    action_object_content_type = models.ForeignKey(
        ContentType,
        models.SET_NULL,
        verbose_name=_("type of the action object"),
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    action_object_object_id = KeyField(
        _("key of the action object"), max_length=OBJECT_ID_LENGTH, null=True, blank=True
    )
    action_object_label = models.CharField(
        _("action object label"), max_length=LABEL_LENGTH, blank=True
    )
    action_object = GenericForeignKey("action_object_content_type", "action_object_object_id")

    target_content_type = models.ForeignKey(
        ContentType,
        models.SET_NULL,
        verbose_name=_("type of the target"),
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    target_object_id = KeyField(
        _("key of the target"), max_length=OBJECT_ID_LENGTH, null=True, blank=True
    )
    target_label = models.CharField(_("target label"), max_length=LABEL_LENGTH, blank=True)
    target = GenericForeignKey("target_content_type", "target_object_id")

    data = models.JSONField(_("data"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    public = models.BooleanField(_("public"), default=True)
    created = AutoCreatedField(_("created"))

    objects = ActionQuerySet.as_manager()

    class Meta:
        abstract = True
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        indexes = stream_indexes()

    def __str__(self) -> str:
        words = (self.actor_label, self.verb, self.action_object_label, self.target_label)
        return " ".join(filter(None, words))


class Action(AbstractAction):
    """The stock action; a project with columns of its own swaps it before its first migrate."""

    class Meta(AbstractAction.Meta):
        swappable = "ACTIVITY_ACTION_MODEL"
        indexes = stream_indexes("action_stream")


class StreamMarker(models.Model):
    """How far one user has read one stream; `api.advance_marker` moves it, forward only."""

    user = models.ForeignKey(
        project_settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name=_("user"),
        related_name="+",
        db_index=False,  # the unique constraint starts with it
    )
    stream = KeyField(_("stream"), max_length=STREAM_LENGTH)
    cursor = models.CharField(_("cursor"), max_length=CURSOR_LENGTH, blank=True)
    version = models.PositiveBigIntegerField(_("version"), default=0)
    updated = AutoLastModifiedField(_("updated"))

    class Meta:
        verbose_name = _("stream marker")
        verbose_name_plural = _("stream markers")
        constraints = [
            models.UniqueConstraint(fields=["user", "stream"], name="django_activity_marker_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.stream} {self.version}"

    def unseen(self, stream: Any, limit: int = 100) -> int:
        """How many actions of the stream are newer; counts to `limit` at most. One query."""
        count: int = stream.count_since(self.cursor or None, limit)
        return count


class DedupLock(models.Model):
    """A row to queue at, on databases that have no lock for a bare key (MySQL, MariaDB).

    It only makes writers of the same action wait for each other. Whether that action is logged
    already is decided by the action rows, never by this table, and its rows may go at any time.
    """

    key = models.BigIntegerField(primary_key=True)
    locked_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("de-duplication lock")
        verbose_name_plural = _("de-duplication locks")

    def __str__(self) -> str:
        return str(self.key)


def get_action_model() -> Any:
    """Return the model class of an action, swapped or stock.

    Raises ImproperlyConfigured when ACTIVITY_ACTION_MODEL names no installed model.
    """
    try:
        return apps.get_model(settings.action_model, require_ready=False)
    except (LookupError, ValueError) as error:
        raise ImproperlyConfigured(
            f"ACTIVITY_ACTION_MODEL is {settings.action_model!r}, which is not a model of an "
            "installed app; write it as 'app_label.ModelName'."
        ) from error
