from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from bookmarks.pages import MemberRequest, Refusal, page, safe_next, turn_page, wants_json
from django_viewcount.api import attach_views, count_view, get_views, most_viewed

from . import services
from .forms import ImageForm
from .models import Image

ACTIONS: dict[str, Callable[[User, Image], object]] = {
    "like": services.like,
    "unlike": services.unlike,
}


@login_not_required
@page("GET")
def image_list(request: HttpRequest) -> HttpResponse:
    pictures = turn_page(request, Image.objects.select_related("user"), size=24)
    attach_views(pictures)
    return render(request, "images/list.html", {"pictures": pictures})


@page("GET", "POST")
def create(request: MemberRequest) -> HttpResponse:
    sent = request.method == "POST"
    form = ImageForm(request.POST if sent else None, request.FILES if sent else None)
    if form.is_valid():
        image = form.bookmark(request.user)
        messages.success(request, "Your picture is on the site.")
        return redirect(image)
    return render(request, "images/create.html", {"form": form}, status=400 if sent else 200)


@login_not_required
@page("GET")
def detail(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    image = get_object_or_404(Image.objects.select_related("user__profile"), pk=pk)
    if slug != image.slug:
        return redirect(image, permanent=True)
    views = count_view(request, image).views
    liked = image.users_like.filter(pk=request.user.pk).exists() if request.user.pk else False
    context = {
        "image": image,
        "views": get_views(image) if views is None else views,
        "liked": liked,
        "likers": image.users_like.filter(is_active=True).select_related("profile")[:12],
    }
    return render(request, "images/detail.html", context)


@login_not_required
@page("GET")
def ranking(request: HttpRequest) -> HttpResponse:
    top = most_viewed(Image.objects.select_related("user"), limit=10)
    return render(request, "images/ranking.html", {"top": top})


@login_not_required  # answers for itself: a script must get 401, not a sign-in page
@page("POST")
def like(request: HttpRequest) -> HttpResponseBase:
    """Like or unlike a picture, as the client states; never a toggle."""
    if not request.user.is_authenticated:
        if wants_json(request):
            raise Refusal(401, "Sign in to like pictures.")
        return redirect_to_login(safe_next(request, reverse("images:list")))
    action = ACTIONS.get(request.POST.get("action", ""))
    if action is None:
        raise Refusal(400, "action must be like or unlike.")
    image = find(request.POST.get("id", ""))
    action(request.user, image)
    if not wants_json(request):
        return redirect(safe_next(request, image.get_absolute_url()))
    image.refresh_from_db(fields=["total_likes"])
    liked = action is services.like
    return JsonResponse({"status": "ok", "liked": liked, "total_likes": image.total_likes})


def find(pk: str) -> Image:
    """The picture with this id, as somebody sent it."""
    try:
        return Image.objects.get(pk=pk)
    except ValueError:
        raise Refusal(400, "id is not the number of a picture.") from None
    except Image.DoesNotExist:
        raise Refusal(404, "There is no picture with this id.") from None
