from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from bookmarks.pages import MemberRequest, Refusal, page, turn_page

from . import streams
from .forms import ProfileForm
from .models import Profile
from .privacy import hidden_from

ORDERS: dict[str, tuple[Any, ...]] = {
    "followed": (F("follow_count__followers").desc(nulls_last=True), "-pk"),
    "newest": ("-date_joined", "-pk"),
}
LONGEST_SEARCH = 100


@page("GET", "POST")
def profile_edit(request: MemberRequest) -> HttpResponse:
    # Members made by createsuperuser have no profile until they first edit it.
    profile = Profile.objects.filter(user=request.user).first() or Profile(user=request.user)
    sent = request.method == "POST"
    form = ProfileForm(
        request.POST if sent else None, request.FILES if sent else None, instance=profile
    )
    if form.is_valid():
        form.save()
        messages.success(request, _("Your profile is saved."))
        return redirect("user_detail", request.user.username)
    return render(request, "account/edit.html", {"form": form}, status=400 if sent else 200)


@page("GET", "POST")
def dashboard(request: MemberRequest, name: str = "around") -> HttpResponse:
    """What happened around a member, or to them; POST says down from where they have read it."""
    if request.method == "POST":
        streams.mark_read(request.user, name, request.POST.get("cursor", ""))
        return redirect(request.path)
    context = streams.news_page(request.user, name, request.GET.get("before", ""))
    return render(request, "account/dashboard.html", {"name": name, **context})


@page("GET")
def news(request: MemberRequest, name: str) -> HttpResponse:
    """How much came since a page was shown, for its script."""
    since = request.GET.get("since", "")
    return JsonResponse({"new": streams.count_news(request.user, name, since)})


@login_not_required
@page("GET")
def user_list(request: HttpRequest) -> HttpResponse:
    order = request.GET.get("order", "followed")
    if order not in ORDERS:
        raise Refusal(400, _("People can be put in order by followed or by newest."))
    wanted = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    found = named(members(), wanted).order_by(*ORDERS[order])
    people = turn_page(request, found, size=20)
    context = {"people": people, "order": order, "wanted": wanted}
    return render(request, "account/user_list.html", context)


@login_not_required
@page("GET")
def user_detail(request: HttpRequest, username: str) -> HttpResponse:
    if "\x00" in username:  # PostgreSQL would refuse to look for it
        raise Http404
    hidden = Exists(hidden_from(request.user).filter(pk=OuterRef("pk")))
    found: QuerySet[Any] = members().annotate(hidden=hidden)
    member = get_object_or_404(found, username=username)
    context: dict[str, Any] = {"member": member, "people": [member]}
    if not member.hidden:
        context |= {
            "pictures": member.images_created.all()[:8],
            "stream": streams.member_page(member, request.user, request.GET.get("before", "")),
        }
    return render(request, "account/user_detail.html", context)


def members() -> QuerySet[User]:
    """Everybody who is here, with profile and number of followers."""
    return User.objects.filter(is_active=True).select_related("profile", "follow_count")


def named(people: QuerySet[User], wanted: str) -> QuerySet[User]:
    """Those of whose names each word is a part."""
    for word in wanted.split():
        people = people.filter(
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
        )
    return people
