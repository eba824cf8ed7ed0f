"""What `w365 receipt` and `w365 credit-note` share: money of a customer that is spread over open invoices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

import typer

from cli.output import Output, amount_option
from work365.errors import BadInput
from work365.money import exactly
from work365.receivables.spreading import Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wiring import Application
    from work365.handlers.pay_pages import ClosePage
    from work365.money import Currency, Money
    from work365.ports.platform import Clock
    from work365.receivables.settling import Settlement
    from work365.receivables.spreading import Part

Book = TypeVar("Book")
Book_co = TypeVar("Book_co", covariant=True)

PAIR = 2
PAYS = ("invoice", "amount", "balance")
For = Annotated[list[str] | None, typer.Option("--for", help="An invoice to pay, INV-7 or INV-7=100.00; several times.")]
Oldest = Annotated[bool, typer.Option("--oldest-first", help="Pay the invoices that have been due for longest.")]
Form = Annotated[Output, typer.Option("--output")]


@dataclass(frozen=True, slots=True)
class Ports(Generic[Book_co]):
    """What the commands work on.

    Attributes:
        drawn: has a customer's balance brought up to date, by the account's id.
        close_page: closes an invoice's page, before the money pays it.
    """

    book: Book_co
    clock: Clock
    drawn: Callable[[str], None]
    close_page: ClosePage


def ports_of(book_of: Callable[[Application], Book]) -> Callable[[], Ports[Book]]:
    """The partner's tenant, once it is asked for, with the book that is built over it."""

    def real() -> Ports[Book]:
        import wiring  # the whole application: only when a command needs it

        at = wiring.application()
        return Ports(book_of(at), at.clock, at.ask_drawn, at.close_page)

    return real


def refuse_no_wish(wishes: Sequence[Wish] | None) -> None:
    """Whoever applies must say to what. Errors: BadInput."""
    if wishes is not None and not wishes:
        message = "name the invoices with --for, or say --oldest-first"
        raise BadInput(message, "--for")


def read_wishes(given: Sequence[str] | None, code: Currency, *, oldest_first: bool) -> list[Wish] | None:
    """What `--for` and `--oldest-first` say; None for the oldest first. Errors: BadInput."""
    if oldest_first and given:
        message = "say either --oldest-first or --for, not both"
        raise BadInput(message, "--for")
    return None if oldest_first else [_wish(text, code) for text in given or ()]


def _wish(text: str, code: Currency) -> Wish:
    number, *rest = text.split("=")
    if not number or len(rest) >= PAIR:
        message = f"'{text}' names no invoice; write INV-7, or INV-7=100.00 for a part"
        raise BadInput(message, "--for")
    return Wish(number, exactly(amount_option(rest[0], "--for"), code) if rest else None)


def part_row(part: Part | Settlement) -> dict[str, str]:
    """What is paid of one invoice, as a list shows it."""
    return {"invoice": part.debt.number, "amount": figure(part.payment.amount), "balance": figure(part.debt.balance)}


def figure(money: Money) -> str:
    """An amount as a list and a program read it."""
    return f"{money.major:f}"
