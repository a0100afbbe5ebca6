"""Three pages that count themselves: `python -m tests.browser.beacons DIRECTORY ADDRESS`."""

from __future__ import annotations

import sys
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import Context, Template
from django.urls import include, path

PAGE = """<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1>
{% load django_viewcount %}{% for group in groups %}{% view_beacon group after=after %}{% endfor %}
<p>Views: {% view_sparkline groups.0 %}</p></main>
{% if tell %}<script src="/tell.js" defer></script>{% endif %}</html>"""
OTHER = """<!doctype html><html lang="en"><title>Another</title><h1>Another page</h1>
<script src="/leave.js"></script></html>"""
RULES = '{"prerender": [{"urls": ["/page/1/?tell"], "eagerness": "immediate"}]}'
# Goes on once the browser has had the time to prepare the next page.
LEAVE = "setTimeout(() => location.assign('/page/1/?tell'), 2000);"
# Tells that the page was prepared, and that it was then shown.
TELL = """
const tell = (what) => fetch(`/told/${what}/`);
if (document.prerendering) {
  tell("prepared");
  document.addEventListener("prerenderingchange", () => tell("shown"));
} else {
  tell("opened");
}
"""
told: list[str] = []


def page(request: HttpRequest, number: int) -> HttpResponse:
    """Has so many beacons."""
    from django.contrib.auth.models import Group

    groups = [Group(pk=key + 1) for key in range(number)]
    after = float(request.GET.get("after", 0))
    context = Context({"groups": groups, "after": after, "tell": "tell" in request.GET})
    return HttpResponse(Template(PAGE).render(context))


def other(request: HttpRequest) -> HttpResponse:
    """Has none, makes the browser prepare the page with one, and goes there."""
    return HttpResponse(OTHER, headers={"Speculation-Rules": '"/rules.json"'})


def text(body: str, content_type: str) -> Any:
    return lambda request: HttpResponse(body, content_type=content_type)


def tell(request: HttpRequest, what: str) -> HttpResponse:
    told.append(what)
    return HttpResponse()


def counts(request: HttpRequest) -> HttpResponse:
    from django.contrib.auth.models import Group

    from django_viewcount.api import get_views

    views = [get_views(Group(pk=key)) for key in (1, 2, 3)]
    return JsonResponse({"views": views, "told": told})


def strict(get_response):
    """No script and no style but those of the site's own files."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            told.append(request.path)
        response = get_response(request)
        response["Content-Security-Policy"] = "default-src 'self'"
        response["Cache-Control"] = "no-cache"
        return response

    return middleware


if settings.configured:  # not yet, as the program that main() runs in
    urlpatterns = [
        path("favicon.ico", lambda request: HttpResponse(status=204)),
        path("page/<int:number>/", page),
        path("other/", other),
        path("rules.json", text(RULES, "application/speculationrules+json")),
        path("leave.js", text(LEAVE, "text/javascript")),
        path("tell.js", text(TELL, "text/javascript")),
        path("told/<str:what>/", tell),
        path("counts/", counts),
        path("views/", include("django_viewcount.urls")),
    ]


def main(directory: str, address: str) -> None:
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": f"{directory}/beacons.sqlite3",
                "OPTIONS": {"timeout": 30, "transaction_mode": "IMMEDIATE"},
            }
        },
        DEBUG=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.staticfiles",
            "django_viewcount",
        ],
        MIDDLEWARE=["tests.browser.beacons.strict", "django.middleware.csrf.CsrfViewMiddleware"],
        ROOT_URLCONF="tests.browser.beacons",
        SECRET_KEY="beacons",
        STATIC_URL="static/",
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
        ],
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("runserver", address, use_reloader=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
