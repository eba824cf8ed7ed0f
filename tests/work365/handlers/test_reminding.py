"""Reminders end to end: once per step, never after payment, never of what is disputed, paused or opted out; bundled."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dataverse.query import Query
from dataverse.rows import status
from dataverse.webapi import Ref
from local.desks.reminding import INVOICE, ReminderDesk
from local.desks.telling import LANGUAGES
from local.sample.generated import ENTITY
from work365.errors import BadInput
from work365.handlers import reminding
from work365.ports.reminding import Taking
from work365.reminding.letter import notices

DUE = date(2026, 3, 10)


def on(day: int) -> date:
    """So many days after the due day."""
    return DUE + timedelta(days=day)


@pytest.fixture(name="desk")
def _desk() -> ReminderDesk:
    desk = ReminderDesk()
    desk.reminder_plan("STD", (-3, 3, 10, 20), credithold="Yes")
    desk.say("reminder-plan", "std")
    return desk


def test_each_step_is_sent_once_and_the_last_one_sets_credit_hold(desk: ReminderDesk) -> None:
    """F48: -3, +3, +10 and +20, each on its day, although every day looks; the log shows what was sent to whom."""
    account = desk.customer("A-1")
    desk.open(account, "INV-1", "100.00", due=DUE)
    sent = {day: [subject for _, subject in desk.day(on(day))] for day in range(-5, 25)}
    late = "Reminder: invoice INV-1 was due on 10 March 2026"
    assert {day: subjects for day, subjects in sent.items() if subjects} == {
        -3: ["Invoice INV-1 is due on 10 March 2026"],
        **{day: [late] for day in (3, 10, 20)},
    }
    assert desk.on_hold(account)
    (held,) = desk.api.find(Query("w365_holdlog", ("w365_rule", "w365_reason")))
    assert held["w365_rule"] == "reminder plan STD"
    assert held["w365_reason"] == "Invoice INV-1 was reminded of and is still open 20 days after it was due"
    log = desk.reminders.log(desk.clock.now() - timedelta(days=60))
    assert [(one.day, one.to, one.status, one.amount, one.message) for one in log] == [
        (20, "ap@a-1.example", "Sent", "100.00 EUR", "the plan STD put the customer on credit hold"),
        *((day, "ap@a-1.example", "Sent", "100.00 EUR", "") for day in (10, 3, -3)),
    ]


@pytest.mark.parametrize(
    ("zone", "hour", "first"),
    [("Europe/Berlin", 2, 3), ("America/Los_Angeles", 2, 4), ("America/Los_Angeles", 9, 3), ("Pacific/Auckland", 20, 2)],
)
def test_the_days_of_the_legal_entity_count(desk: ReminderDesk, zone: str, hour: int, first: int) -> None:
    """At 02:15 UTC it is still the day before in America: nobody is reminded, or charged for, a day too early."""
    invoice = desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE)
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_timezone": zone})
    taken = []
    for day in range(2, 6):
        desk.at(on(day))
        desk.clock.moment = desk.clock.moment.replace(hour=hour, minute=15)
        taken += [day] * reminding.remind(book=desk.reminders, catalogues=LANGUAGES, clock=desk.clock)
    assert taken == [first]
    assert desk.api.read(Ref(INVOICE, invoice), select=("w365_remindedon",))["w365_remindedon"] == "2026-03-13"


@pytest.mark.parametrize(
    ("language", "credit_hold", "says"),
    [
        ("en", "on", "we have still not received your payment. Until it arrives we take no new orders. This is open:"),
        ("en", "off", "we have not received your payment yet for:"),
        (
            "de",
            "on",
            "Ihre Zahlung ist noch immer nicht bei uns eingegangen. Bis sie da ist, nehmen wir keine neuen Bestellungen an.",
        ),
        ("de", "off", "für Folgendes ist Ihre Zahlung noch nicht bei uns eingegangen:"),
        ("es", "on", "Seguimos sin haber recibido su pago. Hasta que llegue no aceptaremos nuevos pedidos. Queda pendiente:"),
        ("es", "off", "Todavía no hemos recibido su pago correspondiente a:"),
    ],
)
def test_a_first_mail_of_a_last_step_says_what_is_true(desk: ReminderDesk, language: str, credit_hold: str, says: str) -> None:
    """Where a plan starts late nothing was sent before it, and a hold stops orders only where somebody switched that on."""
    account = desk.customer("A-1")
    desk.api.update(Ref("account", account), {"w365_language": language})
    desk.say("credit-hold", credit_hold)
    desk.open(account, "INV-1", "100.00", due=DUE)
    desk.day(on(20))
    [(_, body)] = desk.texts("Customer")
    assert (says in body, "100.00" in body or "100,00" in body, desk.on_hold(account)) == (True, True, True)
    assert not [word for word in ("in spite", "trotz", "A pesar") if word in body]


def test_only_the_newest_step_is_sent_where_a_plan_starts_late(desk: ReminderDesk) -> None:
    """Not three mails at once; what is announced before the due day is not said after it."""
    desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE)
    assert len(desk.day(on(12))) == 1
    assert desk.taken() == ["INV-1 +10"]
    desk.open(desk.customer("A-2"), "INV-2", "100.00", due=on(11))
    assert desk.day(on(13)) == []


GERMAN = """\
Guten Tag Customer A-1,

