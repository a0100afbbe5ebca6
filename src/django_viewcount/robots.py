"""Is a user agent a robot?"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.http import HttpRequest

from .conf import settings

try:
    listed: Any = import_module("crawleruseragents")
except ImportError:  # the extra [bots] is not installed
    listed = None

# A user agent of any length is told by its first 1,000 characters, so that the answers that are
# kept stay small.
MAX_LENGTH = 1_000

# What robots call themselves; a Cubot is a phone.
WORDS = re.compile(
    r"(?<!cu)bots?(?![a-z])|crawl|spider|slurp|scrap(er|y)|headless|facebookexternalhit|whatsapp/"
    r"|(curl|wget|java|httpx|aiohttp|axios|node-fetch|postmanruntime)/|python|libwww|http-?client",
    re.IGNORECASE,
)


def user_agent_of(request: HttpRequest) -> str:
    """The user agent as far as it is looked at, empty if there is none."""
    text: str = request.META.get("HTTP_USER_AGENT") or ""
    return text[:MAX_LENGTH]


def is_robot(request: HttpRequest) -> bool:
    """Is this the request of a robot? No I/O; about 0.1 ms once per user agent and process, and
    1 ms for the longest.

    VIEWCOUNT_IS_ROBOT answers, where the project has set it. Else a robot is what calls itself one
    in its user agent, or is on the list of the package crawler-user-agents (the extra [bots]). A
    request without user agent is none: nothing tells that it is.
    """
    ask = settings.is_robot
    if ask is not None:
        return bool(ask(request))
    return _is_robot(user_agent_of(request))


@lru_cache(maxsize=1_024)
def _is_robot(user_agent: str) -> bool:
    if WORDS.search(user_agent):
        return True
    return listed is not None and bool(listed.is_crawler(user_agent))


def why_robot(request: HttpRequest) -> str:
    """Say what shows that this is the request of a robot."""
    if settings.is_robot is not None:
        return "VIEWCOUNT_IS_ROBOT says that this is the request of a robot."
    user_agent = user_agent_of(request)
    if word := WORDS.search(user_agent):
        return f'The user agent "{user_agent}" calls itself "{word[0]}".'
    names = [] if listed is None else listed.matching_crawlers(user_agent)
    patterns = ", ".join(listed.CRAWLER_USER_AGENTS_DATA[number]["pattern"] for number in names)
    return f'The user agent "{user_agent}" is on the list of known robots: {patterns}.'
