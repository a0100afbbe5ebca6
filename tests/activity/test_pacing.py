from __future__ import annotations

import pytest
from django.db import connection

from django_activity import pacing
from django_activity.api import log, rename_verb
from django_activity.pruning import prune

pytestmark = pytest.mark.django_db


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that were made, in seconds."""
    made = []
    monkeypatch.setattr(pacing, "sleep", made.append)
    return made


@pytest.mark.parametrize(
    "work",
    [
        lambda advance: prune(orphans=True, verbs=["likes"], batch_size=2, advance=advance),
        lambda advance: rename_verb("likes", "loves", batch_size=2, advance=advance),
    ],
)
def test_a_turn_for_others_after_each_batch(ann, tea, pauses, work):
    for _ in range(4):
        log(ann, "likes", tea, dedup=0)
    tea.delete()
    advanced = []

    assert work(advanced.append) == 4

    assert sum(advanced) == 4
    assert len(pauses) == (len(advanced) if connection.vendor == "sqlite" else 0)
    assert all(pause > 0 for pause in pauses)
