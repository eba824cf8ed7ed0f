"""Stories of what people are told of money and of requests, and of holds that follow from it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from functools import partial

from local.desks.hold_rule import HoldRuleDesk
from local.desks.reminding import ReminderDesk
from local.desks.telling_money import TellingMoneyDesk
from local.desks.told_approvals import APPROVERS_AT, SELLER_AT, ToldDesk
from local.pairs.story import Scene, Story
from work365.errors import External

DUE, TODAY = date(2026, 3, 10), date(2026, 3, 13)
ROUNDS = 4
LONG_AGO, LATE_SINCE = date(2026, 2, 10), date(2026, 2, 11)
THE_NIGHT_BEFORE, THE_NIGHT = date(2026, 3, 13), date(2026, 3, 14)
"""On the second of these nights what was due on LATE_SINCE has been overdue for more than 30 days."""


def reminded() -> Scene:
    """A customer has two invoices at the last step of a plan, which also sets a hold."""
    desk = ReminderDesk()
    desk.reminder_plan("STD", (3,), credithold="Yes")
    desk.say("reminder-plan", "STD")
    customer = desk.customer("A-1")
    desk.open(customer, "INV-1", "20.00", due=DUE)
    desk.open(customer, "INV-2", "30.00", due=DUE)
    return Scene(
        desk.fuse,
        act=partial(desk.day, TODAY),
        settle=desk.recover,
        seen=lambda: (sorted(desk.mails()), desk.taken(), desk.on_hold(customer)),
    )


def receipted() -> Scene:
    """A customer has paid by a card that expires: a receipt, a warning, and a line of work for staff."""
    desk = TellingMoneyDesk(DUE)
    contract = desk.reachable("C-1")
    card = desk.card(contract, isdefault=True, expirymonth=3, expiryyear=2026)
    desk.paid(desk.invoiced(contract, "0.00"), card, "120.00")

    def hour() -> None:
        desk.tell(desk.clock.moment)

    return Scene(
        desk.fuse, act=hour, settle=desk.recover, seen=lambda: (sorted(desk.mails()), sorted(desk.states("w365_notice")))
    )


def held() -> Scene:
    """By rule one customer is to be held since today, and another one, who has paid, to be released."""
    desk = HoldRuleDesk()
    desk.say("hold-overdue-days", "30")
    desk.open(desk.customer("A-1"), "INV-1", "10.00", due=LATE_SINCE)
    paid = desk.open(desk.customer("A-2"), "INV-2", "20.00", due=LONG_AGO)
    desk.overnight(THE_NIGHT_BEFORE)
    desk.at(THE_NIGHT)
    desk.pays(paid)

    def sweep() -> None:
        with suppress(External):
            desk.recover()

    return Scene(
        desk.fuse,
        act=desk.follow,
        settle=sweep,
        seen=lambda: [(*desk.on_the_row(number)[:2], *desk.logged(number)) for number in ("A-1", "A-2")],
    )


def asked() -> Scene:
    """A request waits for an approver, another one was refused."""
    desk = ToldDesk()
    desk.mailing()
    for seats in (15, 20):
        desk.wants(desk.seller, "Quantity", quantity=seats)
    desk.answers(desk.approver, "refuse", desk.waiting()[0].id, "No")

    def recover() -> None:
        for _ in range(ROUNDS):
            desk.passes(minutes=6)
            with suppress(External):
                desk.hour()

    def seen() -> object:
        mails = sorted((to, subject.partition(":")[0]) for to, subject in desk.mails())
        return mails, sorted(status for *_, status in desk.rows())

    return Scene(desk.fuse, act=desk.hour, settle=recover, seen=seen)


REMINDED = ([("ap@a-1.example", "Reminder: 2 invoices, 50.00 EUR")], ["INV-1 +3", "INV-2 +3"], True)
TOLD = (
    [
        ("ap@c-1.example", "Payment received: 120.00 EUR for invoice INV-1"),
        ("ap@c-1.example", "Visa ending in 4242: the card expires on 31 March 2026"),
    ],
    ["Sent", "Sent", "To read"],
)
ASKED = [(APPROVERS_AT, "To approve"), (SELLER_AT, "Refused")], ["Sent", "Sent", "To read"]
PLACED, LIFTED = ("Placed", "Rule", "overdue"), ("Lifted", "Rule", "overdue")
STORIES = (
    Story("remind of two invoices", "reminding.remind", reminded, REMINDED),
    Story("tell of a payment", "telling_money.payments_received", receipted, TOLD),
    Story("tell of a request that waits", "telling_approvals.queue", asked, ASKED),
    Story("the rule holds and releases", "holding_by_rule.follow", held, [(True, "Rule", PLACED), (False, "", LIFTED, PLACED)]),
)
