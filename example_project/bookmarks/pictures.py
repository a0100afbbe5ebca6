from __future__ import annotations

from io import BytesIO
from typing import IO, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


def read_picture(file: IO[bytes], max_side: int) -> ContentFile[bytes]:
    """Decode a picture that somebody sent, and return it drawn anew as JPEG or WebP.

    What is stored is never the bytes that came in: no camera position, no script in a comment,
    nothing larger than the pages need. Raises ValidationError.
    """
    try:
        picture: Image.Image = Image.open(file, formats=FORMATS)
        if picture.width * picture.height > MAX_PIXELS:
            raise ValidationError(_("The picture has too many pixels; 40 million are the limit."))
        picture = ImageOps.exif_transpose(picture)
        picture.thumbnail((max_side, max_side))
        return encode(picture)
    except ValidationError:
        raise
    except Image.DecompressionBombError:
        raise ValidationError(
            _("The picture has too many pixels; 40 million are the limit.")
        ) from None
    # Pillow raises whatever a broken file leads to: SyntaxError, struct.error, EOFError …
    except Exception as error:
        raise ValidationError(
            _("This is not a complete picture. Choose a JPEG, PNG, WebP or GIF file.")
        ) from error


def encode(picture: Image.Image) -> ContentFile[bytes]:
    """Return a picture as a file: JPEG, or WebP when parts of it are transparent."""
    if picture.mode.startswith("I"):  # 16 bits of grey, which convert() would cut off at 255
        picture = picture.point(lambda value: value / 256).convert("L")
    buffer, transparent = BytesIO(), picture.has_transparency_data
    drawn = picture.convert("RGBA" if transparent else "RGB")
    drawn.info.clear()  # Pillow would save the comments that it has read
    if transparent:
        drawn.save(buffer, "WEBP", quality=85)
        return ContentFile(buffer.getvalue(), name="picture.webp")
    drawn.save(buffer, "JPEG", quality=85, progressive=True)
    return ContentFile(buffer.getvalue(), name="picture.jpg")


class Cover:
    """Processor of thumbnails: fill a size, and cut off what reaches over it.

    That of imagekit scales the whole picture before it cuts: a line of 1 by 1600 pixels to 480 by
    768,000.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height

    def process(self, picture: Image.Image) -> Image.Image:
        return ImageOps.fit(picture, (self.width, self.height), Image.Resampling.LANCZOS)


class PictureField(forms.FileField):
    """An upload that must be a whole picture of sensible size; gives the picture drawn anew."""

    def __init__(self, *, max_side: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_side = max_side

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"accept": "image/jpeg,image/png,image/webp,image/gif"}

    def to_python(self, data: File[Any] | None) -> ContentFile[bytes] | None:
        upload = super().to_python(data)
        if upload is None:
            return None
        if upload.size > MAX_BYTES:
            raise ValidationError(_("The file is larger than %(size)d MB.") % {"size": 5})
        return read_picture(upload, self.max_side)
