"""A member's lists as CSV files, as Mastodon and other sites read and write them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db import router
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from bookmarks.pages import MemberRequest, page
from django_follow.exchange import COLUMNS, read_lines, write_list
from django_follow.importing import import_list
from django_follow.models import Follow

from .forms import ImportForm

SHOWN = 10  # lines that could not be read, of which the page tells


@page("GET")
def export_list(request: MemberRequest, kind: str) -> HttpResponse:
    """Download whom a member follows, blocks or mutes."""
    if kind not in COLUMNS:
        raise Http404
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    for _batch in write_list(request.user, kind, response, using=router.db_for_read(Follow)):
        pass
    return response


@page("GET", "POST")
def lists(request: MemberRequest) -> HttpResponse:
    """Links to the files, and a form that follows everybody whom a file names."""
    sent = request.method == "POST"
    form = ImportForm(request.POST if sent else None, request.FILES if sent else None)
    context: dict[str, Any] = {"form": form, "kinds": ["following", "followers", "blocks", "mutes"]}
    if form.is_valid():
        text = io.TextIOWrapper(form.cleaned_data["file"], "utf-8-sig", errors="replace")
        using = router.db_for_write(Follow)
        batches = list(import_list(request.user, "following", read_lines(text), using=using))
        total = {name: sum(getattr(batch, name) for batch in batches) for name in ("new", "asked")}
        bad = [line for batch in batches for line in sorted(batch.bad)]
        stopped = next((batch.stopped for batch in batches if batch.stopped), "")
        if not bad and not stopped:
            for sentence in said(**total):
                messages.success(request, sentence)
            return redirect("django_follow:following", request.user.pk)
        context |= {"said": list(said(**total)), "bad": bad[:SHOWN], "more": len(bad[SHOWN:])}
        context["stopped"] = stopped
    refused = sent and not form.is_valid()
    return render(request, "account/lists.html", context, status=400 if refused else 200)


def said(new: int, asked: int) -> Iterator[str]:
    yield ngettext(
        "You now follow %(count)d more person.", "You now follow %(count)d more people.", new
    ) % {"count": new}
    if asked:
        yield ngettext("%(count)d was asked first.", "%(count)d were asked first.", asked) % {
            "count": asked
        }
