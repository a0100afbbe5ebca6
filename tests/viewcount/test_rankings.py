from __future__ import annotations

from typing import Any

import pytest
from testapp.models import Country, Document, Topic

from django_viewcount import rankings
from django_viewcount.api import count_view, most_viewed


@pytest.mark.django_db
def test_object_that_goes_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, gone = (Topic.objects.create(name=name) for name in ("kept", "gone"))
    for topic in (kept, gone):
        count_view(None, topic)
    top = rankings.top

    def top_then_delete(*args: Any) -> Any:
        best = top(*args)
        gone.delete()
        return best

    monkeypatch.setattr(rankings, "top", top_then_delete)

    assert most_viewed(Topic.objects.all()) == [kept]


@pytest.mark.parametrize(
    ("model", "text", "expected"),
    [(Topic, "5", 5), (Topic, "five", None), (Document, "5", None), (Country, "no", "no")],
)
def test_parse_key(model: Any, text: str, expected: Any) -> None:
    """The key type of a model may have changed since its views were counted."""
    assert rankings.parse_key(model, text) == expected
