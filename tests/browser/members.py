"""What members do in passing, where another thing is tested."""

from __future__ import annotations

import io
import re
from typing import Any

from PIL import Image
from playwright.sync_api import APIResponse, Page

PASSWORD = "timehut"  # of whoever is on the site from its beginning
OWN_PASSWORD = "7 gleaming plums"  # of whoever joins later


def send(page: Page, path: str, **fields: Any) -> APIResponse:
    """Send a form of the site as the member of this page, who goes on being where they are."""
    tokens = [cookie for cookie in page.context.cookies() if cookie["name"] == "csrftoken"]
    fields["csrfmiddlewaretoken"] = tokens[0]["value"]
    answer = page.request.post(path, multipart=fields, max_redirects=0)
    assert answer.status == 302, re.findall(r"(?s)<ul class=.errorlist.*?</ul>", answer.text())
    return answer


def picture_file(color: str = "teal") -> dict[str, Any]:
    buffer = io.BytesIO()
    Image.new("RGB", (320, 240), color).save(buffer, "PNG")
    return {"name": "picture.png", "mimeType": "image/png", "buffer": buffer.getvalue()}


def upload(page: Page, title: str) -> str:
    """Put a picture on the site as the member of this page; return the path of its own page."""
    return send(page, "/images/new/", title=title, image=picture_file()).headers["location"]


def follow_from_list(page: Page, username: str) -> None:
    page.goto("/people/?order=newest")
    page.get_by_role("button", name=f"Follow {username}", exact=True).click()
    page.get_by_role("button", name=f"Unfollow {username}", exact=True).wait_for()
    page.locator("[data-busy]").wait_for(state="detached")
