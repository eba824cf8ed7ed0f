"""Stories of what waits for somebody: an approver, a credit limit, a customer's documents; and the nightly look at the money."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from local.desks.amendments import AmendDesk
from local.desks.approvals import LATER, START, ApprovalDesk
from local.desks.checklists import AGREEMENT, FORM, PROFILE, ChecklistDesk
from local.desks.entries import EntryDesk
from local.desks.exposure import LimitDesk
from local.desks.holds import ACCOUNT, TODAY
from local.desks.planned_entries import PlanDesk
from local.desks.releasing import ReleaseDesk
from local.desks.three_way import ThreeWayDesk
from local.desks.ticking import SEEN, TickDesk
from local.pairs.story import Scene, Story
from work365.errors import External, Refused
from work365.handlers.ticking import TICK, UNTICK
from work365.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Callable

ENOUGH = "99999.00"
APRIL = date(2026, 4, 1)
ROUNDS = 2
WISH = {"event": "Quantity", "quantity": 15, "on": "2026-03-16"}
TERMS = {"contract": "C-2", "frequency": "annual", "on": "2026-04-01", "reason": "agreed"}


def approved() -> Scene:
    """Five more seats wait for an approver, who agrees."""
    desk = ApprovalDesk.that_says("approve-purchases", "100.00 EUR")
    one = desk.bought(desk.contract_id, start=START)
    wish = desk.asks(desk.seller, JobKind.CHANGE, WISH | {"subscription": one})
    desk.deliver(wish)
    return _answered(desk, wish, lambda: desk.stands(one)[0])


def amended() -> Scene:
    """A contract whose months become a cheaper year waits for an approver, who agrees."""
    desk = AmendDesk.that_says("approve-discounts", "5")
    wish = desk.asks(desk.seller, JobKind.AMEND, TERMS | {"prices": f"{desk.premium}=340.00"})
    desk.deliver(wish)
    return _answered(desk, wish, lambda: [(number, words) for number, words, _ in desk.terms()])


def planned() -> Scene:
    """Five more seats that somebody planned on a form; their day has come, and an approver agrees."""
    desk = PlanDesk.that_says("approve-purchases", "100.00 EUR")
    plan = desk.plans_by_hand(desk.seller, "Quantity", quantity=15)
    desk.timer(LATER)
    answer = desk.answer(desk.approver, "approve", desk.takes_reviews().id, "Seen")

    def act() -> None:
        desk.deliver(answer)
        desk.sweep()

    def later() -> None:
        for _ in range(ROUNDS):
            desk.passes(minutes=20)
            act()

    def seen() -> object:
        return desk.plan_says(plan)[0], desk.stands(desk.one)[0], [state for state, _ in desk.asked()]

    return Scene(desk.fuse, act=act, settle=later, seen=seen)


def _answered(desk: ApprovalDesk, wish: str, stands: Callable[[], object]) -> Scene:
    """An approver agrees to what a job asks for; `stands` is what that is about."""
    answer = desk.answer(desk.approver, "approve", desk.of_job(wish)[-1].id, "Seen")

    def later() -> None:
        for _ in range(ROUNDS):
            desk.run_job(answer)
            desk.passes(minutes=20)
            desk.sweep()

    def seen() -> object:
        return [found.state.value for found in desk.of_job(wish)], desk.said(wish)[0], desk.said(answer)[0], stands()

    return Scene(desk.fuse, act=partial(desk.deliver, answer), settle=later, seen=seen)


def entered() -> Scene:
    """A run meets a discount of 15 % on a form and has an approver asked, who agrees; the next one bills it."""
    desk = EntryDesk()
    desk.run(date(2026, 3, 16))
    desk.says("approve-discounts", "10")
    desk.settle()
    discount = desk.discounts(desk.seller, "15", subscription=desk.one)

    def act() -> None:
        desk.run(APRIL)
        for job in desk.review_jobs():
            desk.run_job(job)

    def later() -> None:
        for day in range(1, ROUNDS + 1):
            desk.sweep_after(20)
            desk.work()
            desk.settle()
            for job in desk.review_jobs():
                desk.run_job(job)
            desk.sweep()
            if desk.waiting():
                desk.answers(desk.approver, "approve")
            desk.run(APRIL + timedelta(days=day))

    def seen() -> object:
        jobs = [desk.said(job)[0] for job in desk.jobs_about(discount)]
        approvals = [one.state.value for one in desk.approvals_about(discount)]
        return jobs, approvals, [one.amounts for one in desk.invoices()], desk.findings()["C-1"]

    return Scene(desk.fuse, act=act, settle=later, seen=seen)


def limited() -> Scene:
    """A customer without credit asks for ten more seats; then the limit is raised, and a sweep lets them in."""
    desk = LimitDesk()
    desk.at(TODAY)
    account = desk.customer("K-2", limit="0.00")
    one = desk.bought(desk.contract_of(account, "C-2"), seats=1, price=Decimal(1), start=TODAY)
    job = desk.job(one, "Quantity", quantity=11, on=TODAY)

    def act() -> None:
        with suppress(Refused):
            desk.run_job(job)
        desk.limit(ENOUGH, account=account)
        desk.sweep()

    def later() -> None:
        for _ in range(ROUNDS):
            desk.passes(20)
            act()

    def seen() -> object:
        waits = {state for _, state in desk.planned()} - {"Done"}
        return [(event, seats) for event, _, seats, _ in desk.log(one)], sorted(waits)

    return Scene(desk.fuse, act=act, settle=later, seen=seen)


def released() -> Scene:
    """Everything that a new customer had to bring is there, and a person releases it."""
    desk = ChecklistDesk()
    desk.follows()
    desk.enters("K-9")
    desk.starts("K-9")
    for code in (AGREEMENT, PROFILE, FORM):
        desk.ticks_item("K-9", code)

    def again() -> None:
        with suppress(Refused, External):
            desk.releases("K-9")

    def seen() -> object:
        return desk.papers("K-9")[2], sorted(one.action.value for one in desk.holds.log("K-9"))

    return Scene(desk.fuse, act=partial(desk.releases, "K-9"), settle=again, seen=seen)


def pressed() -> Scene:
    """The same by the button, while five more seats wait for the release."""
    desk = ReleaseDesk()
    desk.follows()
    desk.more(15)
    desk.completes(ACCOUNT)
    job = desk.presses(desk.biller, desk.account)

    def again() -> None:
        for _ in range(ROUNDS):
            desk.passes(20)
            desk.run_job(job)
            desk.sweep()

    def seen() -> object:
        lifted = [one.action.value for one in desk.told()].count("Lifted")
        return desk.says_of(job)[0], desk.papers(ACCOUNT)[2], lifted, desk.stands(desk.one)[0]

    return Scene(desk.fuse, act=partial(desk.run_job, job), settle=again, seen=seen)


def ticked() -> Scene:
    """Somebody ticks the last item; somebody else opens it again, and the job, run once more, leaves it so."""
    desk = TickDesk()
    desk.follows()
    for code in (AGREEMENT, PROFILE):
        desk.ticks_item(ACCOUNT, code)
    job = desk.asks_mark(desk.helper, desk.wish(FORM, TICK, SEEN))

    def again() -> None:
        for _ in range(ROUNDS):
            desk.passes(20)
            desk.run_job(job)
        if desk.entry(FORM).done:
            desk.marked(desk.seller, FORM, do=UNTICK, note="Not signed")
        desk.run_job(job)

    def seen() -> object:
        one = desk.entry(FORM)
        return desk.says_of(job)[0], one.done, one.by, desk.papers(ACCOUNT)[:2]

    return Scene(desk.fuse, act=partial(desk.run_job, job), settle=again, seen=seen)


def compared() -> Scene:
    """A payment by card and one that somebody made at the gateway by hand, three days later: one of them is not known here."""
    desk = ThreeWayDesk()
    desk.paid("150.00")
    desk.by_hand()
    desk.later(days=3)
    desk.stripe.deliver()
    desk.later(hours=1)

    def again() -> None:
        desk.night()

    def seen() -> object:
        return sorted(said for said in desk.says() if not said.startswith("money-not-checked"))

    return Scene(desk.fuse, act=desk.night, settle=again, seen=seen)


APPROVED = ["Approved"], "Succeeded", "Succeeded"
STORIES = (
    Story("an approver agrees", "approving.answer", approved, (*APPROVED, 15)),
    Story("an amendment is approved", "amending_by_job.amend", amended, (*APPROVED, [(1, "annual instead of monthly")])),
    Story(
        "a discount on a form waits",
        "reviewing.review_entry",
        entered,
        (["Succeeded"], ["Approved"], [["310.00"], ["310.00", "-46.50"]], ("entry-not-approved", "Resolved")),
    ),
    Story("a plan by hand is approved", "scheduling.apply", planned, ("Done", 15, ["Approved"])),
    Story("an order waits for credit", "changing.change", limited, ([("Create", 1), ("Quantity", 11)], [])),
    Story("a new customer is released", "holding.lift", released, (False, ["Lifted", "Placed"])),
    Story("somebody presses Release", "lifting.release", pressed, ("Succeeded", False, 1, 15)),
    Story("somebody ticks", "ticking.tick", ticked, ("Succeeded", False, "Sam Seller", ("Missing: Tax form", "Documents"))),
    Story("the night compares the money", "checking_money.check", compared, ["money-not-here 50.00 EUR Open"]),
)
