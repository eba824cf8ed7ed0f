"""F54: a rule holds who owes too much for too long and releases who has paid, with a log; a hold of a person stays."""

from __future__ import annotations

from datetime import date

import pytest

from dataverse.stores.hold_rows import held_row
from dataverse.stores.settings import SettingRows
from dataverse.webapi import Ref
from local.desks.hold_rule import HoldRuleDesk, told
from local.sample.generated import ENTITY
from work365.errors import BadInput
from work365.handlers import holding, holding_by_rule
from work365.handlers.settings import say, show
from work365.holding.hold import HoldKind
from work365.settings.catalogue import Level
from work365.settings.resolving import Said, problem

DUE, TODAY, NEXT = date(2026, 2, 10), date(2026, 3, 13), date(2026, 3, 14)
HELD = (True, "Rule", "overdue for 31 days, which is more than 30")
FREE = (False, "", "")
PLACED, LIFTED = ("Placed", "Rule", "overdue"), ("Lifted", "Rule", "overdue")


@pytest.fixture
def desk() -> HoldRuleDesk:
    made = HoldRuleDesk()
    made.say("hold-overdue-days", "30")
    return made


def test_who_owes_for_too_long_is_held_and_who_pays_is_released(desk: HoldRuleDesk) -> None:
    slow, prompt = desk.customer("A-1"), desk.customer("A-2")
    invoice = desk.open(slow, "INV-1", "100.00", due=DUE)
    desk.open(prompt, "INV-2", "100.00", due=NEXT)
    assert desk.overnight(date(2026, 3, 12)) == []
    assert desk.overnight(TODAY) == [("A-1", "Placed", HELD[2])]
    assert (desk.on_the_row("A-1"), desk.on_the_row("A-2")) == (HELD, FREE)
    assert desk.overnight(NEXT) == []
    desk.pays(invoice)
    assert told(desk.follow()) == [("A-1", "Lifted", "nothing is overdue any more")]
    assert (desk.on_the_row("A-1"), desk.logged()) == (FREE, [LIFTED, PLACED])


@pytest.mark.parametrize(
    ("zone", "hour", "held_on"),
    [("UTC", 2, 13), ("America/Los_Angeles", 2, 14), ("America/Los_Angeles", 9, 13), ("Pacific/Auckland", 20, 12)],
)
def test_the_days_of_the_legal_entity_count(desk: HoldRuleDesk, zone: str, hour: int, held_on: int) -> None:
    """At 02:00 UTC it is still the day before in America: nobody is held, for days or for an amount, before the day is there."""
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_timezone": zone})
    desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE)
    desk.open(desk.customer("A-2"), "INV-2", "900.00", due=date(2026, 3, 12))
    desk.say("hold-overdue-amount", "500.00 EUR")
    placed = []
    for day in range(12, 15):
        desk.at(date(2026, 3, day))
        desk.clock.moment = desk.clock.moment.replace(hour=hour)
        desk.draw()
        placed += [(day, *one) for one in told(desk.follow())]
    why = (HELD[2], "900.00 EUR overdue, which is more than 500.00 EUR")
    assert placed == [(held_on, f"A-{which}", "Placed", reason) for which, reason in enumerate(why, start=1)]


def test_what_a_reminder_plan_holds_too_stays_held_when_it_is_paid(desk: HoldRuleDesk) -> None:
    """A person lifts the hold of a plan, although the rule was first; what documents hold goes on waiting for them."""
    desk.reminder_plan("STD", (40,), credithold="Yes")
    desk.say("reminder-plan", "STD")
    slow, new = desk.customer("A-1"), desk.customer("A-2")
    invoice = desk.open(slow, "INV-1", "100.00", due=DUE)
    desk.overnight(TODAY)
    desk.open(new, "INV-2", "100.00", due=DUE)
    desk.api.update(Ref("account", new), held_row(HoldKind.DOCUMENTS, "tax form"))
    desk.remind(date(2026, 3, 22))
    why = "Invoice INV-{} was reminded of and is still open 40 days after it was due"
    assert desk.on_the_row("A-1") == (True, "Manual", why.format(1))
    assert desk.on_the_row("A-2") == (True, "Documents", why.format(2))
    desk.pays(invoice)
    assert told(desk.follow()) == []
    assert desk.on_the_row("A-1") == (True, "Manual", why.format(1))


def test_an_amount_counts_in_its_own_currency(desk: HoldRuleDesk) -> None:
    desk.say("hold-overdue-amount", "500.00 EUR")
    for number, total, code in (("A-1", "500.01", "EUR"), ("A-2", "500.00", "EUR"), ("A-3", "900.00", "USD")):
        desk.issued(desk.customer(number), f"INV-{number}", total, date(2026, 3, 10), code=code)
    assert desk.overnight(TODAY) == [("A-1", "Placed", "500.01 EUR overdue, which is more than 500.00 EUR")]


