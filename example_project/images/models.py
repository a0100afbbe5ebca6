from __future__ import annotations

from pathlib import PurePosixPath
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from imagekit.models import ImageSpecField
from model_utils.fields import AutoCreatedField

from account.privacy import hidden_from
from bookmarks.pictures import Cover

THUMBNAIL = (480, 360)


def picture_path(image: Image, filename: str) -> str:
    """Where the file of a picture is kept, under a name that people can read and nobody guesses.

    So the files of a private member, and their thumbnails, are for those who see the pages.
    """
    name, secret = slugify(image.title)[:60] or "picture", token_hex(8)
    return f"images/{image.created:%Y/%m}/{name}-{secret}{PurePosixPath(filename).suffix}"


class ImageQuerySet(models.QuerySet["Image"]):
    def visible_to(self, viewer: Any) -> ImageQuerySet:
        """The pictures of members who hide nothing from a viewer."""
        return self.exclude(user__in=hidden_from(viewer))


class Image(models.Model):
    """A picture that a member bookmarked: from an address, or uploaded."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="images_created",
        verbose_name=_("member"),
        db_index=False,  # the list index of a member's pictures starts with it
    )
    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=200, editable=False)
    url = models.URLField(_("address of the picture"), max_length=2000, blank=True)
    image = models.ImageField(
        _("picture"), upload_to=picture_path, width_field="width", height_field="height"
    )
    # Kept beside the file so that a page of pictures opens none of them.
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    created = AutoCreatedField(_("created"))
    users_like = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="images_liked",
        blank=True,
        verbose_name=_("liked by"),
    )
    total_likes = models.PositiveIntegerField(_("likes"), default=0, editable=False)

    # Made when the picture is saved, so that a page of them opens no file.
    thumbnail = ImageSpecField(
        source="image",
        processors=[Cover(*THUMBNAIL)],
        format="WEBP",
        options={"quality": 72},
    )

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]
        indexes = [
            models.Index(fields=["-created", "-id"], name="images_newest"),
            models.Index(fields=["user", "-created", "-id"], name="images_of_member"),
            models.Index(fields=["-total_likes"], name="images_most_liked"),
        ]
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        # A title without a single Latin letter or digit leaves nothing for a slug.
        self.slug = self.slug or slugify(self.title)[:200] or "picture"
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("images:detail", args=[self.pk, self.slug])
