from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView
from django.db.models import F, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy

from bookmarks.pages import MemberRequest, Refusal, page, turn_page
from django_activity.exceptions import InvalidCursor
from django_activity.streams import Page, Stream, actor_stream, home_stream, public_stream
from django_follow.models import Follow

from .forms import ProfileForm, RegisterForm, SignInForm
from .models import Profile

ORDERS: dict[str, tuple[Any, ...]] = {
    "followed": (F("follow_count__followers").desc(nulls_last=True), "-pk"),
    "newest": ("-date_joined", "-pk"),
}


class SignInView(LoginView):
    template_name = "account/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=400)


sign_in = page("GET", "POST")(SignInView.as_view())
sign_out = login_not_required(
    page("POST")(LogoutView.as_view(next_page=reverse_lazy("images:list")))
)


@login_not_required
@page("GET", "POST")
def register(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("dashboard")
    form = RegisterForm(request.POST or None)
    if form.is_valid():
        member = form.save()
        login(request, member, backend="django.contrib.auth.backends.ModelBackend")
        messages.success(request, f"Welcome, {member.first_name or member.username}.")
        return redirect("dashboard")
    status = 400 if request.method == "POST" else 200
    return render(request, "account/register.html", {"form": form}, status=status)


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
        messages.success(request, "Your profile is saved.")
        return redirect("user_detail", request.user.username)
    return render(request, "account/edit.html", {"form": form}, status=400 if sent else 200)


@page("GET")
def dashboard(request: MemberRequest) -> HttpResponse:
    """What the people I follow did; somebody who follows nobody yet sees what everybody did."""
    following = Follow.objects.of(request.user).exists()
    stream = home_stream(request.user) if following else public_stream()
    context = {"following": following, "stream": read(request, stream)}
    return render(request, "account/dashboard.html", context)


@login_not_required
@page("GET")
def user_list(request: HttpRequest) -> HttpResponse:
    order = request.GET.get("order", "followed")
    if order not in ORDERS:
        raise Refusal(400, "People can be put in order by followed or by newest.")
    people = turn_page(request, members().order_by(*ORDERS[order]), size=20)
    return render(request, "account/user_list.html", {"people": people, "order": order})


@login_not_required
@page("GET")
def user_detail(request: HttpRequest, username: str) -> HttpResponse:
    if "\x00" in username:  # PostgreSQL would refuse to look for it
        raise Http404
    member = get_object_or_404(members(), username=username)
    context = {
        "member": member,
        "people": [member],
        "pictures": member.images_created.all()[:8],
        "picture_total": member.images_created.count(),
        "stream": read(request, actor_stream(member)),
    }
    return render(request, "account/user_detail.html", context)


def members() -> QuerySet[User]:
    """Everybody whom a reader may see, with profile and number of followers."""
    return User.objects.filter(is_active=True).select_related("profile", "follow_count")


def read(request: HttpRequest, stream: Stream) -> Page:
    """The page of a stream that `?before=` asks for."""
    try:
        return stream.page(size=20, before=request.GET.get("before") or None)
    except InvalidCursor:
        raise Refusal(
            400, "The address of these older entries is damaged. Start again from the newest."
        ) from None
