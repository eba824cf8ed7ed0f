"""A partner in the middle of its day: a customer who owes two months, a change that is planned, questions, money at the bank."""

from __future__ import annotations

import shlex
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.query import Query, eq
from dataverse.rows import choice_value, status
from dataverse.webapi import Ref
from local.desks.receipts import ReceiptDesk
from tests.same_key.office import Office
from work365.ports.platform import JOBS

if TYPE_CHECKING:
    import pytest

FEBRUARY = date(2026, 2, 1)


class Town(ReceiptDesk):
    """K-1 owes INV-CO-2026-00001 and -00002, 368.90 EUR each, for contract C-1; it is 1 February.

    C-1 has two more subscriptions, one of them bound by a term, and an item; C-9 was entered long after it had begun.
    """

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__()
        self.months(2)
        (row,) = self.api.find(Query("w365_billingcontract", ("w365_billingcontractid",)))
        contract = str(row["w365_billingcontractid"])
        self.subscription(contract, start=FEBRUARY, externalid="ms-1")
        self.subscription(contract, start=FEBRUARY, externalid="ms-2", term="P1Y", commitmentend=date(2026, 4, 10))
        self.item(contract, FEBRUARY, "10.00")
        self.subscription(self.contract("C-9", start=date(2025, 11, 1)), start=date(2025, 11, 1))
        form = {"w365_name": "VAT form", "w365_code": "vat-form", "w365_validfrom": FEBRUARY}
        by_hand = choice_value("w365_checklistitem", "w365_kind", "By hand")
        self.api.create("w365_checklistitem", form | {"w365_kind": by_hand})
        limit = {"creditlimit": Decimal(5000), **self.tenant.currencies.bind("EUR")}
        self.api.update(Ref("account", self.account), limit)
        self.office = Office(capsys, self.tenant.app, self.clock)

    def at(self, day: date) -> None:
        """It is noon of a day."""
        self.clock.moment = datetime.combine(day, time(12, tzinfo=UTC))

    def named(self, words: str) -> str:
        """Words in which `{table}` is the id of that table's newest row."""
        tables = ("scheduledchange", "question", "nonrecurringitem")
        return words.format_map({table: self._newest(f"w365_{table}") for table in tables if f"{{{table}}}" in words})

    def _newest(self, table: str) -> str:
        rows = list(self.api.find(Query(table, (f"{table}id",), order="createdon desc")))
        return str(rows[0][f"{table}id"])

    def does(self, line: str) -> None:
        """One line of a story: a command, whose job is done, the day that it becomes, or a change that fails."""
        words = shlex.split(self.named(line))
        if words[0] == "on":
            return self.at(date.fromisoformat(words[1]))
        if words[0] == "fails":
            return self.api.update(Ref("w365_scheduledchange", words[1]), status("w365_scheduledchange", "Failed"))
        said = self.office.types(*words)
        assert said.code in {0, 1}, said
        for job in self.open_jobs():
            self.office.send(JOBS, {"job": job})
        return None

    def open_jobs(self) -> list[str]:
        """Jobs that nobody has begun."""
        waits = eq("statuscode", status("w365_job", "Waiting")["statuscode"])
        return [str(row["w365_jobid"]) for row in self.api.find(Query("w365_job", ("w365_jobid",), waits))]
