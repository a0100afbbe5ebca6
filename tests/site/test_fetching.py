"""Downloads against a real server on loopback, which the site itself must refuse to read."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from images import fetching
from images.fetching import fetch_picture
from images.models import Image

from .conftest import picture_bytes

PICTURE = picture_bytes()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        getattr(self, f"send_{self.path.strip('/').split('/')[0]}", self.send_missing)()

    def answer(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_missing(self) -> None:
        self.answer(b"", 404)

    def send_picture(self) -> None:
        self.answer(PICTURE)

    def send_text(self) -> None:
        self.answer(b"hello")

    def send_home(self) -> None:
        self.answer(b"", 302, Location="/picture")

    def send_loop(self) -> None:
        self.answer(b"", 302, Location="/loop")

    def send_file(self) -> None:
        self.answer(b"", 302, Location="file:///etc/passwd")

    def send_private(self) -> None:
        self.answer(b"", 302, Location="http://10.0.0.1/picture")

    def send_large(self) -> None:
        self.answer(bytes(6 * 1024 * 1024))

    def send_endless(self) -> None:
        """No length is given: only counting what arrives can end it."""
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(bytes(65536))
        except OSError:
            return

    def send_slowly(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(100):
                self.wfile.write(b"x")
                time.sleep(0.1)
        except OSError:
            return

    def drip(self, data: bytes) -> None:
        """Never so long silent that a socket loses patience, and at an end after some seconds."""
        with suppress(OSError):
            for byte in data:
                self.wfile.write(bytes([byte]))
                time.sleep(0.1)

    def send_headers(self) -> None:
        self.drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 30)
        self.wfile.write(b"\r\nContent-Length: 0\r\n\r\n")

    def send_interim(self) -> None:
        with suppress(OSError):
            for _ in range(30):
                self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                time.sleep(0.1)
            self.answer(PICTURE)

    def send_chunks(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        self.drip(b"1;" + b"x" * 30 + b"\r\nx\r\n0\r\n\r\n")

    def send_onward(self) -> None:
        self.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: /picture\r\n\r\n")
        try:
            for _ in range(2000):
                self.wfile.write(bytes(65536))
        except OSError:
            self.server.hung_up.set()

    def send_nowhere(self) -> None:
        self.answer(b"", 302)

    def send_silence(self) -> None:
        time.sleep(2)

    def log_message(self, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args: object) -> None:
        """A client that hangs up in the middle is what these tests are about."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.asked, server.hung_up = [], threading.Event()
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}"


@pytest.mark.parametrize("path", ["/picture", "/home"])
def test_picture(address: str, path: str) -> None:
    assert fetch_picture(address + path, allow_loopback=True).read() == PICTURE


def test_what_comes_with_a_redirect_is_not_read(server: Server, address: str) -> None:
    assert fetch_picture(f"{address}/onward", allow_loopback=True).read() == PICTURE
    assert server.hung_up.wait(30)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"]
)
def test_own_machine_is_refused(server: Server, host: str) -> None:
    with pytest.raises(ValidationError, match="not on the public internet|Nothing answers"):
        fetch_picture(f"http://{host}:{server.server_port}/picture")
    assert server.asked == []


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "[::1]",
        "[fd00::1]",
    ],
)
def test_private_networks_are_refused(host: str) -> None:
    with pytest.raises(ValidationError, match="not on the public internet|Nothing answers"):
        fetch_picture(f"http://{host}/")


def test_redirect_is_checked_too(address: str) -> None:
    with pytest.raises(ValidationError, match="not on the public internet"):
        fetch_picture(f"{address}/private", allow_loopback=True)


def test_redirect_from_outside_to_loopback(server: Server, address: str, monkeypatch) -> None:
    """The first address passes the check as if it were public; where it leads to does not."""
    from requests_hardened import ip_filter_adapter

    real = ip_filter_adapter.filter_host
    hosts = []

    def outside_first(hostname: str, port: int, *, allow_loopback: bool) -> str:
        hosts.append(hostname)
        return real(hostname, port, allow_loopback=len(hosts) == 1)

    monkeypatch.setattr(ip_filter_adapter, "filter_host", outside_first)
    with pytest.raises(ValidationError, match="not on the public internet"):
        fetch_picture(f"{address}/home")
    assert server.asked == ["/home"]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.com/p", "gopher://example.com/"]
)
def test_other_schemes(url: str) -> None:
    with pytest.raises(ValidationError, match="must begin with http"):
        fetch_picture(url)


@pytest.mark.parametrize(
    "url",
    ["http://", "http:///p", "http://[", "http://" + "a" * 64 + ".test/", "http://a.invalid/"],
)
def test_nonsense(url: str) -> None:
    with pytest.raises(ValidationError):
        fetch_picture(url)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/missing", "answers 404"),
        ("/loop", "too many others"),
        ("/file", "must begin with http"),
        ("/large", "larger than 5 MB"),
        ("/endless", "larger than 5 MB"),
        ("/slowly", "within 0.5 seconds"),
        ("/silence", "within 0.5 seconds"),
        ("/headers", "within 0.5 seconds"),
        ("/interim", "within 0.5 seconds"),
        ("/chunks", "within 0.5 seconds"),
        ("/nowhere", "answers 302"),
    ],
)
def test_refusals(address: str, path: str, reason: str) -> None:
    start = time.monotonic()
    with pytest.raises(ValidationError, match=reason):
        fetch_picture(address + path, timeout=0.5, allow_loopback=True)
    assert time.monotonic() - start < 3


def test_closed_port(address: str, server: Server) -> None:
    server.server_close()
    with pytest.raises(ValidationError, match="Nothing answers|within"):
        fetch_picture(f"{address}/picture", timeout=0.5, allow_loopback=True)


@pytest.fixture
def near(monkeypatch) -> None:
    """Let the form read loopback addresses, which stand for the public internet here."""
    real = fetching.fetch_picture
    monkeypatch.setattr("images.forms.fetch_picture", lambda url: real(url, allow_loopback=True))


@pytest.mark.usefixtures("near")
def test_form_keeps_the_picture(signed_in: Client, address: str) -> None:
    data = {"title": "From elsewhere", "url": f"{address}/picture"}
    assert signed_in.post("/images/new/", data).status_code == 302
    image = Image.objects.get()
    assert (image.url, image.width) == (data["url"], 40)


@pytest.mark.usefixtures("near")
@pytest.mark.parametrize("path", ["/text", "/missing"])
def test_form_says_why_not(signed_in: Client, address: str, path: str) -> None:
    data = {"title": "From elsewhere", "url": address + path}
    response = signed_in.post("/images/new/", data)
    assert response.status_code == 400
    assert 'aria-describedby="id_url_helptext id_url_error"' in response.content.decode()


def test_nothing_is_fetched_for_a_form_with_other_errors(
    signed_in: Client, server: Server, address: str, near: None
) -> None:
    signed_in.post("/images/new/", {"title": "", "url": f"{address}/picture"})
    assert server.asked == []
