from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections, models, router

from django_activity.conf import settings
from django_activity.management.arguments import page_size
from django_activity.management.explaining import (
    Recorder,
    described_sources,
    hints,
    plans,
    sizes,
    way,
)
from django_activity.models import get_action_model
from django_activity.streams import home_stream


class Command(BaseCommand):
    help = (
        "Tells how the home stream of a user is read: from how many sources, by which statements "
        "and with which plans; and what its table lacks. Writes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="username, or primary key")
        parser.add_argument("--with-self", action="store_true", help="with what the user did, too")
        parser.add_argument(
            "--size", type=page_size, default=20, help="actions per page (default: 20)"
        )
        parser.add_argument(
            "--analyze",
            action="store_true",
            help="run the statements once more, to tell their times; not on SQLite",
        )
        parser.add_argument(
            "--database",
            choices=tuple(connections),
            help="database of the actions; by default the one that the routers choose",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        model = get_action_model()
        using = options["database"] or router.db_for_read(model)
        user = user_named(options["user"], options["database"])
        connection, recorder = connections[using], Recorder()
        with connection.execute_wrapper(recorder):
            try:
                actor = settings.actor_for(user)
                stream = home_stream(actor, options["with_self"], using=using)
            except ImproperlyConfigured as error:
                raise CommandError(str(error)) from error
            shown = stream.page(options["size"]).actions
        try:
            told = plans(
                recorder.statements, model._meta.db_table, using, analyze=options["analyze"]
            )
        except ValueError as error:
            raise CommandError(
                f"{connection.display_name} cannot tell times. Leave out --analyze."
            ) from error
        lines = [
            f"The home stream of {user}, read {way(using)}.",
            *(f"  {line}" for line in described_sources(stream)),
            f"A page of {options['size']}: {len(shown)} actions, by {len(recorder.statements)} "
            "statements in all.",
            *(f"  {line}" for line in sizes(model, connection)),
            *hints(model, using),
            "",
            *told,
        ]
        self.stdout.write("\n".join(lines).rstrip())


def user_named(name: str, using: str | None) -> Any:
    """Whoever has this username, else this primary key."""
    model = get_user_model()
    users: models.QuerySet[Any] = models.QuerySet(model, using=using or router.db_for_read(model))
    found = users.filter(**{model.USERNAME_FIELD: name}).first()
    if found is None:
        try:
            found = users.filter(pk=model._meta.pk.to_python(name)).first()
        except (OverflowError, ValidationError, ValueError):
            found = None
    if found is None:
        raise CommandError(f"There is no user {name!r} here.")
    return found
