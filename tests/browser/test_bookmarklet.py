"""The link that members keep among their bookmarks, on a page of another site."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .elsewhere import serving

# What a browser does with a bookmark: follow it on the page that it shows.
FOLLOW = """script => {
  const link = document.createElement("a");
  link.href = script;
  document.body.append(link);
  link.click();
  link.remove();
}"""


def test_bookmarklet(enter):
    ann = enter("ann", also="http://127.0.0.1:")
    ann.goto("/images/new/")
    link = ann.get_by_role("link", name="Add to Bookmarks")
    link.click()  # here it does nothing but say so
    expect(link).to_have_attribute("title", re.compile("Drag the link to your bookmarks"))
    script = link.get_attribute("href")

    with serving() as elsewhere:
        page = ann.context.new_page()
        page.goto(elsewhere)
        page.evaluate(FOLLOW, script)
        chooser = page.get_by_role("dialog")
        expect(chooser.get_by_role("button", name="Close")).to_be_focused()
        expect(chooser.get_by_role("link")).to_have_count(2)  # the third is an icon

        with ann.context.expect_page() as opened:
            chooser.get_by_role("link", name="A red field").click()
        form = opened.value
        expect(form.get_by_label("Address of the picture")).to_have_value(f"{elsewhere}/red.png")
        expect(form.get_by_label("Title")).to_have_value("A red field")
        form.get_by_role("button", name="Add it").click()
        expect(form.get_by_role("heading", level=1)).to_have_text("A red field")

        chooser.get_by_role("button", name="Close").click()
        expect(chooser).to_have_count(0)
        page.evaluate(FOLLOW, script)
        expect(chooser).to_be_visible()
        page.evaluate(FOLLOW, script)  # once more, and it is away
        expect(chooser).to_have_count(0)
