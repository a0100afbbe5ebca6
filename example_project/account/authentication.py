from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest


class MemberBackend(ModelBackend):
    """Fetch whoever is signed in together with what every page shows of them."""

    def get_user(self, user_id: int) -> User | None:
        member = User.objects.select_related("profile").filter(pk=user_id).first()
        return member if member is not None and self.user_can_authenticate(member) else None


class EmailBackend(MemberBackend):
    """Sign in with an e-mail address in place of the username."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if not username or password is None or "@" not in username:
            return None
        # Stock users need not have different addresses; one shared by two signs in nobody.
        found = list(User.objects.filter(email__iexact=username)[:2])
        if len(found) != 1:
            User().set_password(password)  # an unknown address must not answer faster
            return None
        member = found[0]
        if member.check_password(password) and self.user_can_authenticate(member):
            return member
        return None
