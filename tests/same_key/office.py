"""A person who types commands, each in a process of its own; what workers do, each job again in one of its own.

So whatever a command says the second time, it knows from rows of the tenant: a restart lies between any two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import settings
import wiring
from cli.main import main
from dataverse.schema.tables import BY_NAME
from dataverse.webapi import WebApi
from local.desks.statements import WordsAlone
from local.http import httpx_transport
from transport.client import Http

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dataverse.rows import Row
    from local.dataverse.app import DataverseApp
    from wiring import Application
    from work365.ports.platform import Clock

TOLD = {
    "W365_DATAVERSE_URL": "https://org.example",
    "W365_VAULT_URL": "https://vault.example",
    "W365_MAILBOX": "billing@contoso.example",
    "AzureWebJobsStorage": "none",
}
ROOT = "https://org.example/api/data/v9.2/"
STAMPS = frozenset({"@odata.etag", "versionnumber", "modifiedon", "_modifiedby_value", "_modifiedonbehalfby_value"})
"""What a row says of being written, and nothing of what it holds."""
LOOKS_MAX = 8


class Said(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str


class Office:
    """Somebody at the keyboard of a tenant.

    Shape: `person` is their Entra object id, or the deployment's own identity; `adapters` stand for those of the deployment that
    leave this machine.
    """

    def __init__(
        self,
        capsys: pytest.CaptureFixture[str],
        tenant: DataverseApp,
        clock: Clock,
        *,
        person: str = "",
        **adapters: Any,  # noqa: ANN401  of any kind
    ) -> None:
        self._capsys, self._tenant, self._clock = capsys, tenant, clock
        self._person, self._adapters = person, adapters
        self._messages: list[Mapping[str, str]] = []

    def begun(self) -> Application:
        """A process that has just begun: it knows nothing that is no row."""
        begun = wiring.build(settings.read(TOLD), clock=self._clock)
        api = WebApi(Http("dataverse", ROOT, transport=httpx_transport(self._tenant)), lambda: "token")
        vars(begun).update(api=api, queue=self, documents=WordsAlone(), **self._adapters)
        return begun

    def types(self, *words: str) -> Said:
        """One command, from its words to its exit code."""
        begun = self.begun()
        if self._person:
            vars(begun)["api"] = begun.api.as_user(self._person)
        wiring.install(begun)
        with pytest.raises(SystemExit) as end:
            main(list(words))
        out = self._capsys.readouterr()
        return Said(int(end.value.code or 0), out.out, out.err)

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: float = 0) -> None:
        """A worker is always there, and looks again as often as it must."""
        del queue, delay_s
        self._messages.append(message)
        if len(self._messages) == 1:
            self._work_off()

    def _work_off(self) -> None:
        for _ in range(LOOKS_MAX):
            if not self._messages:
                return
            begun, message = self.begun(), self._messages[0]
            begun.run_chunk(message) if "chunk" in message else begun.run_job(message)
            self._messages.remove(message)
        left = f"after {LOOKS_MAX} looks there is still work: {self._messages}"
        raise AssertionError(left)

    def rows(self) -> dict[str, list[Row]]:
        """All that the tenant holds in our tables."""
        return {
            table: [{name: value for name, value in row.items() if name not in STAMPS} for row in self._tenant.rows(table)]
            for table in (*(name for name in BY_NAME if name.startswith("w365_")), "account")
        }
