"""Tables that grew in a project before django_follow came, and that nothing constrained."""

from __future__ import annotations

PEOPLE = """
from django.contrib.auth.models import User
from django.db import models

class Profile(models.Model):
    user = models.OneToOneField(User, models.CASCADE)
"""

CONTACT = """
class Contact(models.Model):
    user_from = models.ForeignKey({node}, models.CASCADE, related_name="rel_from_set")
    user_to = models.ForeignKey({node}, models.CASCADE, related_name="rel_to_set")
    created = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["-created"]
"""

# Five people; 1 follows 2 three times, 2 follows 1 twice and 3 once, and 3 follows 3.
GROWN = """
from django.contrib.auth.models import User
from account.models import Contact, Profile
for number in range(5):
    Profile.objects.create(user=User.objects.create(username=f"user{number}"))
for start, end in [(1, 2), (2, 1), (1, 2), (3, 3), (2, 3), (1, 2), (2, 1)]:
    contact = Contact.objects.create(user_from_id=start, user_to_id=end)
    Contact.objects.filter(pk=contact.pk).update(created=f"2020-01-0{contact.pk}T12:00:00Z")
"""

# The columns keep their names; only what the class brings along is new.
EDGE = """
    following_count = models.IntegerField(default=0)
    followers_count = models.IntegerField(default=0)

class Contact(AbstractFollow):
    follower_field = "user_from"
    followee_field = "user_to"
    following_count = "following_count"
    followers_count = "followers_count"

    follower = None
    user_from = models.ForeignKey(Profile, models.CASCADE, related_name="rel_from_set")
    user_to = models.ForeignKey(Profile, models.CASCADE, related_name="rel_to_set")
"""


def grown(bare_project, node):
    """A project as it was before: its table has duplicates and a self-follow."""
    project = bare_project(["account", "django_follow"])
    project.write("account/__init__.py", "")
    project.write("account/models.py", PEOPLE + CONTACT.format(node=node))
    project.manage("makemigrations", "account", "--verbosity=0")
    project.manage("migrate", "--verbosity=0")
    project.run(GROWN)
    return project


def test_a_table_that_becomes_an_edge(bare_project):
    """Between profiles: the table stays, and so do its columns and its rows."""
    project = grown(bare_project, "Profile")

    assert project.manage("follow_dedupe", "account.Contact").splitlines() == [
        "account.Contact: 3 duplicates, 1 self-follows.",
        "  3: user_from 1, user_to 2",
        "  6: user_from 1, user_to 2",
        "  7: user_from 2, user_to 1",
        "  4: user_from 3, user_to 3",
        "Nothing was removed: add --apply for that.",
    ]
    assert "4 rows removed." in project.manage("follow_dedupe", "account.Contact", "--apply")

    models = "from django_follow.models import AbstractFollow\n" + PEOPLE + EDGE
    project.write("account/models.py", models)
    project.manage("makemigrations", "account", "--verbosity=0")
    assert project.manage("makemigrations", "--check", "--dry-run") == "No changes detected\n"
    project.manage("migrate", "--verbosity=0")
    assert "5 counts were wrong." in project.manage("follow_recount")
    project.manage("follow_recount", "--check")

    printed = project.run(
        """
        from django.db import IntegrityError, transaction
        from django_follow.api import follow, is_following
        from account.models import Contact, Profile
        print(list(Contact.objects.values_list("pk", "user_from", "user_to", "created__day")
                   .order_by("pk")))
        one, two, three = Profile.objects.order_by("pk")[:3]
        print([(p.following_count, p.followers_count) for p in (one, two, three)])
        print(is_following(two, three), follow(one, two)[1], follow(three, one)[1])
        print(list(Profile.objects.filter(pk=1).values_list("following_count", "followers_count")))
        for pair in ((1, 2), (2, 2)):
            try:
                with transaction.atomic():
                    Contact(user_from_id=pair[0], user_to_id=pair[1]).save()
            except IntegrityError:
                print("refused")
        """
    )

    assert printed.splitlines() == [
        "[(1, 1, 2, 1), (2, 2, 1, 2), (5, 2, 3, 5)]",
        "[(1, 1), (2, 1), (0, 1)]",
        "True False True",
        "[(1, 2)]",
        "refused",
        "refused",
    ]


def test_a_table_whose_rows_move(bare_project):
    """Between users: `Follow` joins these already, so the rows go there, in a migration."""
    project = grown(bare_project, "User")
    project.manage("follow_dedupe", "account.Contact", "--apply")
    project.write(
        "account/migrations/0002_move.py",
        """
        from django.conf import settings
        from django.db import migrations

        def move(apps, schema_editor):
            contacts = apps.get_model("account", "Contact").objects.order_by("pk")
            Follow = apps.get_model("django_follow", "Follow")
            Follow.objects.bulk_create(
                (
                    Follow(follower_id=start, followee_id=end, created=created)
                    for start, end, created in contacts.values_list(
                        "user_from", "user_to", "created"
                    )
                ),
                batch_size=1000,
                ignore_conflicts=True,
            )

        class Migration(migrations.Migration):
            dependencies = [("account", "0001_initial"), ("django_follow", "0001_initial")]
            operations = [
                migrations.RunPython(move, migrations.RunPython.noop),
                migrations.DeleteModel("Contact"),
            ]
        """,
    )
    project.write("account/models.py", PEOPLE)
    project.manage("migrate", "--verbosity=0")
    assert project.manage("makemigrations", "--check", "--dry-run") == "No changes detected\n"
    assert "5 counts were wrong." in project.manage("follow_recount")

    printed = project.run(
        """
        from django.contrib.auth.models import User
        from django_follow.api import counts
        from django_follow.models import Follow
        edges = Follow.objects.order_by("pk")
        print(list(edges.values_list("follower", "followee", "created__day")))
        print([tuple(counts(user)) for user in User.objects.order_by("pk")[:3]])
        print([user.username for user in User.objects.get(pk=2).following.order_by("pk")])
        """
    )

    assert printed.splitlines() == [
        "[(1, 2, 1), (2, 1, 2), (2, 3, 5)]",
        "[(1, 1), (1, 2), (1, 0)]",
        "['user0', 'user2']",
    ]
