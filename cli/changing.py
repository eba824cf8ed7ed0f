"""`w365 subscription change`: change a subscription, or plan it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from cli.effects import effect_json, show_effect
from cli.once import Key, once
from cli.output import OK, Output, data, day_option, tell
from work365.errors import BadInput
from work365.handlers.assessing import assessor_of
from work365.handlers.changing import decided, load, prepayment, price_said, waits_for_hold
from work365.ids import derived
from work365.subscriptions.previewing import billed_on, compared
from work365.subscriptions.wishes import AT_RENEWAL, WHEN_PAID, wish_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataverse.stores.billing import Billing
    from dataverse.stores.changing import Changing
    from work365.handlers.approving import Gate
    from work365.handlers.assessing import Engines
    from work365.ports.changing import Recorded
    from work365.ports.platform import Clock
    from work365.repeating import Once
    from work365.subscriptions.prepaying import Asked
    from work365.subscriptions.previewing import Effect


@dataclass(frozen=True, slots=True)
class Ports:
    """What the commands work on."""

    book: Changing
    billing: Billing
    clock: Clock
    engines: Engines | None = None
    gate: Gate | None = None


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Ports(application.changing, application.billing, application.clock, application.tax_engines, application.gate)


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the command."""
    subscription = typer.Typer(help="Change a subscription.", no_args_is_help=True)
    subscription.callback()(_subscriptions)
    subscription.command("change")(_change_command(ports))
    app.add_typer(subscription, name="subscription")


def _subscriptions() -> None:
    """Change a subscription."""