für Folgendes ist Ihre Zahlung noch nicht bei uns eingegangen:

Rechnung RE-2 vom 17. Februar 2026: 50,50 EUR, fällig am 3. März 2026
Rechnung RE-1 vom 24. Februar 2026: 100,00 EUR, fällig am 10. März 2026

Insgesamt: 150,50 EUR

Falls Sie inzwischen gezahlt haben, betrachten Sie dieses Schreiben bitte als gegenstandslos.

Freundliche Grüße
Contoso Cloud
"""

HELD = [
    ("w365_balance", Decimal(0), "paid"),
    ("w365_noreminders", True, "opted out"),
    ("w365_reminderspauseduntil", on(3), "promised"),
    ("w365_disputedamount", Decimal(100), "disputed"),
]


@pytest.mark.parametrize(("column", "value"), [one[:2] for one in HELD], ids=[one[2] for one in HELD])
def test_what_is_paid_paused_disputed_or_opted_out_is_not_reminded_of(desk: ReminderDesk, column: str, value: object) -> None:
    """F48, F137: nothing is sent and nothing is taken."""
    invoice = desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE)
    desk.api.update(Ref(INVOICE, invoice), {column: value})
    assert desk.day(on(3)) == []
    assert desk.taken() == []


def test_a_promise_pauses_until_its_day(desk: ReminderDesk) -> None:
    """F130: on the day after it the newest step follows."""
    desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE)
    desk.reminders.pause("INV-1", on(12), "will pay on the 22nd")
    assert [len(desk.day(on(day))) for day in (3, 10, 12, 13)] == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("zone", "taken", "hour", "until", "leave"),
    [
        ("Pacific/Auckland", 2, 20, 2, 1),
        ("Pacific/Auckland", 2, 20, 3, 0),
        ("America/Los_Angeles", 4, 2, 2, 1),
        ("America/Los_Angeles", 4, 2, 3, 0),
    ],
)
def test_a_promise_of_the_day_itself_is_quicker_than_the_mail(
    desk: ReminderDesk, zone: str, taken: int, hour: int, until: int, leave: int
) -> None:
    """Its mail waits: a pause that holds on the legal entity's day of the step stops it, one that is over does not."""
    desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE)
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_timezone": zone})
    desk.at(on(taken))
    desk.clock.moment = desk.clock.moment.replace(hour=hour)
    assert reminding.remind(book=desk.reminders, catalogues=LANGUAGES, clock=desk.clock) == 1
    desk.reminders.pause("INV-1", on(until), "by phone")
    desk.deliver()
    assert len(desk.mails()) == leave


def test_only_what_is_not_disputed_is_reminded_of(desk: ReminderDesk) -> None:
    """F130: a dispute stops reminders for its amount."""
    desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE)
    desk.reminders.dispute("INV-1", Decimal("30.00"), "two seats too many")
    desk.remind(on(3))
    [(_, body)] = desk.texts("Customer")
    assert "Invoice INV-1 of 24 February 2026: 70.00 EUR, due on 10 March 2026 (without the disputed 30.00 EUR)" in body


