from __future__ import annotations

import inspect

from django_viewcount import api

WITHOUT_IO = {"health", "with_views"}


def test_every_function_that_does_io_has_an_async_twin() -> None:
    functions = {
        name for name in api.__all__ if inspect.isfunction(getattr(api, name)) and name[0].islower()
    }

    assert functions - WITHOUT_IO == {name for name in functions if f"a{name}" in api.__all__}
