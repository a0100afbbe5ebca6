from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from bookmarks.forms import LinesField, PlainLabelsMixin
from bookmarks.pictures import PictureField, read_picture

from . import services
from .fetching import fetch_picture
from .models import Image

PICTURE_SIDE = 1600


class ImageForm(PlainLabelsMixin, forms.Form):
    """A picture from an address or from a file: exactly one of the two."""

    title = forms.CharField(label=_("Title"), max_length=200)
    url = forms.URLField(
        label=_("Address of the picture"),
        max_length=2000,
        required=False,
        assume_scheme="https",
        help_text=_("The picture is copied, so it stays when the other site removes it."),
    )
    image = PictureField(
        label=_("Or a file from your device"),
        max_side=PICTURE_SIDE,
        required=False,
        help_text=_("JPEG, PNG, WebP or GIF, at most 5 MB."),
    )
    description = LinesField(
        label=_("Description"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        parts = urlsplit(url)
        if url and parts.scheme not in ("http", "https"):
            raise forms.ValidationError(_("The address must begin with http:// or https://."))
        if "@" in parts.netloc:
            raise forms.ValidationError(
                _("The address must not hold a password: all could read it.")
            )
        return url

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        url, image = cleaned.get("url"), cleaned.get("image")
        if url and image:
            self.add_error("url", _("Give an address or a file, not both."))
        elif not (url or image or self.has_error("url") or self.has_error("image")):
            self.add_error("url", _("Give the address of a picture, or choose a file below."))
        elif url and not self.errors:  # no download for a form that must be sent again anyway
            try:
                cleaned["image"] = read_picture(fetch_picture(url), PICTURE_SIDE)
            except forms.ValidationError as error:
                self.add_error("url", error)
        return cleaned

    def bookmark(self, member: User) -> Image:
        """Save the picture as this member's."""
        data = self.cleaned_data
        image = Image(
            user=member, title=data["title"], url=data["url"], description=data["description"]
        )
        return services.bookmark(image, data["image"])
