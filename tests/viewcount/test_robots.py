from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from django_viewcount import robots
from django_viewcount.robots import MAX_LENGTH, _is_robot, is_robot, user_agent_of, why_robot

PEOPLE = [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 "
    "Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 10; Cubot X30) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile",
    "Opera/9.80 (J2ME/MIDP; Opera Mini/9.80) Presto/2.12.423 Version/12.16",
    "",
]
ROBOTS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "Mozilla/5.0 (compatible; Nobody-Has-Listed-This-Bot/0.1)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/129.0.0.0 Safari/537.36",
    "facebookexternalhit/1.1",
    "WhatsApp/2.23.20.0",
    "curl/8.5.0",
    "Wget/1.21",
    "python-requests/2.32.3",
    "Python/3.12 aiohttp/3.9.1",
    "Scrapy/2.11",
    "Java/17.0.2",
    "Mozilla/5.0 (compatible; Baiduspider/2.0)",
]
LISTED = ["Mozilla/5.0 (compatible; Nikto/2.1.6)", "okhttp/4.9.0", "Go-http-client/1.1"]


def request_of(user_agent: str | None) -> HttpRequest:
    headers = {} if user_agent is None else {"User-Agent": user_agent}
    return RequestFactory().get("/", headers=headers)


@pytest.fixture
def without_list(monkeypatch: pytest.MonkeyPatch) -> Any:
    """As if the extra [bots] was not installed."""
    monkeypatch.setattr(robots, "listed", None)
    _is_robot.cache_clear()
    yield
    _is_robot.cache_clear()


@pytest.mark.parametrize("user_agent", PEOPLE)
def test_people(user_agent: str) -> None:
    assert not is_robot(request_of(user_agent))


@pytest.mark.parametrize("user_agent", [*ROBOTS, *LISTED])
def test_robots(user_agent: str) -> None:
    assert is_robot(request_of(user_agent))


@pytest.mark.parametrize("user_agent", ROBOTS)
def test_robots_that_say_so_need_no_list(user_agent: str, without_list: None) -> None:
    request = request_of(user_agent)

    assert is_robot(request)
    assert "calls itself" in why_robot(request)


@pytest.mark.parametrize("user_agent", PEOPLE)
def test_people_need_no_list(user_agent: str, without_list: None) -> None:
    assert not is_robot(request_of(user_agent))


def test_a_request_without_user_agent_is_no_robot() -> None:
    assert not is_robot(request_of(None))


def test_why_names_the_word_or_the_pattern() -> None:
    assert (
        why_robot(request_of("curl/8.5.0")) == 'The user agent "curl/8.5.0" calls itself "curl/".'
    )
    assert "list of known robots: Nikto" in why_robot(request_of(LISTED[0]))


def test_the_project_may_know_better(settings: Any) -> None:
    settings.VIEWCOUNT_IS_ROBOT = lambda request: request.META.get("HTTP_X_SCORE") == "1"
    person, robot = request_of(ROBOTS[0]), request_of(PEOPLE[0])
    robot.META["HTTP_X_SCORE"] = "1"

    assert not is_robot(person)
    assert is_robot(robot)
    assert "VIEWCOUNT_IS_ROBOT" in why_robot(robot)


def test_a_huge_user_agent_is_cut() -> None:
    request = request_of("x" * 100_000 + "bot")

    assert len(user_agent_of(request)) == MAX_LENGTH
    assert not is_robot(request)
    assert "x" * (MAX_LENGTH + 1) not in why_robot(request_of("bot " + "x" * 100_000))


def test_answers_are_kept_and_their_number_is_bounded() -> None:
    _is_robot.cache_clear()
    for _ in range(3):
        is_robot(request_of(PEOPLE[0]))

    kept = _is_robot.cache_info()
    assert (kept.hits, kept.misses) == (2, 1)
    assert kept.maxsize is not None
