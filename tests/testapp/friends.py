from __future__ import annotations

from django.db import transaction

from django_follow.api import follow, is_following, unfollow
from django_follow.exceptions import FollowError
from django_follow.models import Follow, FollowRequest
from django_follow.signals import follow_request_accepted, unfollowed


def asks_first(follower, followee):
    """FOLLOW_REQUIRES_APPROVAL: the way back of a follow is granted already."""
    return not is_following(followee, follower)


def befriend(follower, followee, using, **kwargs):
    try:
        with transaction.atomic(using=using):
            # Locked, this edge cannot go before its way back is there to go with it.
            if Follow.objects.using(using).of(follower).to(followee).locked():
                follow(followee, follower, using=using)
    except FollowError:  # such as LimitReached
        unfollow(follower, followee, using=using)


def part(edge, using, **kwargs):
    follower, followee = edge.ends
    Follow.objects.using(using).of(followee).to(follower).delete()


def connect():
    """Called in AppConfig.ready()."""
    follow_request_accepted.connect(befriend, sender=FollowRequest)
    unfollowed.connect(part, sender=Follow)
