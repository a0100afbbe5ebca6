"""The site as it stands on the network: in processes of its own, with DEBUG off."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.test import Client

from tests import servers
from tests.servers import ROOT

SITE = ROOT / "example_project"
MANAGE = [sys.executable, "manage.py"]
SECRET = "0123456789abcdef" * 4
CLIENT = "import django; django.setup(); from django.test import Client; client = Client();"


@pytest.fixture(scope="session")
def static_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static files as the image holds them."""
    folder = tmp_path_factory.mktemp("static")
    build = {"DEBUG": "0", "SECRET_KEY": SECRET, "DATA_DIR": str(folder / "data")}
    command = [*MANAGE, "collectstatic", "--no-input", "-v0"]
    run({**os.environ, **build, "STATIC_ROOT": str(folder)}, *command)
    return folder


@pytest.fixture
def environment(tmp_path: Path, static_root: Path) -> dict[str, str]:
    """What compose.yaml sets, with servers that nothing here needs."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {
        "PYTHONPATH": f"{SITE}:{ROOT}",
        "DJANGO_SETTINGS_MODULE": "bookmarks.settings",
        "DEBUG": "0",
        "SECRET_KEY": SECRET,
        "ALLOWED_HOSTS": "bookmarks.test",
        "DATABASE_URL": "postgresql://bookmarks:secret@127.0.0.1:1/bookmarks",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "TRUSTED_PROXIES": "1",
        "DATA_DIR": str(tmp_path / "data"),
        "STATIC_ROOT": str(static_root),
    }


def run(
    environment: dict[str, str], *command: str, check: bool = True
) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(command, cwd=SITE, env=environment, capture_output=True, text=True)
    assert not check or result.returncode == 0, result.stdout + result.stderr
    return result


def python(environment: dict[str, str], code: str) -> str:
    return run(environment, sys.executable, "-c", CLIENT + code).stdout.strip()


def test_the_deployment_check_finds_nothing(environment: dict[str, str]) -> None:
    run(environment, *MANAGE, "check", "--deploy", "--fail-level", "WARNING")
    run({**environment, "HSTS_PRELOAD": "1"}, *MANAGE, "check", "--deploy", "--fail-level=WARNING")


def test_no_start_without_a_secret_key(environment: dict[str, str]) -> None:
    result = run({**environment, "SECRET_KEY": ""}, *MANAGE, "check", check=False)

    assert result.returncode
    assert "With DEBUG off, set SECRET_KEY" in result.stderr
    assert not (Path(environment["DATA_DIR"]) / "secret_key").exists()


def test_static_files_are_compressed_and_kept_for_ever(environment: dict[str, str]) -> None:
    code = """
from django.templatetags.static import static
url = static("site/site.css")
answer = client.get(url, secure=True, headers={"host": "bookmarks.test", "accept-encoding": "gzip"})
headers = answer.headers
print(url, answer.status_code, headers["Content-Encoding"], headers["X-Content-Type-Options"])
print(headers["Cache-Control"])
"""
    first, cached = python(environment, code).splitlines()

    assert re.fullmatch(r"/static/site/site\.[0-9a-f]{12}\.css 200 gzip nosniff", first)
    assert "immutable" in cached
    assert int(re.search(r"max-age=(\d+)", cached)[1]) >= 365 * 24 * 3600


@pytest.mark.parametrize(
    ("proxies", "expected"),
    [("1", "302 max-age=3600"), ("", "301 None")],
    ids=["behind a proxy", "without a proxy nobody is believed"],
)
def test_plain_http_is_sent_to_https(
    environment: dict[str, str], proxies: str, expected: str
) -> None:
    code = """
