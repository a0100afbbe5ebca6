from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

SECRET = "another fine secret"


def test_change(signed_in: Client, ann: User) -> None:
    wrong = {"old_password": "no", "new_password1": SECRET, "new_password2": SECRET}
    assert signed_in.post("/password/", wrong).status_code == 400
    assert (
        signed_in.post("/password/", {**wrong, "old_password": "a fine secret"}).url == "/profile/"
    )
    ann.refresh_from_db()
    assert ann.check_password(SECRET)
    assert "Your password is changed." in signed_in.get("/profile/").content.decode()


def test_reset(client: Client, ann: User) -> None:
    sent = client.post("/password/reset/", {"email": ann.email})
    assert sent.url == "/password/reset/sent/"
    assert client.get(sent.url).status_code == 200
    (message,) = mail.outbox
    assert message.to == [ann.email]
    link = re.search(r"http://[^/]+(/\S+)", message.body)[1]
    form = client.get(link, follow=True).redirect_chain[-1][0]
    weak = {"new_password1": "1234", "new_password2": "1234"}
    assert client.post(form, weak).status_code == 400
    assert client.post(form, {"new_password1": SECRET, "new_password2": SECRET}).url == "/login/"
    ann.refresh_from_db()
    assert ann.check_password(SECRET)
    assert "used up" in client.get(link).content.decode()


def test_mail_says_nothing_that_a_stranger_wrote(client: Client, ann: User) -> None:
    User.objects.filter(pk=ann.pk).update(first_name="Open https://evil.example now")
    client.post("/password/reset/", {"email": ann.email})
    assert "evil" not in mail.outbox[0].body


def test_nobody_learns_who_has_an_account(client: Client, db) -> None:
    assert (
        client.post("/password/reset/", {"email": "x@example.com"}).url == "/password/reset/sent/"
    )
    assert mail.outbox == []
