from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from socket import SHUT_RDWR, socket
from threading import Lock, Timer
from urllib.parse import urljoin

import requests
import urllib3
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

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
    the server's own network must not be readable through this form. `timeout` is how many seconds
    all of it may take, redirects included. `allow_loopback` is for tests. Raises ValidationError,
    with the reason in words.
    """
    config = Config(
        ip_filter_enable=True,
        ip_filter_allow_loopback_ips=allow_loopback,
        never_redirect=False,
        default_timeout=(timeout, timeout),
        user_agent_override="bookmarks-site/1.0",
    )
    with Deadline(timeout) as deadline, Session(config, deadline) as session:
        try:
            picture = _follow(session, address, max_bytes)
        except InvalidIPAddress:
            raise ValidationError(_("This address is not on the public internet.")) from None
        except requests.exceptions.InvalidSchema:
            raise ValidationError(_("The address must begin with http:// or https://.")) from None
        except (requests.Timeout, urllib3.exceptions.TimeoutError):
            raise _too_slow(timeout) from None
        except FAILURES:
            if deadline.passed:
                raise _too_slow(timeout) from None
            raise ValidationError(_("Nothing answers at this address.")) from None
        if deadline.passed:  # without a length, what was cut off looks complete
            raise _too_slow(timeout)
        return picture


def _follow(session: Session, address: str, max_bytes: int) -> BytesIO:
    for _hop in range(MAX_REDIRECTS + 1):
        with session.get(address, stream=True) as response:
            onward = HTTPSession.get_redirect_target(session, response)
            if onward is None:
                return _read(response, max_bytes)
            address = urljoin(response.url, onward)
    raise ValidationError(_("This address leads on to too many others."))


class Session(HTTPSession):  # type: ignore[misc]  # it is untyped
    """Requests whose connections end at a deadline, and that stay where they are sent."""

    def __init__(self, config: Config, deadline: Deadline) -> None:
        super().__init__(config)
        self.trust_env = False  # a proxy would resolve the name itself, past the check
        self.headers["Accept-Encoding"] = "identity"  # compressed sizes would deceive the limit
        for adapter in self.adapters.values():
            adapter.poolmanager.pool_classes_by_scheme = pools(deadline)

    def get_redirect_target(self, response: requests.Response) -> None:
        """Nowhere: before requests goes on, it reads and unpacks whatever the answer holds."""


class Deadline:
    """Ends the connections of a download when its time is over.

    The timeouts of sockets do not: they begin anew with every byte that comes, and there are many
    places for a server to send one now and then, from the handshake to the body.
    """

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._lock = Lock()
        self._timer = Timer(seconds, self._end)
        self._twins: list[socket] = []

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()
        self._timer.join()
        for twin in self._twins:
            twin.close()

    def watch(self, connection: socket) -> socket:
        """Return a new connection, which is to end in time. Raises TimeoutError after that."""
        with self._lock:
            if self.passed:
                connection.close()
                raise TimeoutError
            # A duplicate shuts down the same connection, also once TLS has taken over the original.
            self._twins.append(connection.dup())
        return connection

    def _end(self) -> None:
        with self._lock:
            self.passed = True
            for twin in self._twins:
                with suppress(OSError):  # the other side was faster
                    twin.shutdown(SHUT_RDWR)


def pools(deadline: Deadline) -> dict[str, type[HTTPConnectionPool]]:
    """Connection pools of urllib3, by scheme, whose connections a deadline watches."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket:
            return deadline.watch(super()._new_conn())

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket:
            return deadline.watch(super()._new_conn())

    class Pool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": Pool, "https": SecurePool}


def _read(response: requests.Response, max_bytes: int) -> BytesIO:
    if response.status_code != requests.codes.ok:
        raise ValidationError(
            _("This address answers %(status)d, not with a picture.")
            % {"status": response.status_code}
        )
    body = BytesIO()
    while chunk := response.raw.read1(CHUNK):
        body.write(chunk)
        if body.tell() > max_bytes:
            raise ValidationError(
                _("The file is larger than %(size)d MB.") % {"size": max_bytes // 1024 // 1024}
            )
    body.seek(0)
    return body


def _too_slow(timeout: float) -> ValidationError:
    return ValidationError(
        _("The picture did not arrive within %(seconds)g seconds.") % {"seconds": timeout}
    )