def test_a_disputed_amount_finer_than_its_currency_is_for_the_customer_and_stops_nobody_else(desk: ReminderDesk) -> None:
    """The column on the form takes four places; a command takes as many as the currency has."""
    invoice = desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE)
    desk.open(desk.customer("A-2"), "INV-2", "50.00", due=DUE)
    with pytest.raises(BadInput, match=r"10\.005 is not an amount in EUR, which has 2 decimal places"):
        desk.reminders.dispute("INV-1", Decimal("10.005"), "a slip of the finger")
    desk.api.update(Ref(INVOICE, invoice), {"w365_disputedamount": Decimal("10.005")})
    assert sorted(to for to, _ in desk.day(on(3))) == ["ap@a-1.example", "ap@a-2.example"]
    assert "INV-1 of 24 February 2026: 89.99 EUR, due on 10 March 2026 (without the disputed 10.01 EUR)" in "".join(
        body for _, body in desk.texts("Customer")
    )


@pytest.mark.parametrize("state", ["Processing", "Unknown", "Pending"])
def test_nothing_is_said_while_a_payment_is_on_its_way(desk: ReminderDesk, state: str) -> None:
    """A bank debit that was sent, or a charge without an answer; once it has failed the newest step follows."""
    payment = desk.charged(desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE), "100.00", state)
    assert desk.day(on(3)) == []
    desk.api.update(Ref("w365_payment", payment), status("w365_payment", "Failed"))
    assert len(desk.day(on(4))) == 1


def test_invoices_in_two_currencies_are_two_mails(desk: ReminderDesk) -> None:
    """Their amounts are never added up."""
    account = desk.customer("A-1")
    desk.open(account, "INV-1", "100.00", due=DUE)
    desk.open(account, "INV-2", "50.00", due=DUE, **desk.tenant.currencies.bind("USD"))
    desk.remind(on(3))
    assert sorted(body.count("INV-") for _, body in desk.texts("Customer")) == [1, 1]


def test_what_a_bank_holds_back_is_not_reminded_of_until_it_is_decided(desk: ReminderDesk) -> None:
    """F130, F141: a dispute at the gateway stops reminders for its amount; once it is lost, all of it is owed."""
    invoice = desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE)
    dispute = desk.held_by_bank(invoice, "100.00")
    assert desk.day(on(3)) == []
    desk.api.update(Ref("w365_dispute", dispute), status("w365_dispute", "Lost"))
    assert len(desk.day(on(4))) == 1


def test_a_payment_that_is_quicker_than_the_mail_stops_it(desk: ReminderDesk) -> None:
    """Never after payment: the notice says why it was not sent."""
    invoice = desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE)
    desk.remind(on(3))
    desk.settle(invoice)
    desk.deliver()
    assert desk.mails() == []
    [line] = desk.reminders.log(desk.clock.now() - timedelta(days=1))
    assert (line.status, line.message) == ("Failed", "It was not sent: of INV-1 another amount is open by now.")


def test_a_payment_between_the_decision_and_its_writing_leaves_the_step_untaken(desk: ReminderDesk) -> None:
    """Never after a payment that was there by then: no step, no hold, no fee; the other customer has its own."""
    late, other = desk.customer("A-1"), desk.customer("A-2")
    invoice = desk.open(late, "INV-1", "100.00", due=DUE)
    desk.open(other, "INV-2", "100.00", due=DUE)
    desk.at(on(20))
    prepared = reminding.prepare(lambda _: on(20), book=desk.reminders)
    desk.settle(invoice)
    until = desk.clock.now() + timedelta(days=7)
    takings = [Taking(one, notices(one, LANGUAGES, until), on(20), {}) for one in prepared.bundles]
    assert desk.reminders.record(takings) == 1
    assert (desk.taken(), desk.on_hold(late), desk.on_hold(other)) == (["INV-2 +20"], False, True)


