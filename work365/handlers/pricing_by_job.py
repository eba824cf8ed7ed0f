"""New prices that somebody has to approve: what the commands do at once otherwise, by a job that passes the gate.

Safe to run again from any point: a plan that was carried out in part goes on where it stopped, for both.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from work365.approving.prices import of_list, of_repricing
from work365.approving.request import Whose
from work365.errors import BadInput, NotAuthorised, Refused
from work365.handlers import pricing
from work365.handlers.pricing import Wish
from work365.jobs import JobResult, JobState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from work365.approving.request import Request
    from work365.handlers.approving import Gate
    from work365.jobs import Job
    from work365.ports.platform import Clock
    from work365.ports.pricing import PricingBook, Staged

    BookFor = Callable[[str | None], PricingBook]
    """The book as somebody may write it, by the Entra object id; None for the system itself."""

NAMED_MAX = 5
SEPARATOR = "\n"


def list_arguments(plan: str, products: Sequence[str]) -> dict[str, str]:
    """What a job of the kind Approve prices is told."""
    return {"plan": plan, "products": SEPARATOR.join(products)}


def approve_prices(job: Job, *, book_for: BookFor, gate: Gate) -> JobResult:
    """Make staged prices prices of their list. Errors: Refused in words; NotAuthorised; Conflict; External."""
    book, plan = book_for(job.on_behalf_of), job.arguments.get("plan", "")
    only = _lines(job.arguments.get("products", ""))
    wanted = {number.lower() for number in only}
    chosen = [one for one in book.staged(plan) if not wanted or one.difference.number.lower() in wanted]
    if not chosen:
        return JobResult(JobState.SUCCEEDED, f"Nothing waits any more under the plan {plan}.")
    if book.two_people() and any(one.staged_by == job.person for one in chosen):
        raise NotAuthorised(pricing.STAGED_BY_YOU)
    if stopped := gate.stops(job, Whose(), lambda: asked_of(plan, only, chosen, book)):
        return stopped
    done = pricing.approve(plan, only=only, book=book, person=job.person)
    return _told(done.done, "price is approved", "prices are approved", done.refused)


def asked_of(plan: str, only: Sequence[str], chosen: Sequence[Staged], book: PricingBook) -> Request:
    """What an approver is asked about staged prices."""
    prices = [price for each in sorted({one.price_list for one in chosen}) for price in book.prices(each)]
    return of_list(plan, only, chosen, prices)


def repricing_arguments(wish: Wish, plan: str) -> dict[str, str]:
    """What a job of the kind Reprice is told."""
    return {
        "plan": plan,
        "list": wish.price_list,
        "products": SEPARATOR.join(wish.products),
        "percent": "" if wish.percent is None else str(wish.percent),
        "from": wish.wanted.isoformat(),
        "only": SEPARATOR.join(wish.only),
    }


def reprice(job: Job, *, book_for: BookFor, gate: Gate, clock: Clock) -> JobResult:
    """Change the prices of many subscriptions as a plan showed it. Errors: as `approve_prices`."""
    book, plan = book_for(job.on_behalf_of), job.arguments.get("plan", "")
    wish = _wish(job)
    shown = pricing.plan_prices(wish, book=book, hashed=plan)
    if shown.hash != plan:
        raise Refused(pricing.ANOTHER_PLAN)
    if not shown.prices:
        return JobResult(JobState.SUCCEEDED, f"{shown.done} prices are changed.")
    if stopped := gate.stops(job, Whose(), lambda: of_repricing(wish, shown)):
        return stopped
    made, refused = pricing.change_prices(wish, plan, book=book, now=clock.now(), today=clock.today("UTC"))
    return _told(len(made.prices) - len(refused), "price is changed", "prices are changed", refused)


def _told(done: int, one: str, many: str, refused: Sequence[str]) -> JobResult:
    said = f"{done} {one if done == 1 else many}."
    if not refused:
        return JobResult(JobState.SUCCEEDED, said)
    more = f"; and {len(refused) - NAMED_MAX} more" if len(refused) > NAMED_MAX else ""
    return JobResult(JobState.FAILED, f"{said} Not done: {'; '.join(refused[:NAMED_MAX])}{more}. Ask for it again to go on.")


def _wish(job: Job) -> Wish:
    said = job.arguments
    try:
        percent = Decimal(said["percent"]) if said.get("percent") else None
        return Wish(
            _lines(said["products"]), said["list"], percent, date.fromisoformat(said["from"]), _lines(said.get("only", ""))
        )
    except (KeyError, ValueError, InvalidOperation) as error:
        message = "say plan, list, products, percent, from and only, as `w365 prices change` writes them"
        raise BadInput(message, "arguments") from error


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.split(SEPARATOR) if line)
