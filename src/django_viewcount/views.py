"""Views of pages that count, and the addresses that pages send their views to."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from .recording import count_signed, count_view
from .requested import Refusal, check, read_form, read_items, refuse
from .targets import DEFAULT_COUNTER, attribute_of

_Parameters = ParamSpec("_Parameters")
_Answer = TypeVar("_Answer")


class ViewCountMixin:
    """Count a view of a DetailView's object when its page answers 200.

    Put it before DetailView. The page shows the view that it is: the object gets `.view_count`,
    where the total is known without a query. `view_counter` names another counter than "view".
    """

    object: models.Model
    view_counter: str = DEFAULT_COUNTER

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().get(request, *args, **kwargs)  # type: ignore[misc]
        if response.status_code == 200:
            result = count_view(request, self.object, counter=self.view_counter)
            if result.views is not None:
                setattr(self.object, attribute_of(self.view_counter), result.views)
        return response


def counts_views(
    what: type[models.Model] | Callable[..., models.Model],
    key: str = "pk",
    counter: str = DEFAULT_COUNTER,
) -> Callable[[Callable[_Parameters, _Answer]], Callable[_Parameters, _Answer]]:
    """Count a view of an object when the decorated function answers 200; it may be a coroutine.

    `what` is a model, whose primary key is in the keyword argument `key` of the view; that costs no
    query, and the owner of the object is not known. Or it is a function that takes what the view
    takes and returns the object.
    """

    def count(request: HttpRequest, args: Any, kwargs: Any) -> None:
        obj = what(pk=kwargs[key]) if isinstance(what, type) else what(request, *args, **kwargs)
        count_view(request, obj, counter=counter)

    def decorator(view: Callable[_Parameters, _Answer]) -> Callable[_Parameters, _Answer]:
        if iscoroutinefunction(view):

            async def counting(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                response = await cast("Any", view)(request, *args, **kwargs)
                if response.status_code == 200:
                    await sync_to_async(count)(request, args, kwargs)
                return response

        else:

            def counting(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # type: ignore[misc]
                response = cast("Any", view)(request, *args, **kwargs)
                if response.status_code == 200:
                    count(request, args, kwargs)
                return response

        return cast("Callable[_Parameters, _Answer]", wraps(view)(counting))

    return decorator


# A token against forged requests would have to be in the page, and differ from reader to reader: no
# page could be cached. None is needed: what can be counted is signed, and counting is all there is.
@csrf_exempt
@login_not_required
def beacon_view(request: HttpRequest) -> HttpResponse:
    """Count one object that a page tells of: `target` is signed, `token` made by the page.

    The same token counts once in 24 hours. Answers 204, whether the view was counted or not; 400,
    403, 405 or 413 with a code and a reason if the request cannot be one of a page.
    """
    try:
        check(request)
        count_signed(request, [read_form(request)])
    except Refusal as refusal:
        return refuse(refusal)
    return HttpResponse(status=204)


@csrf_exempt
@login_not_required
def batch_view(request: HttpRequest) -> HttpResponse:
    """Count up to 100 objects: JSON of the form `{"views": [{"target": …, "token": …}]}`.

    Answers for each whether it was counted, and the reason: that of `count_view()`, or the code of
    what is wrong with it; the others are counted all the same.
    """
    try:
        check(request)
        items = read_items(request)
    except Refusal as refusal:
        return refuse(refusal)
    good = [item for item in items if not isinstance(item, Refusal)]
    results = iter(count_signed(request, good))
    answers = []
    for item in items:
        if isinstance(item, Refusal):
            answers.append({"counted": False, "reason": item.code, "message": item.message})
        else:
            result = next(results)
            answers.append({"counted": result.counted, "reason": result.reason.value})
    return JsonResponse({"results": answers})
