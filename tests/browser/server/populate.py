"""What is on the site from the beginning; later it is changed by its own pages only."""

from __future__ import annotations

import io

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management import call_command
from PIL import Image as Picture

from account.services import register
from django_follow.api import accept, block, follow, mute
from django_viewcount.api import count_view
from images.management.commands.seed import PASSWORD
from images.models import Image
from images.services import bookmark, like
from tests.browser.server.names import LONG_NAME, LONG_TITLE


def join(username: str, private: bool = False) -> User:
    member = User(username=username, email=f"{username}@example.com")
    member.set_password(PASSWORD)
    return register(member, private=private)


def add_picture(member: User, title: str) -> Image:
    buffer = io.BytesIO()
    Picture.new("RGB", (640, 480), "teal").save(buffer, "JPEG")
    image = Image(user=member, title=title, url="http://example.com/harbour.jpg")
    return bookmark(image, ContentFile(buffer.getvalue(), "p.jpg"))


def populate() -> None:
    call_command("migrate", verbosity=0)
    call_command("seed", members=6, pictures=30, follows=12, verbosity=0)
    ann, mateo, priya, kwame, yuki, fatima = User.objects.order_by("pk")
    # Somebody of whom every page has something to show, and somebody of whom none has.
    iris, nell, long = join("iris", private=True), join("nell", private=True), join(LONG_NAME)
    for followee in (ann, mateo, long, nell):
        follow(iris, followee)
    for follower in (priya, kwame):
        follow(follower, iris)  # and waits
    accept(follow(ann, iris)[0])
    follow(long, mateo)
    mute(iris, yuki)
    block(iris, fatima)
    for number in range(3):
        picture = add_picture(iris, f"{LONG_TITLE} {number}")
        like(ann, picture)
        count_view(None, picture, views=3 - number)
