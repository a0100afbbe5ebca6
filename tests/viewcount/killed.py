"""A command that dies in its midst: `python -m tests.viewcount.killed DELETES COMMAND …`.

It works in small batches, and kills itself with SIGKILL right after so many statements that delete;
a transaction that the last of them is in does not commit.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import django


def main(deletes: int, arguments: list[str]) -> None:
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from django_viewcount import pruning

    pruning.BATCH = 2
    sent = 0

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        nonlocal sent
        result = execute(sql, *rest)
        sent += sql.startswith("DELETE")
        if sent == deletes:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    with connection.execute_wrapper(watch):
        call_command(*arguments)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