def test_a_customer_may_have_limits_of_its_own(desk: HoldRuleDesk) -> None:
    """One who has promised is left alone, and released where the rule held it already."""
    spared, strict = desk.customer("A-1"), desk.customer("A-2")
    desk.open(spared, "INV-1", "100.00", due=DUE)
    desk.open(strict, "INV-2", "100.00", due=date(2026, 3, 9))
    desk.say("hold-overdue-days", "3", customer=strict)
    assert [one[:2] for one in desk.overnight(TODAY)] == [("A-1", "Placed"), ("A-2", "Placed")]
    desk.say("hold-overdue-days", "off", customer=spared)
    assert desk.overnight(NEXT) == [("A-1", "Lifted", "the rule is switched off for this customer")]


def test_a_manual_hold_is_never_lifted(desk: HoldRuleDesk) -> None:
    """By the command, by the tick alone, and where a person took over what the rule held."""
    accounts = {number: desk.customer(number) for number in ("A-1", "A-2", "A-3")}
    invoice = desk.open(accounts["A-3"], "INV-3", "100.00", due=DUE)
    holding.place("A-1", "Bounced cheque", book=desk.holds)
    desk.ticks(accounts["A-2"], on=True)
    desk.overnight(TODAY)
    holding.place("A-3", "Bounced cheque", book=desk.holds)
    desk.pays(invoice)
    assert desk.overnight(NEXT) == []
    assert [desk.on_the_row(number)[0] for number in accounts] == [True, True, True]


def test_a_cleared_tick_is_forgotten_so_that_the_next_one_is_a_persons(desk: HoldRuleDesk) -> None:
    account = desk.customer("A-1")
    invoice = desk.open(account, "INV-1", "100.00", due=DUE)
    desk.overnight(TODAY)
    desk.pays(invoice)
    desk.ticks(account, on=False)
    assert told(desk.follow()) == []
    assert (desk.on_the_row("A-1"), desk.logged()) == (FREE, [PLACED])
    desk.ticks(account, on=True)
    assert (told(desk.follow()), desk.on_the_row("A-1")) == ([], (True, "", ""))


def test_a_cleared_tick_of_who_still_owes_is_held_again(desk: HoldRuleDesk) -> None:
    account = desk.customer("A-1")
    desk.open(account, "INV-1", "100.00", due=DUE)
    desk.overnight(TODAY)
    desk.ticks(account, on=False)
    assert [one[1] for one in told(desk.follow())] == ["Placed"]
    assert (desk.on_the_row("A-1"), desk.logged()) == (HELD, [PLACED, PLACED])


def test_a_dry_run_tells_the_same_and_writes_nothing(desk: HoldRuleDesk) -> None:
    desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE)
    desk.at(TODAY)
    desk.draw()
    dry = told(holding_by_rule.look(lambda _: TODAY, book=desk.rules))
    assert (dry, desk.on_the_row("A-1"), desk.logged()) == ([("A-1", "Placed", HELD[2])], FREE, [])
    assert told(desk.follow()) == dry


def test_what_it_costs() -> None:
    """One request where nobody says a limit; two where nothing happens; two more for each fifty customers to whom it does."""
    desk = HoldRuleDesk()
    for index in range(60):
        desk.open(desk.customer(f"A-{index}"), f"INV-{index}", "100.00", due=DUE)
    desk.at(TODAY)
    desk.draw()
    asked, book = [], SettingRows(desk.api)
    for limit in ("", "60", "30"):
        if limit:
            say(book.subject(Level.COMPANY, ""), "hold-overdue-days", limit, reason="", book=book)
        desk.fuse.reset()
        done = len(desk.follow().moves)
        asked.append((done, desk.fuse.count))
    desk.fuse.reset()
    asked.append((len(desk.follow().moves), desk.fuse.count))
    assert asked == [(0, 1), (0, 2), (60, 6), (0, 2)]


def test_a_limit_that_cannot_be_used_keeps_nobody_else_from_being_looked_at(desk: HoldRuleDesk) -> None:
    lost, found = desk.customer("A-1"), desk.customer("A-2")
    desk.open(lost, "INV-1", "100.00", due=DUE)
    desk.open(found, "INV-2", "100.00", due=DUE)
    desk.say("hold-overdue-amount", "500", customer=lost)
    desk.at(TODAY)
    desk.draw()
    followed = desk.follow()
    assert [one[:2] for one in told(followed)] == [("A-2", "Placed")]
    (error,) = followed.broken
    assert "hold-overdue-amount" in error.message
    assert "'500' is not an amount" in error.message


def test_a_legal_entity_says_no_limit(desk: HoldRuleDesk) -> None:
    """What a customer owes is looked at as a whole."""
    wrong = Said(Level.LEGAL_ENTITY, "hold-overdue-days", "30", "WG-EU", row="r")
    assert "say it for customers or the company" in problem(wrong)
    book = SettingRows(desk.api)
    code = desk.api.read(Ref("w365_legalentity", ENTITY), select=("w365_code",))["w365_code"]
    subject = book.subject(Level.LEGAL_ENTITY, code)
    assert "hold-overdue-days" not in {one.setting.name for one in show(subject)}
    with pytest.raises(BadInput, match="it concerns what a customer owes to all"):
        say(subject, "hold-overdue-days", "30", reason="", book=book)
