from __future__ import annotations

import sys

from . import farm, guarded

if sys.argv[1] == "nodes":
    farm.guard()
else:
    guarded.guard(sys.argv[1])
