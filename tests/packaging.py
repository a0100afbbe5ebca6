"""Look into what is built, and run each app of the wheel in an empty project."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

APPS = ["django_activity", "django_follow", "django_viewcount"]
NEEDED = ["py.typed", "migrations/0001_initial.py", "templatetags"]


def main(dist: Path) -> None:
    (wheel,), (sdist,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    check_content(wheel)
    with tarfile.open(sdist) as archive:
        check_translations(archive.getnames())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        python = folder / "venv" / "bin" / "python"
        run(python, "-m", "pip", "install", "-q", str(wheel))
        run(python, "-m", "django", "startproject", "mysite", cwd=folder)
        site = folder / "mysite"
        for apps in ([app] for app in APPS):
            try_project(python, site, apps)
        try_project(python, site, APPS)
    print(f"{wheel.name}: installs, checks and migrates, each app alone and all together")


def check_content(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    roots = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert roots == set(APPS), f"the wheel holds {sorted(roots)}"
    for app in APPS:
        for needed in NEEDED:
            assert any(name.startswith(f"{app}/{needed}") for name in names), f"{app}/{needed}"
    for needed in ("django_follow/static/django_follow/follow.js", "templates/django_follow"):
        assert any(needed in name for name in names), needed
    check_translations(names)


def check_translations(names: list[str]) -> None:
    """Python reads only compiled translations, which are not in the repository."""
    sources = [name for name in names if name.endswith(".po")]
    missing = [name for name in sources if f"{name.removesuffix('.po')}.mo" not in names]
    assert sources, "no translations"
    assert not missing, f"not compiled: {missing}"


def try_project(python: Path, site: Path, apps: list[str]) -> None:
    settings = "from mysite.settings import *\nINSTALLED_APPS += " + repr(apps)
    (site / "tried.py").write_text(settings)
    database = site / "db.sqlite3"
    database.unlink(missing_ok=True)
    for command in (
        ["check", "--fail-level", "WARNING"],
        ["makemigrations", "--check", "--dry-run"],
        ["migrate", "--verbosity", "0"],
    ):
        run(python, "manage.py", *command, "--settings=tried", cwd=site)


def run(*command: str | Path, cwd: Path | None = None) -> None:
    subprocess.run([str(word) for word in command], cwd=cwd, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
