"""What people do with an invoice in the demo, and what it then says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataverse.rows import status_label
from dataverse.webapi import Ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.system import LocalSystem


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a person does with an invoice, and what the form then shows."""

    act: str
    said: str
    status: str
    total: str
    charged: str
    balance: str


def look(system: LocalSystem, invoice: str, act: str, said: str) -> Step:
    """An invoice after something was done with it. Shape: `said` is what whoever did it was told."""
    columns = ("statuscode", "w365_total", "w365_amountcharged", "w365_balance")
    row = system.application.api.read(Ref("w365_invoice", invoice), select=columns)
    amounts = (f"{row[name]:.2f}" for name in columns[1:])
    return Step(act, said, status_label("w365_invoice", row), *amounts)


@dataclass(frozen=True, slots=True)
class People:
    """What was done by a clerk who charges, a bookkeeper who enters a transfer, and a customer with a link."""

    clicks: Sequence[Step]
    transfer: Sequence[Step]
    linked: Sequence[Step]
