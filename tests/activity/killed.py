"""A command that dies in its midst: `python -m tests.activity.killed WRITES COMMAND …`.

It kills itself with SIGKILL right after so many statements that delete or update; a transaction
that the last of them is in does not commit.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import django
from django.conf import settings


def main(writes: int, arguments: list[str]) -> None:
    settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    sent = 0

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        nonlocal sent
        result = execute(sql, *rest)
        sent += sql.startswith(("DELETE", "UPDATE"))
        if sent == writes:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    with connection.execute_wrapper(watch):
        call_command(*arguments)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
