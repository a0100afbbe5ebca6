from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.text import slugify
from model_utils.fields import AutoCreatedField


def picture_path(image: Image, filename: str) -> str:
    """Where the file of a picture is kept, under a name that people can read."""
    name = slugify(image.title)[:80] or "picture"
    return f"images/{image.created:%Y/%m}/{name}{PurePosixPath(filename).suffix}"


class Image(models.Model):
    """A picture that a member bookmarked: from an address, or uploaded."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="images_created",
        verbose_name="member",
        db_index=False,  # the list index of a member's pictures starts with it
    )
    title = models.CharField("title", max_length=200)
    slug = models.SlugField("slug", max_length=200, editable=False)
    url = models.URLField("address of the picture", max_length=2000, blank=True)
    image = models.ImageField(
        "picture", upload_to=picture_path, width_field="width", height_field="height"
    )
    # Kept beside the file so that a page of pictures opens none of them.
    width = models.PositiveIntegerField("width", editable=False)
    height = models.PositiveIntegerField("height", editable=False)
    description = models.TextField("description", max_length=2000, blank=True)
    created = AutoCreatedField("created")
    users_like = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="images_liked",
        blank=True,
        verbose_name="liked by",
    )
    total_likes = models.PositiveIntegerField("likes", default=0, editable=False)

    class Meta:
        ordering = ["-created", "-pk"]
        indexes = [
            models.Index(fields=["-created", "-id"], name="images_newest"),
            models.Index(fields=["user", "-created", "-id"], name="images_of_member"),
            models.Index(fields=["-total_likes"], name="images_most_liked"),
        ]
        verbose_name = "picture"
        verbose_name_plural = "pictures"

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        # A title without a single Latin letter or digit leaves nothing for a slug.
        self.slug = self.slug or slugify(self.title)[:200] or "picture"
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("images:detail", args=[self.pk, self.slug])
