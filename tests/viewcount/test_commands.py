from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from testapp.models import Topic

from django_viewcount.api import count_view
from django_viewcount.models import ViewCount

pytestmark = pytest.mark.usefixtures("redis_backend")


def run(**options: Any) -> str:
    output = StringIO()
    call_command("viewcount_flush", stdout=output, **options)
    return output.getvalue()


@pytest.mark.django_db
def test_moves_and_says_so() -> None:
    topic = Topic.objects.create(name="Jazz")
    count_view(None, topic, views=3)

    assert run() == "Moved 3 views of 1 objects in 1 batches.\n"
    assert ViewCount.objects.totals(Topic, [str(topic.pk)]) == {str(topic.pk): 3}


@pytest.mark.django_db(databases=["default", "other"])
def test_database() -> None:
    count_view(None, Topic(pk=1), views=3, using="other")

    assert run() == "Moved 0 views of 0 objects in 0 batches.\n"
    assert run(database="other") == "Moved 3 views of 1 objects in 1 batches.\n"
    assert ViewCount.objects.using("other").get().views == 3


def test_nothing_waits_in_the_database_backend(settings: Any) -> None:
    settings.VIEWCOUNT_REDIS_URL = None

    assert run() == "Nothing to move: this backend does not let views wait.\n"


def test_redis_is_away(settings: Any) -> None:
    settings.VIEWCOUNT_REDIS_URL = "redis://127.0.0.1:1/0"

    with pytest.raises(CommandError, match=r"^Nothing lost, but not all moved. Redis: "):
        run()