def _change_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def change(
        context: typer.Context,
        subscription: Annotated[str, typer.Argument(help="Its id, the supplier's id, or its name.")],
        *,
        on: Annotated[str, typer.Option("--on", help="The first day on which it holds, as 2026-03-16.")] = "",
        event: Annotated[str, typer.Option("--event", help="Quantity, Price, Pause, Resume, Cancel or Reactivate.")] = "",
        quantity: Annotated[str, typer.Option("--quantity", help="Seats afterwards.")] = "",
        price: Annotated[str, typer.Option("--price", help="Price per seat and billing cycle afterwards.")] = "",
        refund: Annotated[
            bool | None, typer.Option("--refund/--no-refund", help="Give back what is paid; an end does not unless you say so.")
        ] = None,
        note: Annotated[str, typer.Option("--note", help="Kept with the change.")] = "",
        when_paid: Annotated[bool, typer.Option("--when-paid", help="More seats come once their first charge is paid.")] = False,
        pay_by: Annotated[str, typer.Option("--pay-by", help="With --when-paid: the last day for that.")] = "",
        at_renewal: Annotated[bool, typer.Option("--at-renewal", help="Keep the seats for the next term.")] = False,
        override_hold: Annotated[
            str, typer.Option("--override-hold", help="Why it happens although the customer is on credit hold.")
        ] = "",
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the rule and the next invoice; ask for nothing.")] = False,
        key: Key = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Show the rule and what the next invoice will say, then ask for the change.

        A change for a later day is planned; the daily timer makes it happen.
        """
        kind = event or ("Quantity" if quantity else "Price" if price else "")
        arguments = {"event": kind, "quantity": quantity, "price": price, "note": note, "refund": yes_or_no(refund)}
        arguments |= {"override": override_hold}
        arguments |= _when(on, pay_by, when_paid=when_paid, at_renewal=at_renewal)
        at, said = ports(), once(context, key)
        before = at.book.asked_before(said) if said and not dry_run else None
        if before is not None:
            tell(f"this was asked for already; its job is {before.state.value}. {before.message}".rstrip())
            raise typer.Exit(OK)
        _change(at, subscription, arguments, said, output, dry_run=dry_run)
        raise typer.Exit(OK)

    return change


def yes_or_no(answer: bool | None) -> str:
    """What a job is told for `--refund` and `--no-refund`; "" for neither."""
    return {None: "", True: "yes", False: "no"}[answer]


def _when(on: str, pay_by: str, *, when_paid: bool, at_renewal: bool) -> dict[str, str]:
    """What a job is told about the day. Errors: BadInput."""
    if at_renewal and (on or pay_by or when_paid):
        message = "the next term says the day; leave out --on, --when-paid and --pay-by"
        raise BadInput(message, "--at-renewal")
    if pay_by and not when_paid:
        message = "there is nothing to pay; add --when-paid"
        raise BadInput(message, "--pay-by")
    if at_renewal:
        return {"when": AT_RENEWAL}
    day_option(on, "--on")
    if pay_by:
        day_option(pay_by, "--pay-by")
    return {"on": on, "when": WHEN_PAID if when_paid else "", "pay_by": pay_by}


def _change(at: Ports, text: str, arguments: dict[str, str], wish: Once | None, output: Output, *, dry_run: bool) -> None:
    held = load(at.book, meant(at.book, text))
    newest = max((row.sequence for row in held.rows), default=0)
    said = {name: value for name, value in arguments.items() if value} | {"subscription": held.id}
    key = derived("asked", str(newest), json.dumps(said, sort_keys=True))
    recorded = decided(key, held, wish_for(held, said, at.clock.now()), book=at.book, now=at.clock.now())
    if recorded.fresh is not None or recorded.into is not None:
        message = "seats are moved by a job of the kind Change on the form; this command changes one subscription"
        raise BadInput(message, "--event")
    later = recorded.wish.on > at.clock.today(held.place.zone) or said.get("when") == WHEN_PAID
    waits = waits_for_hold(held, recorded.wish, said.get("override", ""), later=later)
    ask = prepayment(held, recorded.wish, said, at.clock) if said.get("when") == WHEN_PAID else None
    _show(recorded, _effect(at, recorded), ask, output, dry_run=dry_run)
    if dry_run:
        return
    if waits:
        tell("the customer is on credit hold: this waits until it is lifted")
    asked = at.book.ask(key, f"{arguments['event']} of {held.name}", said, wish)
    tell("asked for; the job says what became of it" if asked else "this was asked for already; look at its job")


def meant(book: Changing, text: str) -> str:
    """The subscription that was typed. Errors: BadInput when there is none, or several."""
    found = book.named(text)
    if len(found) == 1:
        return found[0][0]
    if not found:
        message = f"no subscription is called '{text}'; give its id, the supplier's id or its printed name"
        raise BadInput(message, "SUBSCRIPTION")
    message = f"several subscriptions are called '{text}': {', '.join(identity for identity, _ in found)}; give one's id"
    raise BadInput(message, "SUBSCRIPTION")


def _effect(at: Ports, change: Recorded) -> Effect | None:
    """The next invoice's difference; None for a contract whose legal entity is not active."""
    place = change.held.place
    entity = next((one for one in at.billing.entities() if one.id == place.entity), None)
    if entity is None:
        return None
    day = billed_on(place, change.wish.on, at.clock.today(place.zone))
    without, with_it = at.book.effect(change, entity, assessor_of(entity, at.engines, recorded=False), day)
    return compared(place, day, without.drafts, with_it.drafts)


def _show(change: Recorded, effect: Effect | None, ask: Asked | None, output: Output, *, dry_run: bool) -> None:
    held, after, out = change.held, change.decision, data()
    if output is Output.JSON:
        next_invoice = None if effect is None else effect_json(effect)
        said = {
            "subscription": held.id,
            "on": change.wish.on.isoformat(),
            "quantity": after.quantity,
            "unit_price": None if held.listed and not after.owned else f"{after.unit_price:f}",
            "rule": after.sentence,
            "prepayment": None if ask is None else str(ask.amount.major),
            "pay_by": None if ask is None else ask.pay_by.isoformat(),
        }
        out.print(json.dumps({**said, "dry_run": dry_run, "next_invoice": next_invoice}, ensure_ascii=False), soft_wrap=True)
        return
    out.print(f"{held.name} on contract {held.place.number}: {held.quantity} seats now", soft_wrap=True)
    out.print(f"from {change.wish.on} on: {after.quantity} seats at {price_said(held, after)}", soft_wrap=True)
    out.print(f"rule: {after.sentence}", soft_wrap=True)
    if ask is not None:
        out.print(f"to be paid first, by {ask.pay_by}, without tax: {ask.amount}; it is taken off that invoice", soft_wrap=True)
    if effect is not None:
        show_effect(effect)
