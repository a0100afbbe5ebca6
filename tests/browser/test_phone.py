"""Every page at the width of a phone: nothing is too wide, or too small for a finger."""

from __future__ import annotations

import pytest

from .pages import VIEWERS, show

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# What is too small: 44 px high for buttons, 24 px for the rest. As in WCAG 2.5.8, links inside a
# sentence and those that have a larger twin with the same target may be smaller.
FIND_SMALL = """() => {
  const small = [];
  for (const one of document.querySelectorAll("a, button, input, select, summary, textarea")) {
    const box = one.getBoundingClientRect();
    if (!one.checkVisibility() || one.closest(".visually-hidden, .skip-link")) continue;
    if (one.type === "hidden" || one.getAttribute("aria-hidden")) continue;
    const words = [...one.parentElement.childNodes].filter((node) => node !== one);
    const sentence = words.some((node) => node.textContent.trim());
    if (getComputedStyle(one).display === "inline" && sentence) continue;
    const least = one.matches("button, summary, select, [class~=button], .follow-button") ? 44 : 24;
    const label = one.matches("[type=checkbox]") && one.labels[0]?.getBoundingClientRect();
    const height = Math.max(box.height, label?.height ?? 0);
    const width = label ? label.right - box.left : box.width;
    if (height < least || width < least) {
      small.push(`${one.outerHTML.slice(0, 150)} is ${width} x ${height}`);
    }
  }
  return small;
}"""


def faults(page) -> list[str]:
    width = page.evaluate("document.documentElement.scrollWidth")
    wide = [f"is {width} px wide"] if width > 390 else []
    return [f"{page.url}: {fault}" for fault in [*wide, *page.evaluate(FIND_SMALL)]]


@pytest.mark.parametrize("name", VIEWERS)
def test_pages(open_browser, enter, name):
    page = enter(name, watched=False, **PHONE) if name else open_browser(watched=False, **PHONE)
    found = []
    for path, status in VIEWERS[name]:
        show(page, path, status)
        found += faults(page)
    assert not found, "\n".join(found)


def test_open_menu(enter):
    page = enter("iris", **PHONE)
    page.goto("/people/mateo/")
    page.locator("main summary").tap()
    assert faults(page) == []


def test_errors(open_browser):
    page = open_browser(watched=False, **PHONE)
    page.goto("/register/")
    page.locator("main form").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Create my account").tap()
    page.locator(".errorlist").first.wait_for()
    assert faults(page) == []
