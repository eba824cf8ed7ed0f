"""What must be true of money: at any time, and once a month is settled. A law says in words what breaks it.

All of them read rows and gateways past every fault, in minor units of each currency.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dataverse.rows import choice_label, status_label
from dataverse.stores.currencies import Currencies
from dataverse.stores.prepaid import Prepaid
from dataverse.stores.statements import StatementRows
from local.desks.giving_back import ACCOUNT, FIRST, LAST
from local.months.asked_laws import nothing_large_is_done_unasked
from local.months.books_laws import the_books_agree
from local.months.gateways import look
from local.months.late_laws import fees_are_charged_once_a_step, suspensions_go_with_their_cause, what_is_disputed_bears_no_fee
from local.months.reading import Row, invoices, is_a_persons, minor
from local.months.taking import code_of
from work365.handlers import balancing, prepaid
from work365.periods import days_at
from work365.receivables.statement import statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.months.partner import Partner

OURS = "Something is wrong on our side"
"""How a job begins that broke an invariant."""


def at_any_time(partner: Partner) -> Iterator[str]:
    """No invoice is over-charged, whatever is under way."""
    gateways = look(partner)
    for row in invoices(partner):
        owed = minor(row, "w365_total")
        taken, offered = gateways.asked[row["w365_invoiceid"]], gateways.offered[row["w365_invoiceid"]]
        if taken > max(owed, 0):
            yield f"{row['w365_number']} over {owed} was charged {taken}"
        elif taken + offered > max(owed, 0):
            yield f"{row['w365_number']} over {owed} was charged {taken}, and a page asks for {offered}"
        if owed >= 0 and not 0 <= minor(row, "w365_amountcharged") <= owed:
            yield f"{row['w365_number']} over {owed} counts {minor(row, 'w365_amountcharged')} as charged"


def money_is_where_it_should_be(partner: Partner) -> Iterator[str]:
    """What a gateway holds of an invoice = what came less what went = what invoices use of it and what is spare."""
    holds, used, moved = look(partner).holds, _used(partner), _moved(partner)
    for row in invoices(partner):
        invoice = row["w365_invoiceid"]
        if not holds[invoice] == moved[invoice] == used[invoice]:
            says = f"gateways hold {holds[invoice]}, came less went {moved[invoice]}, allocated and spare {used[invoice]}"
            yield f"{row['w365_number']}: {says}"


def invoices_count_what_they_use(partner: Partner) -> Iterator[str]:
    """Total = charged + written off + balance; what all documents count as charged = what is allocated, in each currency."""
    charged, allocated = Counter[str](), Counter[str]()
    own, credited = Counter[str](), {row["_w365_original_value"] for row in invoices(partner)}
    notes = {row["w365_paymentid"] for row in partner.rows("w365_payment") if _source(row) == "Credit note"}
    for part in partner.rows("w365_allocation"):
        own[part["_w365_invoice_value"]] += minor(part, "w365_amount")
        if part["_w365_payment_value"] not in notes:  # what a note pays, it counts against itself
            allocated[code_of(part)] += minor(part, "w365_amount")
    for row in invoices(partner):
        counted = minor(row, "w365_amountcharged")
        charged[code_of(row)] += counted
        if minor(row, "w365_total") - counted - minor(row, "w365_writtenoff") != minor(row, "w365_balance"):
            yield f"{row['w365_number']}: the balance is not what is left of the total"
        plain = row["w365_invoiceid"] not in credited and row["_w365_original_value"] is None
        if plain and counted != own[row["w365_invoiceid"]]:
            yield f"{row['w365_number']}: {counted} charged, {own[row['w365_invoiceid']]} allocated"
    for code in charged | allocated:
        if charged[code] != allocated[code]:
            yield f"{code}: documents count {charged[code]}, allocations say {allocated[code]}"


def nothing_is_open_beside_money_left_over(partner: Partner) -> Iterator[str]:
    """What a payment of an invoice has left over pays it before anybody is asked for more."""
    spare = {row["_w365_invoice_value"] for row in partner.rows("w365_payment") if minor(row, "w365_spare") > 0}
    for row in invoices(partner):
        if row["w365_invoiceid"] in spare and minor(row, "w365_balance") > 0 and status_label("w365_invoice", row) != "Cancelled":
            yield f"{row['w365_number']} is open by {minor(row, 'w365_balance')} beside money of its own that pays nothing"


def receipts_are_used_once(partner: Partner) -> Iterator[str]:
    """What came without a gateway = what is left of it and what invoices took."""
    receipt_of = {row["w365_paymentid"]: row["_w365_receipt_value"] for row in partner.rows("w365_payment")}
    taken = Counter[str]()
    for part in partner.rows("w365_allocation"):
        taken[receipt_of[part["_w365_payment_value"]] or ""] += minor(part, "w365_amount")
    for row in partner.rows("w365_receipt"):
        left = 0 if row["w365_returnedon"] else minor(row, "w365_amount") - minor(row, "w365_unapplied")
        if taken[row["w365_receiptid"]] != left:
            yield f"receipt {row['w365_reference']}: {left} is used, {taken[row['w365_receiptid']]} allocated"


def balances_agree(partner: Partner) -> Iterator[str]:
    """The customer's statement closes with what its kept balance says; the prepaid balance is the sum of its movements."""
    balancing.refresh([partner.account], book=partner.balances, day_in=days_at(partner.now))
    kept = {one.balance.balance.currency: one.balance.balance for one in partner.balances.kept(ACCOUNT)}
    for account in StatementRows(partner.quiet).customer(ACCOUNT, children=False).accounts:
        closing = statement(account.documents, account.payments, account.currency, first=FIRST, last=LAST).closing
        said = kept.get(account.currency)
        if closing.minor != (0 if said is None else said.minor):
            yield f"the statement closes with {closing}, the balance says {said}"
    book = Prepaid(partner.quiet, Currencies(partner.quiet))
    if not prepaid.proven(book.of_contract("C-1"), book):
        yield "the prepaid balance is not the sum of its movements"


