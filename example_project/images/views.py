from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from account.privacy import hidden_from
from bookmarks.pages import MemberRequest, Refusal, page, safe_next, turn_page, wants_json
from django_viewcount.api import attach_views, count_view, get_views, most_viewed, series
from django_viewcount.rendering import sparkline

from . import services
from .bookmarklet import bookmarklet
from .forms import ImageForm
from .models import Image, ImageQuerySet

ACTIONS: dict[str, Callable[[User, Image], object]] = {
    "like": services.like,
    "unlike": services.unlike,
}
MOST_OF_MINE = 100
PERIODS = {
    "day": gettext_lazy("Today"),
    "week": gettext_lazy("This week"),
    "all": gettext_lazy("All time"),
    "trending": gettext_lazy("Trending"),
}


@login_not_required
@page("GET")
def image_list(request: HttpRequest) -> HttpResponse:
    pictures = turn_page(request, pictures_for(request.user), size=24)
    attach_views(pictures)
    return render(request, "images/list.html", {"pictures": pictures})


@page("GET", "POST")
def create(request: MemberRequest) -> HttpResponse:
    """Bookmark a picture; the address and title of one may come with the request."""
    sent = request.method == "POST"
    given = {name: request.GET.get(name, "") for name in ("url", "title")}
    form = ImageForm(request.POST if sent else None, request.FILES if sent else None, initial=given)
    if form.is_valid():
        image = form.bookmark(request.user)
        messages.success(request, _("Your picture is on the site."))
        return redirect(image)
    here = request.build_absolute_uri(request.path)
    context = {"form": form, "given": given, "bookmarklet": bookmarklet(here)}
    return render(request, "images/create.html", context, status=400 if sent else 200)


@login_not_required
@page("GET")
def detail(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    visible = Image.objects.visible_to(request.user).select_related("user__profile")
    image = get_object_or_404(visible, pk=pk)
    if slug != image.slug:
        return redirect(image, permanent=True)
    views = count_view(request, image).views
    days = series(image, days=30)
    liked = image.users_like.filter(pk=request.user.pk).exists() if request.user.pk else False
    likers = image.users_like.exclude(pk__in=hidden_from(request.user))
    context = {
        "image": image,
        "views": get_views(image) if views is None else views,
        "visitors": sum(day.uniques or 0 for day in days),
        "sparkline": sparkline(days),
        "liked": liked,
        "likers": likers.select_related("profile")[:12],
    }
    return render(request, "images/detail.html", context)


@page("POST")
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    image = get_object_or_404(Image, pk=pk)
    if image.user != request.user:
        raise Refusal(403, _("This picture is somebody else's."))
    try:
        services.delete(image)
    except Image.DoesNotExist:  # somebody was faster
        raise Http404 from None
    messages.success(request, _("“%(title)s” is deleted.") % {"title": image.title})
    return redirect("user_detail", request.user.username)


@login_not_required
@page("GET")
def ranking(request: HttpRequest) -> HttpResponse:
    period = request.GET.get("period", "week")
    if period not in PERIODS:
        raise Refusal(400, _("Rankings are of: %(periods)s.") % {"periods": ", ".join(PERIODS)})
    pictures = pictures_for(request.user)
    context = {
        # A time shows what was seen in it, a trend the totals.
        "top": most_viewed(pictures, period, limit=10, totals=period == "trending"),
        "period": period,
        "periods": PERIODS,
    }
    return render(request, "images/ranking.html", context)


@page("GET")
def mine(request: MemberRequest) -> HttpResponse:
    """What a member has bookmarked lately, the most viewed first."""
    pictures: Any = Image.objects.filter(user=request.user).select_related("user")[:MOST_OF_MINE]
    top = sorted(attach_views(pictures), key=attrgetter("view_count"), reverse=True)
    return render(request, "images/mine.html", {"top": top})


@login_not_required  # answers for itself: a script must get 401, not a sign-in page
@page("POST")
def like(request: HttpRequest) -> HttpResponseBase:
    """Like or unlike a picture, as the client states; never a toggle."""
    if not request.user.is_authenticated:
        if wants_json(request):
            raise Refusal(401, _("Sign in to like pictures."))
        return redirect_to_login(safe_next(request, reverse("images:list")))
    action = ACTIONS.get(request.POST.get("action", ""))
    if action is None:
        raise Refusal(400, _("action must be like or unlike."))
    try:
        image = find(request.user, request.POST.get("id", ""))
        action(request.user, image)
        image.refresh_from_db(fields=["total_likes"])
    except Image.DoesNotExist:  # from the start, or since a moment ago
        raise Refusal(404, _("There is no picture with this id.")) from None
    if not wants_json(request):
        return redirect(safe_next(request, image.get_absolute_url()))
    liked = action is services.like
    return JsonResponse({"status": "ok", "liked": liked, "total_likes": image.total_likes})


def pictures_for(viewer: Any) -> ImageQuerySet:
    """The pictures that a viewer may see, with whose they are."""
    return Image.objects.visible_to(viewer).select_related("user")


def find(viewer: User, pk: str) -> Image:
    """The picture with this id, as somebody sent it. Raises Image.DoesNotExist."""
    try:
        return Image.objects.visible_to(viewer).get(pk=pk)
    except ValueError:
        raise Refusal(400, _("id is not the number of a picture.")) from None
