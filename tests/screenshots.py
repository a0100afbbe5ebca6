"""Take the pictures of the example site that README and docs show: python -m tests.screenshots.

Each page at the width of a desktop, by day, and of a phone, by night.
"""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.browser.running import ARGUMENTS, browser_agent, chromium_path, manage, running
from tests.servers import ROOT

IMAGES = ROOT / "docs" / "images"
PAGES = {
    "home": "/",
    "picture": "/images/{picture}/x/",
    "ranking": "/images/ranking/",
    "member": "/people/mateo/",
}
SIZES = {"desktop": (1280, 800, "light"), "phone": (390, 844, "dark")}
MEMBER, PASSWORD = "ann", "timehut"


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="screenshots-") as directory:
        data = Path(directory)
        manage(data, "migrate", "-v0")
        manage(data, "seed")
        with running(data) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
            for name, (width, height, scheme) in SIZES.items():
                take(browser, site, name, width, height, scheme)
            browser.close()


def take(browser: Browser, site: str, size: str, width: int, height: int, scheme: str) -> None:
    context = browser.new_context(
        base_url=site,
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        user_agent=browser_agent(browser),
    )
    page = context.new_page()
    page.goto("/login/")
    page.fill("#id_username", MEMBER)
    page.fill("#id_password", PASSWORD)
    page.click("main button")
    page.goto("/images/ranking/")
    picture = page.locator(".ranking h2 a").first.get_attribute("href").split("/")[2]
    for name, path in PAGES.items():
        page.goto(path.format(picture=picture), wait_until="networkidle")
        with Image.open(BytesIO(page.screenshot())) as shot:
            shot.save(IMAGES / f"{name}-{size}.webp", quality=70, method=6)
    context.close()


if __name__ == "__main__":
    main()
