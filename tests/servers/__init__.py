"""Start real servers for the tests, on loopback and in temporary directories.

Every server belongs to a guard: a process of its own that waits at the end of a pipe. However the
run ends, kill -9 included, the pipe closes; the guard then stops its servers and removes their
files. A guard can be tried by hand: `python -m tests.servers postgresql`, and Ctrl-D to stop.

`postgresql()`, `mariadb()` and `valkey()` give the URL of one server for a whole run; `nodes()`
makes servers of a test's own, to be stopped and killed: alone, as a cluster, or behind Sentinel.
"""

from __future__ import annotations

from .farm import Farm, Node, nodes, until
from .guarded import (
    ROOT,
    SERVERS,
    ServerNotFound,
    chromium,
    die_with_parent,
    mariadb,
    postgresql,
    valkey,
)
from .topologies import Watched, cluster, sentinel

__all__ = [
    "ROOT",
    "SERVERS",
    "Farm",
    "Node",
    "ServerNotFound",
    "Watched",
    "chromium",
    "cluster",
    "die_with_parent",
    "mariadb",
    "nodes",
    "postgresql",
    "sentinel",
    "until",
    "valkey",
]
