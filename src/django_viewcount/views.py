from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponseBase

from .api import count_view


class ViewCountMixin:
    """Count a view of a DetailView's object when its page answers 200.

    Put it before DetailView. The page shows the view that it is: the object gets `.view_count`.
    """

    object: models.Model

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().get(request, *args, **kwargs)  # type: ignore[misc]
        if response.status_code == 200:
            result = count_view(request, self.object)
            if result.views is not None:
                self.object.view_count = result.views  # type: ignore[attr-defined]
        return response
