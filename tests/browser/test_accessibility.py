from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

PATHS = ["/", "/people/", "/images/", "/images/new/", "/images/ranking/", "/profile/"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_a_rule(join, upload, scheme):
    name = f"wes-{scheme}"
    page = join(name, color_scheme=scheme)
    picture = upload(page, "Low tide")

    for path in [*PATHS, f"/people/{name}/", picture]:
        assert page.goto(path).ok, path
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"


@pytest.mark.parametrize("path", ["/login/", "/register/", "/people/", "/images/"])
def test_for_guests_too(open_browser, path):
    page = open_browser()
    page.goto(path)

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()
