"""The servers, one pair for the session (with xdist: for each worker), lent empty to each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mailservers.servers import MailServers, own_mail_servers


@pytest.fixture(scope="session")
def _running_mail_servers() -> Iterator[MailServers]:
    with own_mail_servers() as servers:
        yield servers


@pytest.fixture
def mail_servers(_running_mail_servers: MailServers) -> MailServers:
    _running_mail_servers.clear()
    return _running_mail_servers
