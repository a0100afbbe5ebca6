from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from django_follow.models import AbstractFollow


class Topic(models.Model):
    """Something with an integer key that users follow, act upon and look at."""

    name = models.CharField(max_length=50)
    followers_count = models.IntegerField(default=0)
    subscribers = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Document(models.Model):
    """The same with a UUID key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    title = models.CharField(max_length=50, default="A document")

    def __str__(self) -> str:
        return self.title


class Country(models.Model):
    """The same with a string key."""

    code = models.CharField(primary_key=True, max_length=40)

    def __str__(self) -> str:
        return self.code


class ProxyTopic(Topic):
    class Meta:
        proxy = True


class TopicFollow(AbstractFollow):
    """A user follows a topic, and may ask to be told. The topic keeps their number."""

    followers_count = "followers_count"

    followee = models.ForeignKey(Topic, models.CASCADE, related_name="follower_edges")
    notify = models.BooleanField(default=False)


class LoudTopicFollow(TopicFollow):
    class Meta:
        proxy = True


class Club(models.Model):
    """Something with a text key that users follow."""

    code = models.CharField(primary_key=True, max_length=20)
    followers_count = models.IntegerField(default=0)


class ClubFollow(AbstractFollow):
    followers_count = "followers_count"

    followee = models.ForeignKey(Club, models.CASCADE, related_name="follower_edges")


class Profile(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE)
    subscriptions = models.IntegerField(default=0)

    def __str__(self) -> str:
        return str(self.user)


class ProfileLink(AbstractFollow):
    """A profile follows a profile, with the column names of an older table."""

    follower_field = "user_from"
    followee_field = "user_to"

    follower = None  # type: ignore[assignment]
    user_from = models.ForeignKey(Profile, models.CASCADE, related_name="rel_from_set")
    user_to = models.ForeignKey(Profile, models.CASCADE, related_name="rel_to_set")


class Channel(models.Model):
    """Not a node, but an edge may go with it."""

    name = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.name


def no_channel() -> None:
    """Where subscriptions go whose channel is gone."""


class Subscription(AbstractFollow):
    """An edge with all that makes a deletion intricate; counts stand on both nodes."""

    follower_field = "profile"
    followee_field = "topic"
    following_count = "subscriptions"
    followers_count = "subscribers"

    follower = None  # type: ignore[assignment]
    profile = models.ForeignKey(Profile, models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, related_name="+")
    heard_on = models.ForeignKey(Channel, models.SET(no_channel), null=True, related_name="+")


class PaidSubscription(Subscription):
    price = models.IntegerField(default=1)


class Reminder(models.Model):
    subscription = models.ForeignKey(Subscription, models.CASCADE)

    def __str__(self) -> str:
        return f"Reminder of {self.subscription_id}"


class Picture(models.Model):
    """Something that is put up, liked and sorted; nobody follows it."""

    title = models.CharField(max_length=50)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    liked_by = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="liked_pictures")
    channels = models.ManyToManyField(Channel, related_name="pictures")

    def __str__(self) -> str:
        return self.title


class ProxyPicture(Picture):
    class Meta:
        proxy = True