def test_several_invoices_of_a_customer_are_one_mail_in_its_language(desk: ReminderDesk) -> None:
    """F137: bundled over steps; another customer has a mail of its own."""
    german = desk.customer("A-1", w365_language="de")
    desk.open(german, "RE-1", "100.00", due=DUE)
    desk.open(german, "RE-2", "50.50", due=on(-7))
    desk.open(desk.customer("A-2"), "INV-3", "10.00", due=DUE)
    assert sorted(desk.day(on(3))) == [
        ("ap@a-1.example", "Zahlungserinnerung: 2 Rechnungen, 150,50 EUR"),
        ("ap@a-2.example", "Reminder: invoice INV-3 was due on 10 March 2026"),
    ]
    assert desk.taken() == ["INV-3 +3", "RE-1 +3", "RE-2 +10"]
    [body] = [body for subject, body in desk.texts("Customer") if subject.startswith("Zahlung")]
    assert body == GERMAN


def test_a_customer_may_have_another_plan_or_none(desk: ReminderDesk) -> None:
    """F137: the plan is inherited; a text of the partner's own stands in place of ours, in its language alone."""
    other = desk.reminder_plan("VIP")
    desk.step(other, 3, texten="We are sure that this was overlooked:")
    desk.step(other, 5, by="Task")
    spared, kept = desk.customer("A-1"), desk.customer("A-2")
    desk.say("reminder-plan", "none", customer=spared)
    desk.say("reminder-plan", "VIP", customer=kept)
    for number, account in (("INV-1", spared), ("INV-2", kept)):
        desk.open(account, number, "100.00", due=DUE)
    assert [address for address, _ in desk.day(on(3))] == ["ap@a-2.example"]
    [(_, body)] = desk.texts("Customer")
    assert "\n\nWe are sure that this was overlooked:\n\nInvoice INV-2" in body
    assert desk.day(on(5)) == []
    [(subject, _)] = desk.texts("Staff")
    assert subject == "Customer A-2: 100.00 EUR is open and needs attention"


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "This was overlooked:"),
        ("en-GB", "This was overlooked:"),
        ("de", "Das wurde übersehen:"),
        ("de-AT", "Das wurde übersehen:"),
        ("es", "Todavía no hemos recibido su pago correspondiente a:"),
        ("", "This was overlooked:"),
    ],
)
def test_a_text_is_said_in_its_own_language_alone(desk: ReminderDesk, language: str, says: str) -> None:
    """F48: a language without one has the product's words, and never those of another language."""
    desk.step(desk.reminder_plan("OWN"), 3, texten="This was overlooked:", textde="Das wurde übersehen:")
    account = desk.customer("A-1", w365_language=language or None)
    desk.say("reminder-plan", "OWN", customer=account)
    desk.open(account, "INV-1", "100.00", due=DUE)
    desk.day(on(3))
    [(_, body)] = desk.texts("Customer")
    assert body.split("\n\n")[1] == says


def test_what_is_a_task_alone_is_in_no_mail(desk: ReminderDesk) -> None:
    """F137: the customer hears of the invoice whose step is a mail, staff of the one whose step is a task; the log says it so."""
    plan = desk.reminder_plan("TASKS", (3,))
    desk.step(plan, 5, by="Task")
    desk.step(plan, 8, by="Mail and task")
    desk.say("reminder-plan", "TASKS", customer=(account := desk.customer("A-1")))
    for number, late in (("INV-1", 5), ("INV-2", 3), ("INV-3", 8)):
        desk.open(account, number, "100.00", due=on(5) - timedelta(days=late))
    assert desk.day(on(5)) == [("ap@a-1.example", "Reminder: 2 invoices, 200.00 EUR")]
    assert [number for number in ("INV-1", "INV-2", "INV-3") if number in desk.texts("Customer")[0][1]] == ["INV-2", "INV-3"]
    memos = ["".join(number for number in ("INV-1", "INV-2", "INV-3") if number in body) for _, body in desk.texts("Staff")]
    assert sorted(memos) == ["INV-1", "INV-3"]
    log = desk.reminders.log(desk.clock.now() - timedelta(days=1))
    assert sorted((one.invoice, one.to) for one in log) == [
        ("INV-1", "staff"),
        ("INV-2", "ap@a-1.example"),
        ("INV-3", "ap@a-1.example"),
        ("INV-3", "staff"),
    ]


