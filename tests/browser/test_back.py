"""Whoever comes back to a button sees what is, not what was before a click."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .buttons import Button


def keep_only(memory: str, page: Page) -> None:
    """Let the browser keep whole pages, or the answers of the server only."""
    leaving = "addEventListener('unload', () => {});" if memory == "answers" else ""
    page.add_init_script(
        f"{leaving} addEventListener('pageshow', (event) => {{"
        " sessionStorage.kept = `${sessionStorage.kept ?? ''} ${event.persisted}` })"
    )
    page.reload()


def assert_kept(memory: str, page: Page) -> None:
    kept = page.evaluate("sessionStorage.kept")
    assert ("true" in kept) == (memory == "whole pages"), kept


def go_back(page: Page, address: str) -> None:
    """Unlike `page.go_back()`, waits for no event of loading: a page that was kept has none."""
    # Once the call has been answered: going back takes away the page that answers it.
    page.evaluate("() => { setTimeout(() => history.back()) }")
    page.wait_for_url(f"**{address}", wait_until="commit")


@pytest.mark.parametrize("memory", ["whole pages", "answers"])
def test_back_to_a_button_that_was_clicked(button, memory):
    page = button.page
    keep_only(memory, page)
    button.named(button.off).click()
    button.is_on()
    page.goto("/images/ranking/")
    go_back(page, button.address)
    button.is_on()
    assert_kept(memory, page)


@pytest.mark.parametrize("memory", ["whole pages", "answers"])
def test_back_to_a_button_that_was_clicked_elsewhere(button, memory):
    """Here the page itself cannot know: in another tab, or on another page, it was clicked."""
    page = button.page
    keep_only(memory, page)
    page.goto("/images/ranking/")
    other = Button(**{**vars(button), "page": page.context.new_page()})
    other.page.goto(button.address)
    other.named(button.off).click()
    other.is_on()
    go_back(page, button.address)
    button.is_on()
    assert_kept(memory, page)
