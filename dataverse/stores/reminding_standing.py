"""What is known of open invoices besides their rows: steps that were taken, fees, payments on their way, what banks hold back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, eq, gt
from dataverse.rows import choice_value, day, decimal, status
from dataverse.stores import disputed
from work365.receivables.payments import PaymentState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from dataverse.rows import Row

INVOICE = "_w365_invoice_value"
OF_AN_OPEN_ONE = gt("w365_Invoice/w365_balance", 0)
REMINDER, PAYMENT, LINE = "w365_reminder", "w365_payment", "w365_invoiceline"
BEGUN = (PaymentState.PENDING, PaymentState.UNKNOWN, PaymentState.PROCESSING)
ON_ITS_WAY = any_of("statuscode", [status(PAYMENT, state.value)["statuscode"] for state in BEGUN])
BILLED_FEE = eq("w365_kind", choice_value(LINE, "w365_kind", "Fee"))
QUESTIONS = (
    Get(Query(REMINDER, (INVOICE, "w365_day", "w365_fee", "w365_interestto"), OF_AN_OPEN_ONE)),
    Get(Query(PAYMENT, (INVOICE,), both(ON_ITS_WAY, OF_AN_OPEN_ONE))),
    disputed.AT_GATEWAYS,
    Get(Query(LINE, (INVOICE, "w365_amount", "w365_tax"), both(BILLED_FEE, OF_AN_OPEN_ONE))),
)
"""Asked with the open invoices; the answers make a `Standing`."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of open invoices, each by its id.

    Attributes:
        taken: days of steps.
        charged: fees of these steps, in major units.
        interest_to: the last day that one of them charged interest for.
        coming: a payment was begun, and its outcome is open.
        held_back: by banks, in disputes at gateways.
        fees_before: fees for other invoices that stand on it, with tax.
    """

    taken: Mapping[str, frozenset[int]]
    charged: Mapping[str, Decimal]
    interest_to: Mapping[str, date]
    coming: frozenset[str]
    held_back: Mapping[str, Decimal]
    fees_before: Mapping[str, Decimal]


def standing(had: Sequence[Row], begun: Sequence[Row], held: Sequence[Row], fees: Sequence[Row]) -> Standing:
    """The answers to `QUESTIONS`, in their order."""
    taken: dict[str, set[int]] = defaultdict(set)
    charged: dict[str, Decimal] = defaultdict(Decimal)
    interest_to: dict[str, date] = {}
    for row in had:
        invoice = row[INVOICE]
        taken[invoice].add(row["w365_day"])
        if row["w365_fee"]:
            charged[invoice] += decimal(row["w365_fee"])
        if row["w365_interestto"]:
            interest_to[invoice] = max(day(row["w365_interestto"]), interest_to.get(invoice, day(row["w365_interestto"])))
    before: dict[str, Decimal] = defaultdict(Decimal)
    for row in fees:
        before[row[INVOICE]] += decimal(row["w365_amount"]) + decimal(row["w365_tax"])
    return Standing(
        taken={invoice: frozenset(days) for invoice, days in taken.items()},
        charged=charged,
        interest_to=interest_to,
        coming=frozenset(row[INVOICE] for row in begun),
        held_back=disputed.at_gateways(held),
        fees_before=before,
    )