def every_attempt_is_explained(partner: Partner) -> Iterator[str]:
    """Nothing is left in between, and what failed says why."""
    for table in ("w365_payment", "w365_refund", "w365_job"):
        for row in partner.rows(table):
            state, said = status_label(table, row), row["w365_message"] or ""
            if row["statecode"] == 0:
                yield f"{table} is left {state}: {said}"
            elif OURS in said or (state in ("Failed", "Refused") and not said):
                yield f"{table} is {state}: {said or 'nobody knows why'}"


def everybody_is_told_once(partner: Partner) -> Iterator[str]:
    """A notice that was sent is one mail, and a mail is one notice; none is left open but to a person, who is told so."""
    sent = Counter(_delivery(mail) for mail in partner.graph.outbox())
    for delivery, times in sent.items():
        if times > 1:
            yield f"a mail went out {times} times"
        if not delivery:
            yield "a mail went out that nobody wrote down"
    told = [status_label("w365_notice", row) for row in partner.rows("w365_notice") if not is_a_persons(row)]
    if told.count("Sent") != len(sent) or set(told) & {"Queued", "Unknown"}:
        yield f"{len(sent)} mails left, notices are {dict(Counter(told))}"


AT_REST: tuple[Callable[[Partner], Iterator[str]], ...] = (
    at_any_time,
    money_is_where_it_should_be,
    invoices_count_what_they_use,
    nothing_is_open_beside_money_left_over,
    receipts_are_used_once,
    balances_agree,
    every_attempt_is_explained,
    everybody_is_told_once,
    fees_are_charged_once_a_step,
    what_is_disputed_bears_no_fee,
    suspensions_go_with_their_cause,
    nothing_large_is_done_unasked,
    the_books_agree,
)
"""What holds once a month is settled."""


def _source(payment: Row) -> str:
    return choice_label("w365_payment", "w365_source", payment["w365_source"])


def _through_gateways(partner: Partner) -> dict[str, Row]:
    """Payments by a profile, and on the page of a gateway."""
    payments = partner.rows("w365_payment")
    return {row["w365_paymentid"]: row for row in payments if row["_w365_profile_value"] or row["_w365_processor_value"]}


def _used(partner: Partner) -> Counter[str]:
    """By invoice of the payment: what is allocated of its gateway payments, wherever, and what is spare."""
    through = _through_gateways(partner)
    used = Counter[str]()
    for row in through.values():
        used[row["_w365_invoice_value"]] += minor(row, "w365_spare")
    of = {row["w365_paymentid"]: row["_w365_leftoverof_value"] for row in partner.rows("w365_payment")}
    for part in partner.rows("w365_allocation"):
        came_as = of[part["_w365_payment_value"]] or part["_w365_payment_value"]
        if came_as in through:
            used[through[came_as]["_w365_invoice_value"]] += minor(part, "w365_amount")
    return used


def _moved(partner: Partner) -> Counter[str]:
    """By invoice of the payment: what came through gateways, less what went."""
    through = _through_gateways(partner)
    moved = Counter[str]()
    for row in through.values():
        came = status_label("w365_payment", row) in ("Succeeded", "Returned")
        moved[row["_w365_invoice_value"]] += minor(row, "w365_amount") if came else 0
    for row in partner.rows("w365_refund"):
        if status_label("w365_refund", row) == "Succeeded":
            moved[through[row["_w365_payment_value"]]["_w365_invoice_value"]] -= minor(row, "w365_amount")
    for row in partner.rows("w365_dispute"):
        moved[through[row["_w365_payment_value"]]["_w365_invoice_value"]] -= minor(row, "w365_away")
    return moved


def _delivery(mail: Row) -> str:
    """The mark that a mail carries; one mark is one delivery."""
    return next((str(one["value"]) for one in mail.get("internetMessageHeaders", ())), "")
