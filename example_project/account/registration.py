"""Pages to register, to sign in and out, and for passwords."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login, views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.contrib.messages.views import SuccessMessageMixin
from django.db import IntegrityError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookmarks.pages import page

from .forms import NewPasswordForm, PasswordForm, RegisterForm, ResetForm, SignInForm

FORM = ("GET", "POST")


class _Answer400:
    """Say by the status, too, that a form must be sent again."""

    def form_invalid(self: Any, form: BaseForm) -> Any:
        return self.render_to_response(self.get_context_data(form=form), status=400)


class SignIn(_Answer400, views.LoginView):
    template_name = "account/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class PasswordChange(_Answer400, SuccessMessageMixin, views.PasswordChangeView):  # type: ignore[type-arg]
    template_name = "account/password_change.html"
    form_class = PasswordForm
    success_url = reverse_lazy("profile_edit")
    success_message = gettext_lazy("Your password is changed.")


class PasswordReset(_Answer400, views.PasswordResetView):
    template_name = "account/password_reset.html"
    email_template_name = "account/password_reset.txt"
    subject_template_name = "account/password_reset_subject.txt"
    form_class = ResetForm
    success_url = reverse_lazy("password_reset_done")


class PasswordResetConfirm(
    _Answer400,
    SuccessMessageMixin,  # type: ignore[type-arg]
    views.PasswordResetConfirmView,
):
    template_name = "account/password_reset_confirm.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("login")
    success_message = gettext_lazy("Your password is set. Sign in with it.")


sign_in = page(*FORM)(SignIn.as_view())
sign_out = login_not_required(
    page("POST")(views.LogoutView.as_view(next_page=reverse_lazy("images:list")))
)
password_change = page(*FORM)(PasswordChange.as_view())
password_reset = login_not_required(page(*FORM)(PasswordReset.as_view()))
password_reset_done = login_not_required(
    page("GET")(views.PasswordResetDoneView.as_view(template_name="account/password_sent.html"))
)
password_reset_confirm = login_not_required(page(*FORM)(PasswordResetConfirm.as_view()))


@login_not_required
@page(*FORM)
def register(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("dashboard")
    form = RegisterForm(request.POST or None)
    if form.is_valid():
        try:
            member = form.save()
        except IntegrityError:  # somebody took the name since it was looked for
            form.add_error("username", form.instance.unique_error_message(User, ("username",)))
        else:
            login(request, member, backend="account.authentication.MemberBackend")
            messages.success(request, _("Welcome, %(name)s.") % {"name": member})
            return redirect("dashboard")
    status = 400 if request.method == "POST" else 200
    return render(request, "account/register.html", {"form": form}, status=status)
