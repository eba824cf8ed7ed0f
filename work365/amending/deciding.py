"""What an amendment of a contract does, or why it may not be: the terms before and after, and when the next invoice is due."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from work365.amending.amended import Amended, Wish
from work365.amending.listing import bought_by
from work365.amending.paying import changes_hands, payer_pairs, payers_after
from work365.amending.pricing import keeps_what_is_agreed, prices
from work365.contracts.amendment import Amendment, Schedule
from work365.errors import Refused
from work365.invoicing.rounds import first_unbilled, still_billed_through, terms_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.amending.paying import NamedPayer, PayerOffer
    from work365.catalogue.dated_lists import DatedLists
    from work365.catalogue.quoting import PriceList
    from work365.contracts.contract import BillingContract
    from work365.invoicing.work import ContractWork
    from work365.subscriptions.change_log import Subscription


def amend(
    work: ContractWork,
    wish: Wish,
    identity: str,
    today: date,
    *,
    price_list: PriceList | None = None,
    payer: PayerOffer | None = None,
) -> Amended:
    """Apply an amendment to a contract that was read with the whole logs of its subscriptions; list and payer are as wished.

    Errors: Refused with what is wrong and what to do.
    """
    on = _day(work, wish)
    contract, subscriptions = work.contract, work.subscriptions
    amendment = schedule = None
    if wish.subscription is None:
        amendment = Amendment(
            identity,
            on,
            today,
            wish.frequency,
            wish.bill_day,
            wish.anchor,
            wish.policy,
            wish.prorate,
            wish.scheduled_by,
            None if payer is None else payer.account,
        )
        contract = replace(contract, amendments=(*contract.amendments, amendment))
    else:
        schedule = Schedule(wish.frequency, on, wish.anchor, today)
        subscriptions = tuple(_scheduled(one, wish.subscription, schedule, contract, on) for one in subscriptions)
    lists = work.lists if price_list is None else bought_by(work, price_list, on)
    payers = payers_after(work, payer, wish.purchase_order)
    words = _words(work, contract, subscriptions, wish, on, lists, payers)
    keeps_what_is_agreed(work, contract, on)
    if payer is not None and contract.on(on).payer != (work.contract.on(on).payer or work.customer):
        changes_hands(work, payer, on)
    billed_through = still_billed_through(work.contract, contract, work.billed_through)
    rows = [contract, *(terms_of(contract, one) for one in subscriptions)]
    dues = [terms.due_on(first_unbilled(terms, billed_through)) for terms in rows]
    changed = (
        rows[0]
        if wish.subscription is None
        else next(terms_of(contract, one) for one in subscriptions if one.id == wish.subscription)
    )
    return Amended(
        wish=wish,
        work=work,
        on=on,
        contract=contract,
        subscriptions=subscriptions,
        amendment=amendment,
        schedule=schedule,
        prices=tuple(prices(work, contract, subscriptions, wish.prices, on)),
        billed_through=billed_through,
        next_invoice_date=work.next_invoice_date if billed_through is None else min(filter(None, dues), default=None),
        shown_on=max(today, on, _first_due(changed, on)),
        words=words,
        lists=lists,
        payers=payers,
    )


def _day(work: ContractWork, wish: Wish) -> date:
    """The first day of the new terms, by the rules that need nothing but the wish."""
    contract = work.contract
    if not wish.reason.strip():
        message = "say why, with --reason: it stands in the contract's history for whoever asks later"
        raise Refused(message)
    on = wish.on or (None if contract.by_item else work.billed_through)
    if on is None:
        message = "say the first day of the new terms, with --on"
        raise Refused(message)
    if on <= contract.start:
        message = f"the contract begins on {contract.start}; an amendment holds from a later day, before that correct its terms"
        raise Refused(message)
    if contract.end is not None and on >= contract.end:
        message = f"the contract ends on {contract.end}; there is nothing to amend from {on} on"
        raise Refused(message)
    late = [day for day in work.skipped if contract.cadence.containing(day).end > on]
    if late:
        message = f"the cycle of {max(late)} was skipped, and the new terms would bill a part of it; amend from its end on"
        raise Refused(message)
    return on


def _scheduled(one: Subscription, identity: str, schedule: Schedule, contract: BillingContract, on: date) -> Subscription:
    if one.id != identity:
        return one
    if not contract.by_item:
        message = "the contract is billed in cycles of its own; amend it to be billed by item first, with --by item"
        raise Refused(message)
    if on <= one.start:
        message = f"the subscription starts on {one.start}; its first cycles are entered on its form"
        raise Refused(message)
    return replace(one, schedules=(*one.schedules, schedule))


def _words(
    work: ContractWork,
    contract: BillingContract,
    subscriptions: tuple[Subscription, ...],
    wish: Wish,
    on: date,
    lists: DatedLists,
    payers: Sequence[NamedPayer],
) -> str:
    """What changes, in words. Errors: Refused when nothing does, or there is no such subscription."""
    if wish.subscription is None:
        before, after = work.contract.on(on), _standing(contract, on)
        pairs = [
            ("", before.frequency.words, after.frequency.words),
            ("bill day ", str(before.cadence.bill_day), str(after.cadence.bill_day)),
            ("", f"in {before.policy.value}", f"in {after.policy.value}"),
            ("proration by ", before.prorate.value, after.prorate.value),
            ("by ", work.contract.scheduled_on(on).value, contract.scheduled_on(on).value),
            ("price list ", _called(work.lists.on(on)), _called(lists.on(on))),
            *payer_pairs(work, contract, on, payers),
        ]
        said = [f"{what}{new} instead of {old}" for what, old, new in pairs if old != new]
    else:
        old, new = (
            next((one for one in some if one.id == wish.subscription), None) for some in (work.subscriptions, subscriptions)
        )
        if old is None or new is None:
            message = f"the contract has no subscription '{wish.subscription}' that is billed"
            raise Refused(message)
        before, after = terms_of(work.contract, old).on(on), terms_of(contract, new).on(on)
        cycles = (before.frequency.words, after.frequency.words)
        said = [f"{cycles[1]} instead of {cycles[0]}"] if cycles[0] != cycles[1] else []
        said += [] if before.same_cycles(after) or said else ["other cycles"]
        said = [f"{work.articles[old.id].name}: {one}" for one in said]
    if wish.anchor is not None and (said or not before.same_cycles(after)):
        said.append(f"counted from {wish.anchor}")
    if not said:
        message = f"nothing of that changes on {on}: the terms are so already"
        raise Refused(message)
    return ", ".join(said)


def _called(price_list: PriceList | None) -> str:
    return "none" if price_list is None else price_list.code


def _standing(contract: BillingContract, on: date) -> BillingContract:
    """The terms that hold once those of a day do: policy and proration may wait for the next cycle."""
    cycle = contract.cadence.containing(on)
    return contract.on(on if cycle.start == on else cycle.end)


def _first_due(terms: BillingContract, on: date) -> date:
    """The day on which the first cycle of the new terms is billed."""
    number = terms.cadence.number(on)
    return terms.due_on(number if terms.cadence.boundary(number) == on else number + 1) or on
