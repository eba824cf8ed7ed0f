"""What must be true of being late: what a reminder costs, and what becomes of suspensions."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dataverse.rows import choice_label, status_label
from local.months.arranging import REMINDED, SUSPEND_DAYS
from local.months.reading import Row, invoices, minor, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from local.months.partner import Partner

LINE, REMINDER, SUSPENSION = "w365_invoiceline", "w365_reminder", "w365_suspension"
YEAR_DAYS = 365
ZONE = ZoneInfo("Europe/Berlin")
"""Where the partner's days begin."""
ASKING = ("Warned", "Proposed", "Declined", "Confirmed")
"""States of a suspension whose cause goes on."""
ENDS = ("Withdrawn", "Resumed")
"""After these the same cause may begin again."""


def fees_are_charged_once_a_step(partner: Partner) -> Iterator[str]:
    """One reminder of an invoice for a step, one item for a fee, one line that bills it."""
    called = numbers(partner)
    steps = Counter((row["_w365_invoice_value"], row["w365_day"]) for row in partner.rows(REMINDER))
    yield from (f"{called[id_]} had step {day:+d} {times} times" for (id_, day), times in steps.items() if times > 1)
    fees = [row for row in partner.rows(REMINDER) if row["w365_fee"] is not None]
    items = Counter(row["_w365_feeitem_value"] for row in fees)
    yield from (f"one item bills {times} fees" for item, times in items.items() if item and times > 1)
    lines = Counter(row["w365_key"].removeprefix("item/").partition(".")[0] for row in partner.rows(LINE) if _bills_a_fee(row))
    yield from (f"a fee is billed {times} times" for times in lines.values() if times > 1)
    yield from (f"a fee is billed that no step has charged: {item}" for item in lines if item not in items)


def _bills_a_fee(row: Row) -> bool:
    return choice_label(LINE, "w365_kind", row["w365_kind"]) == "Fee" and not row["w365_origin"]


def what_is_disputed_bears_no_fee(partner: Partner) -> Iterator[str]:
    """Whoever is reminded is asked for no more than the rest of the total, and pays no more than the step says of that."""
    bills = {row["w365_invoiceid"]: row for row in invoices(partner)}
    questions = _questions(partner)
    for row in partner.rows(REMINDER):
        bill, asked = bills[row["_w365_invoice_value"]], minor(row, "w365_amount")
        disputed = sum(amount for invoice, amount, since, until in questions if _counts(row, invoice, since, until))
        if asked > minor(bill, "w365_total") - disputed:
            yield f"{bill['w365_number']} {row['w365_day']:+d}: asked for {asked}, although {disputed} were disputed"
        most = _most(row, bill, asked)
        if minor(row, "w365_fee") > most:
            yield f"{bill['w365_number']} {row['w365_day']:+d}: a fee of {minor(row, 'w365_fee')} on {asked}, {most} at most"


def _most(reminder: Row, bill: Row, asked: int) -> int:
    """What a step may cost of an amount at most, by its percentages, in minor units."""
    costs = REMINDED[reminder["w365_day"]]
    day = datetime.fromisoformat(reminder["createdon"]).astimezone(ZONE).date()
    late = max(0, (day - date.fromisoformat(bill["w365_duedate"])).days)
    percent, yearly = costs.get("w365_feepercent", Decimal(0)), costs.get("w365_yearlyinterest", Decimal(0))
    exact = asked * (Fraction(percent) / 100 + Fraction(yearly) / 100 * Fraction(late, YEAR_DAYS))
    return int(exact + Fraction(1, 2))


def _questions(partner: Partner) -> list[tuple[str, int, str, str]]:
    """Of which invoice how much was disputed, since when and until when. Shape: moments as rows have them, "" for no end."""
    said: dict[str, list[Row]] = {}
    for row in sorted(partner.rows("w365_questionmessage"), key=lambda one: int(one["w365_sequence"])):
        said.setdefault(row["_w365_question_value"], []).append(row)
    found = []
    for row in partner.rows("w365_question"):
        messages = said[row["w365_questionid"]]
        until = messages[-1]["createdon"] if row["statecode"] else ""
        found.append((row["_w365_invoice_value"], minor(row, "w365_disputed"), messages[0]["createdon"], until))
    return found


def _counts(reminder: Row, invoice: str, since: str, until: str) -> bool:
    """Whether a question stood when somebody was reminded; within a second both orders are right."""
    at = reminder["createdon"]
    return bool(invoice == reminder["_w365_invoice_value"] and since < at and (not until or at < until))


def suspensions_go_with_their_cause(partner: Partner) -> Iterator[str]:
    """One for an episode; a contract of which nothing is late any more is asked for none."""
    rows, late = partner.rows(SUSPENSION), _late(partner)
    keys = Counter(row["w365_key"] for row in rows)
    yield from (f"{times} suspensions for {key}" for key, times in keys.items() if times > 1)
    for row in rows:
        state = status_label(SUSPENSION, row)
        if state in ASKING and row["_w365_contract_value"] not in late:
            yield f"a suspension is {state}, and nothing is late: {row['w365_reason']}"


def _late(partner: Partner) -> set[str]:
    """Contracts with a document that is open for longer after its due day than the rule allows."""
    by = partner.now.astimezone(ZONE).date() - timedelta(days=SUSPEND_DAYS)
    open_ones = [row for row in invoices(partner) if minor(row, "w365_balance") > 0]
    return {row["_w365_contract_value"] for row in open_ones if date.fromisoformat(row["w365_duedate"]) < by}


def note_suspensions(partner: Partner, histories: dict[str, list[str]]) -> None:
    """Keep where each suspension stands, if it has moved; by its id."""
    for row in partner.rows(SUSPENSION):
        states = histories.setdefault(row["w365_suspensionid"], [])
        if states[-1:] != [status_label(SUSPENSION, row)]:
            states.append(status_label(SUSPENSION, row))


def proposed_once(histories: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Between two proposals of one episode it has ended. Shape: the states of each that were seen in turn."""
    for states in histories.values():
        since_end = 0
        for before, state in pairwise(("", *states)):
            since_end = 0 if before in ENDS else since_end
            since_end += state == "Proposed"
            if since_end > 1:
                yield f"a suspension was proposed twice: {', '.join(states)}"
                break
