"""Run the whole test suite on whatever this machine has: python -m tests.run [pytest arguments].

Every server that is found is started; then pytest runs once per session: with each database, with a
custom user, in the example site. What is not found is not tested, and said so.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tests import servers

DATABASES = ["sqlite", "postgresql", "mariadb"]
NAMES = {"sqlite": "SQLite", **{key: name for key, (name, *_) in servers.SERVERS.items()}}
APPS = ["tests/follow", "tests/activity", "tests/viewcount"]
# Each process has databases and keys of its own. What is passed after these overrides them.
ON_ALL_CORES = ["--numprocesses=auto", "--maxprocesses=8", "--dist=worksteal"]


@dataclass
class Session:
    """One run of pytest."""

    name: str
    paths: list[str]
    env: dict[str, str]
    options: list[str] = field(default_factory=list)


@dataclass
class Result:
    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    note: str = ""

    def __str__(self) -> str:
        text = self.note or f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        return f"{'FAILED' if self.failed else 'ok':<8}{self.name:<44}{text}"


@dataclass
class Machine:
    """What the sessions can use; `gaps` says why they cannot use the rest."""

    require_all: bool
    urls: dict[str, str] = field(default_factory=dict)
    chromium: str | None = None
    gaps: dict[str, str] = field(default_factory=dict)
    faults: list[Result] = field(default_factory=list)

    def start(self, key: str, stack: ExitStack) -> None:
        began = time.monotonic()
        try:
            self.urls[key] = stack.enter_context(getattr(servers, key)())
        except servers.ServerNotFound as error:
            self.lack(error.name, error.cure, error.cause, fault=self.require_all)
        except RuntimeError as error:
            self.lack(NAMES[key], "it is installed, but does not start", str(error), fault=True)
        else:
            print(f"{NAMES[key]} is ready after {time.monotonic() - began:.1f} s", flush=True)

    def find_chromium(self) -> None:
        self.chromium = servers.chromium()
        if not self.chromium:
            cure, cause = "apt install chromium", "it is not on PATH"
            self.lack("Chromium", cure, cause, fault=self.require_all)

    def lack(self, name: str, reason: str, cause: str = "", *, fault: bool = False) -> None:
        self.gaps[name] = reason
        if fault:
            print(f"{name} is required: {cause} ({reason})", file=sys.stderr, flush=True)
            self.faults.append(Result(name, failed=1, note=f"required ({reason})"))


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="python -m tests.run",
        description="Run pytest with every database, server and browser that is found.",
        epilog="Further arguments are passed to pytest.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--require-all",
        action="store_true",
        default=os.environ.get("CI", "").lower() in {"1", "true"},
        help="fail when a server or the browser is missing (always so with CI=true)",
    )
    parser.add_argument(
        "--databases",
        default=",".join(DATABASES),
        metavar="NAMES",
        help="default: %(default)s",
    )
    parser.add_argument("--no-browser", action="store_true", help="leave out tests/browser")
    parser.add_argument(
        "--stock-user", action="store_true", help="leave out the rounds with a custom user"
    )
    parser.add_argument(
        "--apps-only", action="store_true", help="leave out tests/project and the example site"
    )
    options, rest = parser.parse_known_args(arguments)
    options.databases = options.databases.split(",")
    if unknown := sorted(set(options.databases) - set(DATABASES)):
        parser.error(f"--databases knows {', '.join(DATABASES)}, not {', '.join(unknown)}")
    return options, [argument for argument in rest if argument != "--"]


def prepare(options: argparse.Namespace, stack: ExitStack) -> Machine:
    machine = Machine(options.require_all)
    for key in DATABASES:
        if key not in options.databases:
            machine.lack(NAMES[key], "not in --databases")
        elif key == "sqlite":
            machine.urls[key] = "sqlite://:memory:"
        else:
            machine.start(key, stack)
    machine.start("valkey", stack)
    if options.no_browser:
        machine.lack("Chromium", "--no-browser")
    else:
        machine.find_chromium()
    return machine


def plan(
    machine: Machine, directory: str, *, stock_user: bool = False, apps_only: bool = False
) -> list[Session]:
    redis = {"REDIS_URL": machine.urls["valkey"]} if "valkey" in machine.urls else {}
    common = {"DJANGO_SETTINGS_MODULE": "tests.settings", **redis}
    sessions = []
    for key in DATABASES:
        if url := machine.urls.get(key):
            env = {**common, "DATABASE_URL": url}
            # Projects that the tests make have a database of their own: one round of them will do.
            projects = ["tests/project"] if key == "sqlite" and not apps_only else []
            paths = [*APPS, *projects]
            sessions.append(Session(NAMES[key], paths, env))
    for key in [] if stock_user else ["sqlite", "postgresql"]:
        if url := machine.urls.get(key):
            env = {**common, "DATABASE_URL": url, "TEST_USER_MODEL": "users.Member"}
            # Views point to no user: what depends on the user model needs no second database.
            paths = APPS if key == "sqlite" else ["tests/follow", "tests/activity"]
            sessions.append(Session(f"{NAMES[key]}, custom user with a UUID key", paths, env))

    if apps_only:
        return sessions
    path = [str(servers.ROOT / "example_project"), os.environ.get("PYTHONPATH", "")]
    env = {
        **redis,
        "DATABASE_URL": f"sqlite:///{directory}/site.sqlite3",
        "DATA_DIR": f"{directory}/data",
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
    }
    name, paths = "example site", ["tests/site"]
    if machine.chromium:
        name, paths = "example site and browser", ["tests/site", "tests/browser"]
        env["CHROMIUM"] = machine.chromium
    return [*sessions, Session(name, paths, env, ["--ds=bookmarks.settings"])]


def run(session: Session, report: Path, arguments: list[str]) -> Result:
    paths = [path for path in session.paths if (servers.ROOT / path).exists()]
    if not paths:
        return Result(session.name, failed=1, note=f"there is no {' '.join(session.paths)}")
    coverage = ["-m", "coverage", "run", "--parallel-mode"] if os.environ.get("COVERAGE") else []
    command = [sys.executable, *coverage, "-m", "pytest", *ON_ALL_CORES, *session.options]
    command += [*paths, *arguments, f"--junitxml={report}"]
    inherited = {key: value for key, value in os.environ.items() if key != "TEST_USER_MODEL"}
    code = call(command, {**inherited, **session.env})
    result = count(session.name, report)
    if code and not result.failed:
        result.failed = 1
        reason = "there are no tests" if code == 5 else f"pytest ended with exit code {code}"
        result.note = f"{reason}, after {result.passed} passed"
    return result


def call(command: list[str], env: dict[str, str]) -> int:
    process = subprocess.Popen(
        command, cwd=servers.ROOT, env=env, preexec_fn=servers.die_with_parent
    )
    try:
        return process.wait()
    except BaseException as error:
        # On SIGINT pytest closes its browser and databases; a terminal's Ctrl-C has sent it one.
        first = 0 if isinstance(error, KeyboardInterrupt) else signal.SIGINT
        for number in (first, signal.SIGINT, signal.SIGKILL):
            process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
                break
        raise


def count(name: str, report: Path) -> Result:
    """Count the tests of a JUnit report; none if pytest wrote no whole report."""
    result = Result(name)
    with suppress(OSError, ElementTree.ParseError):
        for case in ElementTree.parse(report).iter("testcase"):
            outcomes = {child.tag for child in case}
            if outcomes & {"failure", "error"}:
                result.failed += 1
            elif "skipped" in outcomes:
                result.skipped += 1
            else:
                result.passed += 1
    return result


def summarize(title: str, results: list[Result], machine: Machine) -> None:
    print(f"\n=== {title}", *results, sep="\n")
    for name, reason in machine.gaps.items():
        print(f"not tested here: {name} ({reason})")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    options, rest = parse(arguments)
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="tests-"))
        machine = prepare(options, stack)
        results = machine.faults
        sessions = plan(
            machine, directory, stock_user=options.stock_user, apps_only=options.apps_only
        )
        for number, session in enumerate(sessions, 1):
            if number == len(sessions):
                summarize("so far", results, machine)
            print(f"\n=== session {number} of {len(sessions)}: {session.name}", flush=True)
            results.append(run(session, Path(directory, f"{number}.xml"), rest))
    summarize("results", results, machine)
    failed = sum(result.failed for result in results)
    passed = sum(result.passed for result in results)
    print(f"{passed} passed, {failed} failed, {sum(result.skipped for result in results)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
