"""Signed names of what may be counted, for pages to send back."""

from __future__ import annotations

from datetime import timedelta

from django.apps import apps
from django.core import signing
from django.db import models

from .conf import settings
from .exceptions import ExpiredBeacon, InvalidBeacon, UnknownCounter
from .targets import DEFAULT_COUNTER, Target, check_counter, target_of

__all__ = ["beacon_token"]

SALT = "django_viewcount.beacon"


def beacon_token(obj: models.Model, counter: str = DEFAULT_COUNTER) -> str:
    """Return the signed name of an object, which the beacon's address takes in its place.

    Fit for HTML and for addresses, and good for VIEWCOUNT_BEACON_MAX_AGE. It is the same for
    everybody, and may be cached. Raises UnsavedObject, UnsupportedKey or UnknownCounter.
    """
    return sign(target_of(obj, counter))


def sign(target: Target) -> str:
    """Sign what views are counted for."""
    return signing.dumps([target.model._meta.label_lower, target.key, target.counter], salt=SALT)


def unsign(text: str) -> Target:
    """Return what a signed name is of. Raises InvalidBeacon or ExpiredBeacon."""
    try:
        max_age = timedelta(seconds=settings.beacon_max_age)
        label, key, counter = signing.loads(text, salt=SALT, max_age=max_age)
        model = apps.get_model(label)
        check_counter(counter)
    except signing.SignatureExpired as error:
        raise ExpiredBeacon(
            "The page was rendered too long ago. Load it again, or raise "
            "VIEWCOUNT_BEACON_MAX_AGE if your pages are cached for longer."
        ) from error
    except (signing.BadSignature, UnicodeEncodeError) as error:
        raise InvalidBeacon(
            "This was not signed by this site. Send what {% view_beacon %} or beacon_token() made."
        ) from error
    except (LookupError, UnknownCounter) as error:
        raise InvalidBeacon(f"What was signed is no longer counted. {error}") from error
    return Target(model, key, counter)
