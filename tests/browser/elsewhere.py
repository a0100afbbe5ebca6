"""Another site: a page with three pictures, two of them large, and nothing of ours."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

from PIL import Image

PAGE = b"""<!doctype html><html lang="en"><title>A gallery</title>
<link rel="icon" href="data:,"><h1>A gallery</h1>
<img src="/red.png" alt="A red field"><img src="/blue.png" alt=""><img src="/icon.png" alt="">
</html>"""
SIDES = {"red": 400, "blue": 300, "icon": 32}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name = self.path.strip("/").removesuffix(".png")
        if not name:
            self.answer(200, "text/html", PAGE)
        elif name in SIDES:
            buffer = BytesIO()
            color = "black" if name == "icon" else name
            Image.new("RGB", (SIDES[name], SIDES[name]), color).save(buffer, "PNG")
            self.answer(200, "image/png", buffer.getvalue())
        else:
            self.answer(404, "text/plain", b"Nothing")

    def answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[str]:
    """Run the site on this machine; gives its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
