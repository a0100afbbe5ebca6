from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib.auth.forms import (
    AuthenticationForm,
    PasswordChangeForm,
    PasswordResetForm,
    SetPasswordForm,
    UserCreationForm,
)
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookmarks.forms import LinesField, PlainLabelsMixin
from bookmarks.pictures import PictureField

from . import services
from .models import Profile

PHOTO_SIDE = 512
LONGEST_LIST = 1024 * 1024  # bytes


class SignInForm(PlainLabelsMixin, AuthenticationForm):
    error_messages = {
        "invalid_login": _(
            "Username or e-mail and password do not match. Mind upper and lower case."
        ),
        "inactive": _("This account is closed."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Username or e-mail")
        # An e-mail address may be longer than a username.
        self.fields["username"].widget.attrs["maxlength"] = 254


class MemberMixin:
    """Names on one line, and an e-mail address that no other member has, in whatever case."""

    cleaned_data: dict[str, Any]
    member: User

    def clean_first_name(self) -> str:
        return " ".join(self.cleaned_data["first_name"].split())

    def clean_last_name(self) -> str:
        return " ".join(self.cleaned_data["last_name"].split())

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=email).exclude(pk=self.member.pk).exists():
            raise forms.ValidationError(_("Another member has this e-mail address."))
        return email


class RegisterForm(MemberMixin, PlainLabelsMixin, UserCreationForm):  # type: ignore[type-arg]
    email = forms.EmailField(label=_("E-mail address"))

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email")
        help_texts = {"username": _("Letters, digits and . _ - ; it becomes part of your address.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = self.instance
        # Stricter than Django: "." as a name would make an address that browsers fold away, and
        # one with "@" could be somebody else's e-mail address.
        self.fields["username"].validators.append(
            RegexValidator(
                r"\A\w[\w.-]*\Z",
                _("Begin with a letter or digit, and use letters, digits and . _ - only."),
            )
        )

    def save(self, commit: bool = True) -> User:
        return services.register(super().save(commit=False))


class ProfileForm(MemberMixin, PlainLabelsMixin, forms.ModelForm):  # type: ignore[type-arg]
    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    photo = PictureField(
        label=_("Photo"),
        max_side=PHOTO_SIDE,
        required=False,
        widget=forms.ClearableFileInput,
        help_text=_("JPEG, PNG, WebP or GIF, at most 5 MB."),
    )

    class Meta:
        model = Profile
        fields = ("first_name", "last_name", "email", "photo", "bio", "private")
        field_classes = {"bio": LinesField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = self.instance.user
        self.old_photo, self.was_private = self.instance.photo.name, self.instance.private
        for name in ("first_name", "last_name", "email"):
            self.initial[name] = getattr(self.member, name)

    def clean_photo(self) -> ContentFile[bytes] | bool | None:
        photo: ContentFile[bytes] | bool | None = self.cleaned_data["photo"]
        if isinstance(photo, ContentFile):
            photo.name = f"{self.member.pk}-{photo.name}"
        return photo

    @transaction.atomic
    def save(self, commit: bool = True) -> Profile:
        for name in ("first_name", "last_name", "email"):
            setattr(self.member, name, self.cleaned_data[name])
        self.member.save(update_fields=["first_name", "last_name", "email"])
        profile: Profile = super().save(commit)
        if self.old_photo and self.old_photo != profile.photo.name:
            delete = profile.photo.storage.delete
            transaction.on_commit(partial(delete, self.old_photo), robust=True)
        if self.was_private and not profile.private:
            services.accept_all(self.member)
        return profile


class PasswordForm(PlainLabelsMixin, PasswordChangeForm):
    pass


class ResetForm(PlainLabelsMixin, PasswordResetForm):
    pass


class NewPasswordForm(PlainLabelsMixin, SetPasswordForm):  # type: ignore[type-arg]
    pass


class ImportForm(PlainLabelsMixin, forms.Form):
    """A list of accounts, one on each line."""

    file = forms.FileField(
        label=_("CSV file"), widget=forms.FileInput(attrs={"accept": ".csv,text/csv"})
    )

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is None or file.size > LONGEST_LIST:
            raise forms.ValidationError(_("The file is larger than 1 MB."))
        return file
