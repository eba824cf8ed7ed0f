"""Acts with money that comes without a gateway: receipts, prepaid balances, and holds of who does not pay."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from dataverse.stores.currencies import Currencies
from dataverse.stores.holding import Holds
from dataverse.stores.prepaid import Prepaid
from local.desks.giving_back import ACCOUNT
from local.months.acts import act
from local.months.taking import bills
from work365.handlers import holding, prepaid, receiving
from work365.money import Currency, exactly
from work365.receivables.receipts import Method, posted
from work365.receivables.spreading import Wish

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from local.months.office import Office

AMOUNTS = ("100.00", "368.90", "500.00", "33.33")


def receipts(office: Office) -> list[dict[str, Any]]:
    """Money that came without a gateway, in the order of its references."""
    return sorted(office.partner.rows("w365_receipt"), key=lambda row: str(row["w365_reference"]))


def transfers(office: Office, amount: Decimal, wishes: Sequence[Wish] | None) -> str:
    """A bookkeeper posts a transfer, and once more after trouble; its reference."""
    partner, day = office.partner, office.partner.today()
    reference, money = f"T-{len(receipts(office)) + 1}", exactly(amount, Currency("EUR"))
    receipt = posted(partner.account, partner.entity, Method.BANK_TRANSFER, reference, day, money, today=day)
    paying: dict[str, Any] = {"now": partner.now, "close_page": office.application.close_page}
    type_it = partial(receiving.post, receipt, wishes, book=partner.receipts, **paying)
    if not office.tries("the bookkeeper", type_it):
        office.tries("the bookkeeper again", type_it)
    return reference


@act(6)
def money_comes_in(office: Office, dice: Random) -> str:
    """A transfer for the oldest invoices, one that is named or none yet."""
    amount, row = Decimal(dice.choice(AMOUNTS)), dice.choice(bills(office))
    wishes = dice.choice((None, (), (Wish(row["w365_number"]),)))
    reference = transfers(office, amount, wishes)
    return f"{reference} over {amount}, {'oldest first' if wishes is None else 'unapplied' if not wishes else row['w365_number']}"


@act(3)
def apply_what_is_left(office: Office, dice: Random) -> str | None:
    """What is left of a receipt goes to the oldest invoices."""
    found = receipts(office)
    if not found:
        return None
    reference = str(dice.choice(found)["w365_reference"])

    def type_it() -> None:
        partner = office.partner
        receipt, close_page = partner.receipts.find(ACCOUNT, reference), office.application.close_page
        receiving.apply(receipt, None, book=partner.receipts, now=partner.now, close_page=close_page)

    office.tries("the bookkeeper", type_it)
    return reference


@act(3)
def take_a_receipt_back(office: Office, dice: Random) -> str | None:
    """What a receipt pays of one invoice is undone, or the bank takes all of it back."""
    found = receipts(office)
    if not found:
        return None
    reference, number = str(dice.choice(found)["w365_reference"]), str(dice.choice(bills(office))["w365_number"])
    bounces = dice.random() < 0.4

    def type_it() -> None:
        book = office.partner.receipts
        receipt = book.find(ACCOUNT, reference)
        if bounces:
            receiving.return_whole(receipt, "No funds", book=book)
        else:
            receiving.take_back(receipt, number, "Paid the wrong invoice", book=book)

    office.tries("the bookkeeper", type_it)
    return f"{reference} bounces" if bounces else f"{reference} of {number}"


@act(2)
def money_comes_in_advance(office: Office, dice: Random) -> str:
    """A customer pays before an invoice asks; a part of it may expire."""
    partner, amount = office.partner, Decimal(dice.choice(AMOUNTS))
    book = Prepaid(partner.guarded, Currencies(partner.quiet))
    day = partner.now.date()
    until = None if dice.random() < 0.5 else day.replace(day=28)
    moment = partner.now.isoformat()
    add = partial(prepaid.top_up, "C-1", amount, reason="Statement 12", expires=until, today=day, moment=moment, book=book)
    office.tries("the bookkeeper", add)
    return f"{amount} for C-1{'' if until is None else f' until {until}'}"


@act(2)
def hold_by_hand(office: Office, dice: Random) -> str:
    """A person holds the customer; invoices and money go on."""
    del dice
    office.tries("finance", partial(holding.place, ACCOUNT, "Bounced cheque", book=Holds(office.partner.guarded)))
    return ACCOUNT


@act(2)
def lift_the_hold(office: Office, dice: Random) -> str:
    """A person lifts it."""
    del dice
    lift = partial(holding.lift, book=Holds(office.partner.guarded), changes=office.application.changing)
    office.tries("finance", partial(lift, ACCOUNT, "They have paid", clock=office.application.clock))
    return ACCOUNT
