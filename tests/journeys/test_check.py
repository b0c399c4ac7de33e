"""`frontdesk check` with a Slack and a mail server that answer."""

from __future__ import annotations

import ssl
from pathlib import Path

import aiosmtplib
import pytest

from bot import check as checking
from sandbox.server import Sandbox
from tests.journeys.stage import ROOT, settings_for


async def said_by_check(tmp_path: Path, desk: str) -> list[str]:
    (tmp_path / "desk.yml").write_text(desk, encoding="utf-8")
    said: list[str] = []
    async with Sandbox(ROOT / "manifest.yml") as slack:
        settings = settings_for(slack, tmp_path, FRONTDESK_DESK=tmp_path / "desk.yml")
        await checking.check(settings, offline=False, say=said.append)
    return said


@pytest.fixture
def example() -> str:
    return (ROOT / "desk.example.yml").read_text(encoding="utf-8")


async def test_what_is_right_is_named(tmp_path: Path, example: str) -> None:
    said = await said_by_check(tmp_path, example)

    assert [line for line in said if not line.startswith("✓")] == []
    assert f"✓ database: SQLite, {tmp_path}/frontdesk.db (new and empty)" in said
    assert any(line.startswith("✓ mail in: smtp://127.0.0.1:") for line in said)
    assert "✓ channel frontdesk-admin of administrators" in said


async def test_a_channel_of_administrators_that_is_not_there_is_told(
    tmp_path: Path, example: str
) -> None:
    said = await said_by_check(tmp_path, example.replace("frontdesk-admin", "frontdesk-amdin"))

    assert "✗ channel frontdesk-amdin of administrators: not found; invite the bot" in said


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (aiosmtplib.SMTPAuthenticationError(535, "hunter2"), "refuses our user or password"),
        (ssl.SSLCertVerificationError(1, "self-signed"), "its certificate is not trusted"),
        (TimeoutError(), "does not answer"),
        (aiosmtplib.SMTPConnectTimeoutError("late"), "does not answer"),
        (ConnectionRefusedError(111, "refused"), "cannot be reached"),
        (aiosmtplib.SMTPConnectError("x"), "cannot be reached"),
        (aiosmtplib.SMTPException("no STARTTLS"), "does not do what we ask for, like STARTTLS"),
    ],
)
def test_a_mail_server_that_will_not_is_told_in_words(fault: Exception, words: str) -> None:
    said = checking._why_no_mail(fault)

    assert said.startswith(words)
    assert "hunter2" not in said
