from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import quote

from django.utils.translation import gettext as _

SCRIPT = Path(__file__).with_name("bookmarklet.js")
INDENT = re.compile(r"^\s+", re.MULTILINE)


def bookmarklet(address: str) -> str:
    """A link that, kept among a browser's bookmarks, offers the pictures of any page.

    Whatever is chosen is opened at `address`, with its own address and title. The whole script is
    in the link: a page's policy could forbid to load it from here.
    """
    words = {
        "address": address,
        "none": _("There are no large pictures on this page."),
        "close": _("Close"),
    }
    script = _source().replace("WORDS", json.dumps(words))
    return "javascript:" + quote(script, safe="()[]{}=>.,;:'/*+!?&|<")


@cache
def _source() -> str:
    lines = SCRIPT.read_text().splitlines()
    return INDENT.sub("", "\n".join(line for line in lines if not line.startswith("//")))
