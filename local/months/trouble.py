"""Acts of the world outside: webhooks that come twice, late, in any order or from somebody else; bursts, jumps, timers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local.dataverse.faults import Kind, Planned
from local.gocardless.enrolling import control as door
from local.months.acts import act
from local.stripe.enrolling import control
from local.stripe.events import signature
from work365.errors import External, InvariantBroken, NotAuthorised

if TYPE_CHECKING:
    from random import Random

    from local.months.office import Office

TOLD = 12
"""How many events GoCardless tells of in one request."""


@act(8)
def webhooks_come(office: Office, dice: Random) -> str:
    """What the gateways have to tell, the newest or the oldest first."""
    order = dice.choice(("newest first", "oldest first"))
    control(office.partner.stripe, "deliver", {"order": order})
    office.hears_of_debits(dice.randint(1, TOLD))
    office.work()
    return order


@act(3)
def webhooks_come_again(office: Office, dice: Random) -> str | None:
    """Events of long ago are sent once more, some of them twice."""
    events = control(office.partner.stripe, "events")
    chosen = dice.choices(events, k=min(6, len(events))) if events else []
    for event in chosen:
        control(office.partner.stripe, "send", {"event": event["id"]})
    office.partner.stripe.deliver(newest_first=dice.random() < 0.5)
    office.work()
    return ", ".join(event["type"] for event in chosen) or None


@act(2)
def somebody_forges_a_webhook(office: Office, dice: Random) -> str:
    """Signed with another secret, long ago, or not at all: none is taken, nor while the tenant cannot name its secrets.

    Errors: InvariantBroken when one is taken.
    """
    body = json.dumps({"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "data": {"object": {"id": "pi_1"}}})
    raw, at = body.encode(), int(office.partner.now.timestamp())
    forged = dice.choice(
        (
            ("Stripe", signature(raw, "whsec_somebody_else", at)),
            ("Stripe", signature(raw, office.partner.signing_secret, at - 3600)),
            ("Stripe", ""),
            ("GoCardless", "0" * 64),
        )
    )
    before = len(office.partner.queue.sent)
    try:
        office.application.gateway_event(forged[0], raw, forged[1])
    except (NotAuthorised, External) as error:
        if len(office.partner.queue.sent) == before:
            return f"{forged[0]}: {'refused' if isinstance(error, NotAuthorised) else 'not heard'}"
    message = f"a forged webhook of {forged[0]} was taken"
    raise InvariantBroken(message)


@act(5)
def a_burst(office: Office, dice: Random) -> str:
    """A system is overloaded or broken for some requests."""
    who = dice.choice(("Stripe", "GoCardless", "Dataverse", "Graph"))
    times, status = dice.randint(1, 6), dice.choice((429, 500, 503))
    if who == "Stripe":
        control(office.partner.stripe, "fail", {"status": status, "when": dice.choice(("before", "after")), "times": times})
    elif who == "GoCardless":
        door(office.partner.gocardless, "fail", status=status, when=dice.choice(("before", "after")), times=times)
    elif who == "Graph":
        office.partner.graph.throttle(times, 3.0)
    else:
        kind = dice.choice((Kind.REQUESTS, Kind.ERROR, Kind.ERROR_AFTER, Kind.DROP_AFTER))
        office.partner.dataverse.faults.add(Planned(kind, times, status=503))
        status = 429 if kind is Kind.REQUESTS else 503
    return f"{who}, {times} times {status}"


@act(2)
def the_clock_jumps(office: Office, dice: Random) -> str:
    """Nobody works for more than a day: gateways forget keys meanwhile."""
    hours = dice.randint(25, 70)
    office.partner.later(hours=hours)
    door(office.partner.gocardless, "forget_keys")
    return f"{hours} hours"


@act(7)
def a_sweep(office: Office, dice: Random) -> str:
    """The timer of every quarter of an hour."""
    del dice
    office.sweep()
    return ""


@act(6)
def a_night(office: Office, dice: Random) -> str:
    """The timer of every night."""
    del dice
    office.night()
    return ""


@act(4)
def an_hour(office: Office, dice: Random) -> str:
    """The timer that tells people."""
    del dice
    office.hour()
    return ""