def test_a_task_for_staff_needs_no_address_of_the_customer(desk: ReminderDesk) -> None:
    """Whom no mail reaches is held by the step that says so, and staff are told what is true, once."""
    desk.step(desk.reminder_plan("TASKS"), 5, by="Task", credithold="Yes")
    account = desk.customer("A-1", email="")
    desk.say("reminder-plan", "TASKS", customer=account)
    desk.open(account, "INV-1", "100.00", due=DUE)
    for day in (5, 6):
        desk.day(on(day))
    assert (desk.taken(), desk.on_hold(account)) == (["INV-1 +5"], True)
    [(_, memo)] = desk.texts("Staff")
    assert memo.endswith("The customer was put on credit hold.\n")


def test_a_plan_that_is_not_there_is_said_and_holds_up_nobody_else(desk: ReminderDesk) -> None:
    """Nothing is guessed: the run fails with the sentence, after everybody else was told."""
    lost = desk.customer("A-1")
    desk.say("reminder-plan", "GONE", customer=lost)
    desk.open(lost, "INV-1", "100.00", due=DUE)
    desk.open(desk.customer("A-2"), "INV-2", "100.00", due=DUE)
    with pytest.raises(BadInput, match="names 'GONE', and no active plan has that code"):
        desk.remind(on(3))
    assert desk.taken() == ["INV-2 +3"]


@pytest.mark.parametrize("empty", ["w365_day", "w365_channel"])
def test_a_step_that_says_too_little_holds_up_only_whoever_has_its_plan(desk: ReminderDesk, empty: str) -> None:
    """An import may leave empty what the form asks for; a plan without a code is nobody's."""
    lost = desk.customer("A-1")
    plan = desk.reminder_plan("HALF", (3,))
    for step in list(desk.api.find(Query("w365_reminderstep", ("w365_reminderstepid",), f"_w365_plan_value eq {plan}"))):
        desk.api.update(Ref("w365_reminderstep", step["w365_reminderstepid"]), {empty: None})
    desk.api.create("w365_reminderplan", {"w365_name": "No code"})
    desk.say("reminder-plan", "HALF", customer=lost)
    desk.open(lost, "INV-1", "100.00", due=DUE)
    desk.open(desk.customer("A-2"), "INV-2", "100.00", due=DUE)
    with pytest.raises(BadInput, match="'HALF' has a step without a day or a channel; complete it there"):
        desk.remind(on(3))
    assert desk.taken() == ["INV-2 +3"]


def test_a_customer_without_an_address_has_the_step_once_it_has_one(desk: ReminderDesk) -> None:
    """A notice says what is missing; the step is not used up."""
    account = desk.customer("A-1", email="")
    desk.open(account, "INV-1", "100.00", due=DUE)
    desk.day(on(3))
    assert (desk.taken(), desk.mails()) == ([], [])
    assert desk.states("w365_notice") == ["Failed"]
    desk.api.update(Ref("account", account), {"emailaddress1": "ap@a-1.example"})
    assert len(desk.day(on(4))) == 1


def test_a_dry_run_shows_another_day_and_writes_nothing(desk: ReminderDesk) -> None:
    """F137: what would be sent, and what is held back and why."""
    desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE)
    desk.open(desk.customer("A-2"), "INV-2", "100.00", due=DUE, w365_noreminders=True)
    prepared = reminding.prepare(lambda _: on(10), book=desk.reminders)
    assert [one.key for one in prepared.bundles] != []
    assert [(one.due.owed.number, one.due.step.named, one.why) for one in prepared.held] == [
        ("INV-2", "+10", "it is never reminded of")
    ]
    assert desk.taken() == []


def test_a_tenant_without_a_plan_costs_one_request() -> None:
    """Neither invoices nor payments are read."""
    desk = ReminderDesk()
    desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE)
    desk.fuse.reset()
    desk.remind(on(3))
    assert desk.fuse.count == 1
