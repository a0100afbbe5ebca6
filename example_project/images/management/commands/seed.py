from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta, timezone
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.timezone import now
from tqdm import tqdm

import wiring
from account import services as account_services
from account.people import PEOPLE
from account.portraits import portrait
from bookmarks.pictures import encode
from django_follow.api import follow
from django_follow.models import Follow
from django_follow.signals import followed
from django_viewcount.api import count_view, get_views
from images import services
from images.artwork import PICTURE_COUNT, picture, picture_description
from images.models import Image
from images.seeding import KINDS, Event, Plan, Views, plan_site

VISITORS_KNOWN = timedelta(days=3)  # older ones are not told apart any more
PASSWORD = "timehut"  # noqa: S105  of every seeded member, and said so in the documentation


class Command(BaseCommand):
    help = "Fill an empty site with members, pictures, follows, likes and views of thirty days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=60, help=f"1 to {len(PEOPLE)}")
        parser.add_argument("--pictures", type=int, default=200, help=f"0 to {PICTURE_COUNT}")
        parser.add_argument("--follows", type=int, default=900)
        parser.add_argument(
            "--times", type=int, default=1, help="make it so many times larger, in minutes: 1 to 50"
        )
        parser.add_argument("--seed", type=int, default=1, help="another number, another site")
        parser.add_argument(
            "--today", type=_day, help="the day at whose start the site ends (YYYY-MM-DD)"
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="leave a site that has members as it is"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for name, least, most in (
            ("members", 1, len(PEOPLE)),
            ("pictures", 0, PICTURE_COUNT),
            ("follows", 0, options["members"] * (options["members"] - 1)),
            ("times", 1, 50),
        ):
            if not least <= options[name] <= most:
                raise CommandError(f"--{name} must be {least} to {most}, not {options[name]}.")
        if User.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError(
                "The site has members already, and seeding would mix with them. "
                "Begin with an empty database (manage.py flush), or add --if-empty."
            )
        sizes = {
            name: options[name] * options["times"] for name in ("members", "pictures", "follows")
        }
        plan = plan_site(
            random.Random(options["seed"]),
            options["today"] or _day(now().date().isoformat()),
            **sizes,
        )
        # One transaction: a seed that is killed leaves nothing behind, and can be run again.
        with _logged_here(), transaction.atomic():
            Seeder(plan, quiet=not options["verbosity"]).run()
        if options["verbosity"]:
            self.stdout.write(
                f"{sizes['members']} members, {sizes['pictures']} pictures. "
                f"Sign in as {PEOPLE[0].username} with the password {PASSWORD}."
            )


class Seeder:
    """Let a plan happen, through the functions that the pages of the site use."""

    def __init__(self, plan: Plan, *, quiet: bool) -> None:
        self.plan = plan
        # None: only where somebody watches, not in a log file
        self.bar = tqdm(total=len(plan.events) + len(plan.views), disable=quiet or None)
        self.password = make_password(PASSWORD)  # once: hashing is slow on purpose
        self.members: dict[int, User] = {}
        self.images: dict[int, Image] = {}

    def run(self) -> None:
        with self.bar:
            for event in self.plan.events:
                self.bar.set_description(KINDS[event.kind], refresh=False)
                getattr(self, KINDS[event.kind])(event)
                self.bar.update()
            self.bar.set_description("views", refresh=False)
            counted = {number: get_views(image) for number, image in self.images.items()}
            for views in self.plan.views:
                self.count(views, counted)
                self.bar.update()

    def join(self, event: Event) -> None:
        turn, number = divmod(event.member, len(PEOPLE))
        person = PEOPLE[number]
        username = f"{person.username}{turn + 1}" if turn else person.username
        member = User(
            username=username,
            first_name=person.first_name,
            last_name=person.last_name,
            email=f"{username}@example.com",
            password=self.password,
        )
        photo = None if turn else encode(portrait(person.username))
        self.members[event.member] = account_services.register(
            member, bio=person.bio, photo=photo, at=event.at
        )

    def bookmark(self, event: Event) -> None:
        title, drawing = picture(event.other % PICTURE_COUNT)
        image = Image(
            user=self.members[event.member],
            title=title,
            description=picture_description(event.other % PICTURE_COUNT),
            created=event.at,
        )
        file = encode(drawing)
        # An earlier seed that was killed left its files: they make room for the same names.
        image.image.storage.delete(image.image.field.generate_filename(image, str(file.name)))
        self.images[event.other] = services.bookmark(image, file)

    def follow(self, event: Event) -> None:
        follower, followee = self.members[event.member], self.members[event.other]
        edge, _ = follow(follower, followee, created=event.at)
        if isinstance(edge, Follow):  # nobody on the seeded site approves followers
            wiring.log_followed(edge=edge, follower=follower, followee=followee)

    def like(self, event: Event) -> None:
        services.like(self.members[event.member], self.images[event.other], at=event.at)

    def count(self, views: Views, counted: dict[int, int]) -> None:
        """Count views, except those that a killed seed left in Redis, which rolls nothing back."""
        known = min(counted[views.picture], views.number)
        counted[views.picture] -= known
        number, image = views.number - known, self.images[views.picture]
        if now() - views.at < VISITORS_KNOWN:
            for visitor in range(number):  # of three, one has been here before
                count_view(None, image, at=views.at, visitor=str(visitor - visitor // 3))
        elif number:
            count_view(None, image, at=views.at, views=number)


@contextmanager
def _logged_here() -> Iterator[None]:
    """Keep `followed`, which comes after the commit, from logging what the seed logs within it.

    A plan holds nothing twice. To look for repeats would take a lock per action until the commit.
    """
    settings.ACTIVITY_DEDUP_WINDOW = 0
    followed.disconnect(sender=Follow, dispatch_uid="wiring.followed")
    try:
        yield
    finally:
        del settings.ACTIVITY_DEDUP_WINDOW  # type: ignore[misc]
        wiring.connect()


def _day(text: str) -> datetime:
    return datetime.combine(datetime.fromisoformat(text), time(), timezone.utc)
