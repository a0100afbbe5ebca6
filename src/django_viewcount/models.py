from __future__ import annotations

import uuid

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _
from model_utils.fields import AutoCreatedField

from .fields import KeyField
from .managers import CounterQuerySet, ViewCountQuerySet
from .targets import DEFAULT_COUNTER, MAX_KEY_LENGTH


class AbstractCounter(models.Model):
    """One number of views of one object, whatever the type of its key."""

    content_type = models.ForeignKey(
        ContentType,
        models.CASCADE,
        verbose_name=_("content type"),
        related_name="+",
        db_index=False,  # the unique constraint starts with it
    )
    object_id = KeyField(_("object ID"), max_length=MAX_KEY_LENGTH)
    counter = models.CharField(_("counter"), max_length=32, default=DEFAULT_COUNTER)
    views = models.BigIntegerField(_("views"), default=0)

    class Meta:
        abstract = True


class ViewCount(AbstractCounter):
    """All views of an object that have reached the database."""

    uniques = models.BigIntegerField(
        _("unique views"), default=0, help_text=_("Visitors of each day, added up.")
    )

    objects = ViewCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("view count")
        verbose_name_plural = _("view counts")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "counter"], name="django_viewcount_unique"
            )
        ]
        indexes = [
            models.Index(
                fields=["content_type", "counter", "-views"], name="django_viewcount_ranking"
            )
        ]

    def __str__(self) -> str:
        return f"{self.content_type_id}:{self.object_id} {self.counter} {self.views}"


class DailyViews(AbstractCounter):
    """The views of an object on one day of the site's time zone."""

    day = models.DateField(_("day"))
    uniques = models.BigIntegerField(_("unique views"), default=0)

    objects = CounterQuerySet["DailyViews"].as_manager()

    class Meta:
        verbose_name = _("daily views")
        verbose_name_plural = _("daily views")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "counter", "day"],
                name="django_viewcount_daily_unique",
            )
        ]
        indexes = [
            # The day first: rankings ask for some days of one kind, pruning for those of all.
            models.Index(fields=["day", "content_type", "counter"], name="django_viewcount_daily")
        ]

    def __str__(self) -> str:
        return f"{self.content_type_id}:{self.object_id} {self.counter} {self.day} {self.views}"


class HourlyViews(AbstractCounter):
    """The views of an object in one of the last hours, where there is no Redis to keep them."""

    # A number and no time: two hours of the clock have one name where summer time ends.
    hour = models.IntegerField(_("hour"), help_text=_("Whole hours since 1970, in UTC."))

    objects = CounterQuerySet["HourlyViews"].as_manager()

    class Meta:
        verbose_name = _("hourly views")
        verbose_name_plural = _("hourly views")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "counter", "hour"],
                name="django_viewcount_hourly_unique",
            )
        ]
        indexes = [
            models.Index(fields=["hour", "content_type", "counter"], name="django_viewcount_hourly")
        ]

    def __str__(self) -> str:
        return f"{self.content_type_id}:{self.object_id} {self.counter} {self.hour} {self.views}"


class FlushBatch(models.Model):
    """A batch of waiting views that was moved into the database; proof against moving it twice."""

    id = models.UUIDField(_("ID"), primary_key=True, default=uuid.uuid4, editable=False)
    created = AutoCreatedField(_("created"))

    class Meta:
        verbose_name = _("flush batch")
        verbose_name_plural = _("flush batches")
        indexes = [models.Index(fields=["created"], name="django_viewcount_flush_created")]

    def __str__(self) -> str:
        return str(self.pk)


class Mark(models.Model):
    """Something to be remembered for a while, such as a visitor, where there is no Redis for it.

    The key is a hash of what it is about, and all that is kept of it. Times are milliseconds
    since 1970.
    """

    key = models.CharField(_("key"), primary_key=True, max_length=32)
    value = models.BigIntegerField(_("value"))
    until = models.BigIntegerField(_("until"), help_text=_("When it may be taken again."))
    expires = models.BigIntegerField(_("expires"), help_text=_("When it may be deleted."))

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        indexes = [models.Index(fields=["expires"], name="django_viewcount_mark_expires")]

    def __str__(self) -> str:
        return self.key


class VisitorSalt(models.Model):
    """The random salt of a day's visitors, where there is no Redis to keep it."""

    day = models.DateField(_("day"), unique=True)
    salt = models.BinaryField(_("salt"), max_length=16)
    created = AutoCreatedField(_("created"))

    class Meta:
        verbose_name = _("visitor salt")
        verbose_name_plural = _("visitor salts")

    def __str__(self) -> str:
        return str(self.day)