headers = {"host": "bookmarks.test"}
answer = client.get("/", headers=headers)
print(answer.status_code, answer["Location"])
answer = client.get("/", headers={**headers, "x-forwarded-proto": "https"})
print(answer.status_code, answer.headers.get("Strict-Transport-Security"))
"""
    answers = python({**environment, "TRUSTED_PROXIES": proxies}, code).splitlines()

    assert answers == ["301 https://bookmarks.test/", expected]


@pytest.mark.parametrize(
    ("proxies", "expected"), [("", "0"), ("2", "2"), ("10.0.0.0/8, ::1", "['10.0.0.0/8', '::1']")]
)
def test_trusted_proxies(environment: dict[str, str], proxies: str, expected: str) -> None:
    code = "from django.conf import settings; print(settings.VIEWCOUNT_TRUSTED_PROXIES)"

    assert python({**environment, "TRUSTED_PROXIES": proxies}, code) == expected


def test_messages_go_to_a_server(environment: dict[str, str]) -> None:
    code = """
from django.core.mail import get_connection
mail = get_connection()
print(type(mail).__module__, mail.host, mail.port, mail.username, mail.password, mail.use_tls)
"""
    mail = {"EMAIL_HOST": "mail.test", "EMAIL_HOST_USER": "me", "EMAIL_HOST_PASSWORD": "secret"}

    expected = "django.core.mail.backends.smtp mail.test 587 me secret True"
    assert python(environment | mail, code) == expected
    development = {"DEBUG": "1", "SECRET_KEY": "", "EMAIL_HOST": ""}
    code = "from django.core.mail import get_connection; print(type(get_connection()).__module__)"
    assert python(environment | development, code) == "django.core.mail.backends.console"


def test_health(client: Client, db: None, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        answer = client.get("/health/", headers={"host": "10.0.0.7"})  # as a load balancer asks

    assert (answer.status_code, answer.content) == (200, b"OK\n")
    assert not answer.cookies


@pytest.mark.parametrize(
    ("url", "status"), [("sqlite://:memory:", 200), ("sqlite:////nowhere/db.sqlite3", 503)]
)
def test_health_in_production(environment: dict[str, str], url: str, status: int) -> None:
    code = 'answer = client.get("/health/"); print(answer.status_code)'

    said = python({**environment, "DATABASE_URL": url}, code).splitlines()

    assert said[-1] == str(status)  # after what it logs


def test_a_browser_runs_nothing_of_an_upload(client: Client, settings) -> None:
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "page.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")

    answer = client.get("/media/page.svg")

    assert answer.getvalue().startswith(b"<svg")  # and closes the file
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_compose_sets_what_is_read_and_asks_for_secrets() -> None:
    text = (ROOT / "compose.yaml").read_text()
    services = yaml.safe_load(text)["services"]
    settings = "".join(path.read_text() for path in (SITE / "bookmarks").glob("*.py"))
    example = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))

    read = set(re.findall(r'(?:environ\.get|flag|words)\("(\w+)"', settings))
    read |= {"DATABASE_URL", "WEB_CONCURRENCY"}  # by dj-database-url, and by gunicorn
    assert set(services["web"]["environment"]) <= read
    assert set(re.findall(r"\$\{(\w+)", text)) == set(example)
    for name in ("DOMAIN", "SECRET_KEY", "POSTGRES_PASSWORD"):
        assert not example[name]
        assert not re.search(rf"\$\{{{name}(?!:\?)", text)
    assert {"web", "flush", "migrate", "db", "valkey"} <= set(services)
    assert all("healthcheck" in services[name] for name in ("web", "flush", "db", "valkey"))


def test_valkey_of_compose_keeps_what_it_took_and_answers_to_other_containers() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    server, *words = services["valkey"]["command"]
    names = [word.removeprefix("--").replace("-", "_") for word in words[::2]]
    with servers.nodes() as farm:
        config = farm.node(**dict(zip(names, words[1::2], strict=True))).client().config_get()

    assert server == "valkey-server"
    assert config["appendonly"] == "yes"
    assert config["maxmemory-policy"] == "noeviction"
    assert config["protected-mode"] == "no"
