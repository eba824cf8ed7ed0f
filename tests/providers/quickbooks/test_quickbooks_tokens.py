"""Refresh tokens: read from the vault, stored before use, never lost and never fought over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from local.faults import Died, Fault, Fuse
from local.http import Request, Response
from local.quickbooks.app import QuickBooks
from local.quickbooks.connect import REFRESH_TOKEN, MemoryVault, client_for, tokens_for, vault_for
from transport.exact import dumps
from work365.errors import NotFound, Rejected, Unavailable

if TYPE_CHECKING:
    from local.http import App
    from providers.quickbooks.client import Client
    from providers.quickbooks.tokens import Tokens

REALM = "9130347596842384"


class Office:
    """A connected company, its vault and a clock."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 2, 12, tzinfo=UTC)
        self.quickbooks = QuickBooks(self.now, limits=None)
        self.vault = vault_for(self.quickbooks, REALM)
        self.fuse = Fuse()
        self.app: App = self.fuse.guard(self.quickbooks)

    def now(self) -> datetime:
        """The clock."""
        return self.moment

    def pass_time(self, **parts: float) -> None:
        """Let it run."""
        self.moment += timedelta(**parts)

    def tokens(self) -> Tokens:
        """As a fresh worker has them."""
        return tokens_for(self.app, self.vault, self.now)

    def client(self) -> Client:
        """As a fresh worker has it."""
        return client_for(self.app, REALM, self.vault, self.now)


@pytest.fixture
def office() -> Office:
    """A connected company."""
    return Office()


def test_an_access_token_is_fetched_once_an_hour(office: Office) -> None:
    """One refresh serves an hour less a margin; nothing is written while the value stays the same."""
    tokens = office.tokens()
    first = tokens.access()
    office.pass_time(minutes=57)
    assert tokens.access() == first
    assert office.fuse.count == 1
    office.pass_time(minutes=2)
    assert tokens.access() != first
    assert (office.fuse.count, office.vault.writes) == (2, [])


def test_a_new_value_is_stored_before_it_is_used(office: Office) -> None:
    """After a day the value changes: the vault has it before any request carries the new access token."""
    before = office.vault.read(REFRESH_TOKEN)
    office.pass_time(hours=25)
    office.fuse.arm(at=2, fault=Fault.DIE_BEFORE)
    client = office.client()
    with pytest.raises(Died):
        client.query("Customer")
    assert [name for name, _ in office.vault.writes] == [REFRESH_TOKEN]
    assert office.vault.read(REFRESH_TOKEN) != before
    assert office.client().query("Customer") == []


@pytest.mark.parametrize("fault", [Fault.DIE_BEFORE, Fault.DIE_AFTER])
def test_a_crash_while_refreshing_loses_nothing(office: Office, fault: Fault) -> None:
    """The old value works until the new one is used, so whoever comes next gets the new one again."""
    office.pass_time(hours=25)
    office.fuse.arm(at=1, fault=fault)
    with pytest.raises(Died):
        office.tokens().access()
    office.fuse.reset()
    assert office.client().query("Customer") == []
    assert len(office.vault.writes) == 1


def test_a_lost_answer_is_asked_for_again(office: Office) -> None:
    """A refresh may be repeated, so the transport does."""
    office.pass_time(hours=25)
    office.fuse.arm(at=1, fault=Fault.LOSE_ANSWER)
    assert office.client().query("Customer") == []


class SlowVault(MemoryVault):
    """Answers the first read with what it held a day ago, as a worker does that was slow."""

    def __init__(self, values: dict[str, str], old: str) -> None:
        super().__init__(values)
        self._old: str | None = old

    def read(self, name: str) -> str:
        """The old value, once."""
        if name == REFRESH_TOKEN and self._old is not None:
            old, self._old = self._old, None
            return old
        return super().read(name)


def test_who_holds_a_worthless_value_reads_the_vault_again(office: Office) -> None:
    """Another worker rotated it meanwhile: read again, go on, write nothing."""
    old = office.vault.read(REFRESH_TOKEN)
    office.pass_time(hours=25)
    office.client().query("Customer")
    slow = SlowVault({name: office.vault.read(name) for name in ("quickbooks-app", REFRESH_TOKEN)}, old)
    assert tokens_for(office.app, slow, office.now).access()
    assert slow.writes == []


def test_a_newer_value_is_never_overwritten(office: Office) -> None:
    """Between our refresh and our writing another worker stored a newer one: ours is dropped."""
    newer: list[str] = []

    def meanwhile(request: Request) -> Response:
        answer = office.quickbooks(request)
        office.vault.write(REFRESH_TOKEN, "newer")
        newer.append("newer")
        return answer

    office.pass_time(hours=25)
    tokens_for(meanwhile, office.vault, office.now).access()
    assert office.vault.read(REFRESH_TOKEN) == "newer"
    assert len(office.vault.writes) == len(newer)


def test_an_ended_connection_asks_for_a_person(office: Office) -> None:
    """Refused twice with what the vault holds: a sentence that says to connect again."""
    office.quickbooks.connections.revoke(REALM)
    with pytest.raises(Rejected, match="connect it again"):
        office.tokens().access()


def test_a_connection_that_ended_for_the_other_worker_too(office: Office) -> None:
    """The value that was stored meanwhile is worthless as well."""
    slow = SlowVault({"quickbooks-app": "local-secret", REFRESH_TOKEN: "also worthless"}, "worthless")
    with pytest.raises(Rejected, match="connect it again"):
        tokens_for(office.app, slow, office.now).access()


@pytest.mark.parametrize("worthless", [False, True])
def test_other_refusals_stay_what_they_are(office: Office, worthless: bool) -> None:
    """A wrong app secret is not an ended connection, before or after the vault was read again."""
    answers = [Response(400, (), dumps({"error": "invalid_grant"}))] if worthless else []

    def app(request: Request) -> Response:
        return answers.pop() if answers else Response(401, (), dumps({"error": "invalid_client"}))

    vault = SlowVault({"quickbooks-app": "local-secret", REFRESH_TOKEN: "second"}, "first")
    with pytest.raises(Rejected, match="answered 401"):
        tokens_for(app, vault, office.now).access()


def test_no_secret_no_call(office: Office) -> None:
    """Without a value in the vault nothing is sent; without an answer nothing is written."""
    with pytest.raises(NotFound):
        tokens_for(office.app, MemoryVault({}), office.now).access()
    assert office.fuse.count == 0
    dead = tokens_for(lambda _: Response(503), office.vault, office.now)
    with pytest.raises(Unavailable):
        dead.access()


def test_secrets_do_not_show(office: Office) -> None:
    """Neither tokens nor clients print what they hold."""
    tokens = office.tokens()
    token = tokens.access()
    assert token not in repr(tokens) + repr(vars(tokens)["_access"])
    assert repr(office.client()) == f"Client(QuickBooks, {REALM})"


def test_a_refused_access_token_is_renewed_once(office: Office) -> None:
    """A 401 did nothing: the request is sent once more with a fresh token, or with a fellow thread's."""
    client = office.client()
    client.query("Customer")
    state = office.quickbooks.books.state(REALM)
    office.quickbooks.books.keep(REALM, {**state, "access": {}})
    client.write("Customer", {"DisplayName": "Contoso"})
    assert office.quickbooks.books.all(REALM, "Customer")[0]["DisplayName"] == "Contoso"
    tokens = office.tokens()
    first = tokens.access()
    second = tokens.renew(first)
    assert tokens.renew(first) == second != first
