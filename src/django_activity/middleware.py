from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .conf import settings
from .context import acting_as

__all__ = ["CurrentUserMiddleware"]


class CurrentUserMiddleware:
    """Tracked models log what a request does as done by its user; by the system for a guest.

    Place it after AuthenticationMiddleware. Works under WSGI and ASGI. Costs nothing until an
    action is logged: only then the user is fetched.
    """

    sync_capable = True
    async_capable = True

    def __init__(
        self,
        get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]],
    ) -> None:
        self.get_response: Any = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self.__acall__(request)
        with acting_as(lambda: _user(request)):
            response: HttpResponseBase = self.get_response(request)
            return response

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        with acting_as(lambda: _user(request)):
            response: HttpResponseBase = await self.get_response(request)
            return response


def _user(request: HttpRequest) -> Any:
    user = getattr(request, "user", None)
    return settings.actor_for(user) if getattr(user, "is_authenticated", False) else None
