from __future__ import annotations

import time
from io import BytesIO

import requests
import urllib3
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress

from bookmarks.pictures import MAX_BYTES

TIMEOUT = 5.0
MAX_REDIRECTS = 3
CHUNK = 64 * 1024

# What a hostile or broken address can make the client raise, from parsing it to reading the answer.
FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)


def fetch_picture(
    address: str,
    *,
    max_bytes: int = MAX_BYTES,
    timeout: float = TIMEOUT,
    allow_loopback: bool = False,
) -> BytesIO:
    """Download what is at an address that a member typed in.

    Every connection, also one that a redirect leads to, goes to an address checked to be public:
    the server's own network must not be readable through this form. `allow_loopback` is for
    tests. Raises ValidationError, with the reason in words.
    """
    config = Config(
        ip_filter_enable=True,
        ip_filter_allow_loopback_ips=allow_loopback,
        never_redirect=False,
        default_timeout=(timeout, timeout),
        user_agent_override="bookmarks-site/1.0",
    )
    with HTTPSession(config) as session:
        session.trust_env = False  # a proxy would resolve the name itself, past the check
        session.max_redirects = MAX_REDIRECTS
        session.headers["Accept-Encoding"] = "identity"  # compressed sizes would deceive the limit
        try:
            with session.get(address, stream=True) as response:
                return _read(response, max_bytes, timeout)
        except InvalidIPAddress:
            raise ValidationError(_("This address is not on the public internet.")) from None
        except requests.exceptions.InvalidSchema:
            raise ValidationError(_("The address must begin with http:// or https://.")) from None
        except requests.TooManyRedirects:
            raise ValidationError(_("This address leads on to too many others.")) from None
        except (requests.Timeout, urllib3.exceptions.TimeoutError):
            raise _too_slow(timeout) from None
        except FAILURES:
            raise ValidationError(_("Nothing answers at this address.")) from None


def _read(response: requests.Response, max_bytes: int, timeout: float) -> BytesIO:
    if response.status_code != requests.codes.ok:
        raise ValidationError(
            _("This address answers %(status)d, not with a picture.")
            % {"status": response.status_code}
        )
    body = BytesIO()
    deadline = time.monotonic() + timeout
    # read1() returns what has arrived: a server that sends byte after byte cannot hold us.
    while chunk := response.raw.read1(CHUNK):
        body.write(chunk)
        if body.tell() > max_bytes:
            raise ValidationError(
                _("The file is larger than %(size)d MB.") % {"size": max_bytes // 1024 // 1024}
            )
        if time.monotonic() > deadline:
            raise _too_slow(timeout)
    body.seek(0)
    return body


def _too_slow(timeout: float) -> ValidationError:
    return ValidationError(
        _("The picture did not arrive within %(seconds)g seconds.") % {"seconds": timeout}
    )
