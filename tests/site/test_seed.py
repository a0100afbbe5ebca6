from __future__ import annotations

from datetime import datetime, timezone

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models import F

from django_activity.models import Action
from django_follow.models import Follow
from django_viewcount.api import get_views
from images.models import Image

SMALL = {"members": 6, "pictures": 8, "follows": 20, "verbosity": 0}
TODAY = datetime(2026, 5, 1, tzinfo=timezone.utc)


def seed(**options) -> None:
    call_command("seed", **{**SMALL, "today": TODAY, **options})


def site() -> dict[str, list]:
    """Everything on the site, without primary keys and salts."""
    return {
        "members": list(
            User.objects.order_by("date_joined").values_list(
                "username", "profile__bio", "date_joined"
            )
        ),
        "pictures": [
            (i.title, i.user.username, i.created, i.width, i.total_likes, get_views(i))
            for i in Image.objects.select_related("user").order_by("title")
        ],
        "follows": sorted(
            Follow.objects.values_list("follower__username", "followee__username", "created")
        ),
        "actions": sorted(
            Action.objects.values_list("created", "actor_label", "verb", "target_label")
        ),
    }


@pytest.mark.django_db
def test_site_is_alive() -> None:
    seed()
    assert (User.objects.count(), Image.objects.count(), Follow.objects.count()) == (6, 8, 20)
    likes = Image.users_like.through.objects.count()
    assert likes == sum(Image.objects.values_list("total_likes", flat=True)) == 24
    assert Action.objects.count() == 6 + 8 + 20 + likes
    assert sum(map(get_views, Image.objects.all())) == pytest.approx(800, rel=0.1)
    assert all(get_views(image) >= image.total_likes for image in Image.objects.all())
    ann = User.objects.get(username="ann")
    assert ann.check_password("timehut")
    assert ann.profile.photo.storage.exists(ann.profile.photo.name)


@pytest.mark.django_db
def test_times_are_plausible() -> None:
    seed()
    assert not Image.objects.filter(created__lt=F("user__date_joined")).exists()
    assert not Follow.objects.filter(created__lt=F("follower__date_joined")).exists()
    assert not Follow.objects.filter(created__lt=F("followee__date_joined")).exists()
    assert not Action.objects.filter(created__lt=F("actor__date_joined")).exists()
    for action in Action.objects.filter(verb="likes"):
        assert action.created >= action.target.created
    assert Action.objects.latest("created").created <= TODAY


@pytest.mark.django_db(transaction=True)
def test_same_again() -> None:
    seed()
    first = site()
    User.objects.all().delete()
    Action.objects.all().delete()
    call_command("flush", interactive=False, verbosity=0)
    seed()
    assert site() == first
    call_command("flush", interactive=False, verbosity=0)
    seed(seed=2)
    assert site() != first


@pytest.mark.django_db(transaction=True)
def test_killed_seed_can_be_run_again(monkeypatch) -> None:
    from images import services

    real, calls = services.like, []

    def killed(*args, **kwargs):
        calls.append(args)
        if len(calls) == 10:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(services, "like", killed)
    with pytest.raises(KeyboardInterrupt):
        seed()
    assert not User.objects.exists()
    assert not Action.objects.exists()
    seed()
    assert all("_" not in name for name in Image.objects.values_list("image", flat=True))


@pytest.mark.django_db
def test_views_that_a_killed_seed_left_in_redis_are_not_counted_twice(monkeypatch) -> None:
    seed()
    planned = sum(map(get_views, Image.objects.all()))
    User.objects.all().delete()
    monkeypatch.setattr("images.management.commands.seed.get_views", lambda image: 3)
    seed()
    assert sum(map(get_views, Image.objects.all())) == planned - 3 * 8


@pytest.mark.django_db(transaction=True)
def test_follows_are_logged_again_after_seeding() -> None:
    from django_follow.api import follow, unfollow

    seed()
    edge = Follow.objects.first()
    unfollow(edge.follower, edge.followee)
    number = Action.objects.count()
    follow(edge.follower, edge.followee)
    assert Action.objects.count() == number + 1


@pytest.mark.django_db
def test_site_with_members_is_left_alone(capsys) -> None:
    User.objects.create_user("zoe")
    with pytest.raises(CommandError, match="has members already"):
        seed()
    seed(if_empty=True, verbosity=1)
    assert User.objects.count() == 1
    assert capsys.readouterr().out == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [{"members": 0}, {"members": 61}, {"pictures": 201}, {"pictures": -1}, {"follows": 31}]
)
def test_impossible_sizes(wrong: dict[str, int]) -> None:
    with pytest.raises(CommandError, match="must be"):
        seed(**wrong)


@pytest.mark.django_db
def test_smallest_site() -> None:
    seed(members=1, pictures=0, follows=0)
    assert User.objects.count() == 1
