"""What people are told, when, in which words, and who is spared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query
from dataverse.rows import bind, status_label
from dataverse.webapi import Ref
from local.dataverse import seed
from local.dataverse.rights_seed import role_id
from local.desks.telling import LANGUAGES, NO_LINKS, NOTICE, TellingDesk
from local.fakes.mail import FakeMailer
from local.faults import Died
from local.sample.generated import ENTITY
from work365.errors import OutcomeUnknown, Refused, Rejected
from work365.handlers.telling import Delivered, deliver

MARCH, END = date(2026, 3, 1), date(2026, 12, 31)
STAFF, MAIL = ("Renewal", "Staff", "", "To read"), ("Renewal", "Customer", "ap@c-1.example", "Sent")

if TYPE_CHECKING:
    from work365.ports.mail import Mail


def days_before(days: int) -> date:
    return END - timedelta(days=days)


@pytest.fixture
def desk() -> TellingDesk:
    return TellingDesk(MARCH)


def term(desk: TellingDesk, contract: str, **columns: object) -> str:
    """Ten seats for a year, long ago, that end on New Year's Eve."""
    more = {"term": "P1Y", "until": END, "printedname": "Premium", "termstart": date(2025, 12, 31), "start": date(2025, 1, 1)}
    return desk.bought(contract, **{**more, **columns})  # type: ignore[arg-type]  # values of columns


def test_a_term_is_told_at_ninety_sixty_thirty_and_seven_days(desk: TellingDesk) -> None:
    """F22: day by day over four months, four notices to the customer and four to staff, each on its day."""
    term(desk, desk.reachable("C-1"), atend="Renew")
    on = [days for days in range(120, -5, -1) if desk.tell(days_before(days))]
    assert on == [90, 60, 30, 7]
    assert desk.told() == sorted([STAFF, MAIL] * 4)
    assert desk.mails() == [("ap@c-1.example", "Premium: the term ends on 30 December 2026")] * 4


@pytest.mark.parametrize(("days", "said"), [(45, "60 is a mark"), (12, "30 is a mark"), (3, "7 is a mark")])
def test_a_late_job_tells_the_nearest_mark_alone(desk: TellingDesk, days: int, said: str) -> None:
    """The timer was down since the summer: one notice each, about the mark that comes next to the day."""
    term(desk, desk.reachable("C-1"), atend="Renew")
    assert desk.tell(days_before(days)) == 2
    assert desk.tell(days_before(days)) == 0
    (row, _) = desk.api.find(Query(NOTICE, ("w365_why",)))
    assert f"{days} days are left" in row["w365_why"]
    assert said in row["w365_why"]


def test_the_words_say_end_lock_policy_and_price(desk: TellingDesk) -> None:
    """F22: term end, lock time, renewal policy, price after renewal; the lock in the clocks of the legal entity."""
    term(desk, desk.reachable("C-1"), atend="Renew", renewalprice="Percentage", renewalpercent=10)
    desk.tell(days_before(30))
    ((subject, body),) = desk.texts("Customer")
    assert subject == "Premium: the term ends on 30 December 2026"
    assert body == (
        "Dear Customer of C-1,\n\n"
        "the term of Premium ends on 30 December 2026.\n\n"
        "Contract: C-1\n"
        "Seats: 10\n"
        "Days left: 30\n"
        "Price per seat and billing period: 31.00 EUR\n"
        "At the end of the term: it renews for another term of the same length\n"
        "Price afterwards: 34.10 EUR\n"
        "Can be changed until: 31 December 2026, 01:00 (Europe/Berlin)\n\n"
        "Kind regards\nContoso Cloud\n"
    )
    ((_, memo),) = desk.texts("Staff")
    assert "Customer: Customer of C-1\nContract: C-1\nSeats: 10" in memo


def test_what_ends_together_is_told_together(desk: TellingDesk) -> None:
    """Three subscriptions of one contract: one mail and one line of work, each subscription under its own heading."""
    contract = desk.reachable("C-1")
    for name in ("E3", "E5", "Visio"):
        term(desk, contract, printedname=name, atend="Renew")
    term(desk, desk.reachable("C-2"), printedname="Power BI")
    assert desk.tell(days_before(30)) == 4
    assert sorted(address for address, _ in desk.mails()) == ["ap@c-1.example", "ap@c-2.example"]
    subject, body = next(text for text in desk.texts("Customer") if "C-1" in text[1])
    assert subject.endswith(": the term ends on 30 December 2026, and 2 more")
    assert "this is about several subscriptions.\n\nContract: C-1\n\n" in body
    assert all(f"{name}: the term ends on 30 December 2026\nSeats: 10\n" in body for name in ("E3", "E5", "Visio"))
    assert desk.tell(days_before(29)) == 0


def test_what_joins_later_is_told_by_itself(desk: TellingDesk) -> None:
    """A subscription that ends with others and came after they were told: nobody is left out, nobody is told twice."""
    contract = desk.reachable("C-1")
    term(desk, contract, printedname="E3")
    desk.tell(days_before(30))
    for name, days in (("E5", 28), ("Visio", 27)):
        term(desk, contract, printedname=name)
        assert [desk.tell(days_before(days)), desk.tell(days_before(days))] == [2, 0]
    assert [subject for _, subject in desk.mails()] == [
        f"{name}: the term ends on 30 December 2026" for name in ("E3", "E5", "Visio")
    ]


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("de-AT", "Premium: Die Laufzeit endet am 30. Dezember 2026"),
        ("es", "Premium: el plazo termina el 30 de diciembre de 2026"),
    ],
)
def test_a_customer_is_told_in_their_language(desk: TellingDesk, language: str, subject: str) -> None:
    """Staff goes on reading the company's."""
    term(desk, desk.reachable("C-1", language=language), atend="End")
    desk.tell(days_before(7))
    assert desk.mails() == [("ap@c-1.example", subject)]
    assert desk.texts("Staff")[0][0].startswith("Premium: the term ends")


def test_a_part_of_a_bundle_is_not_told(desk: TellingDesk) -> None:
    """Nor a trial: what is not billed itself goes with what is."""
    term(desk, desk.reachable("C-1"), billable=False)
    assert desk.tell(days_before(30)) == 0


def test_a_legal_entity_whose_zone_does_not_exist_leaves_nobody_out(desk: TellingDesk) -> None:
    """The daily run reports it; until it is mended days and moments are the supplier's."""
    term(desk, desk.reachable("C-1"))
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_timezone": "Europe/Nowhere"})
    desk.tell(days_before(30))
    ((_, body),) = desk.texts("Customer")
    assert "Can be changed until: 31 December 2026, 00:00 (UTC)" in body


def test_a_months_term_is_told_a_week_ahead_alone(desk: TellingDesk) -> None:
    """Otherwise every month would be told twice, the first time on its second day."""
    desk.bought(desk.reachable("C-1"), term="P1M", until=date(2026, 4, 1), termstart=MARCH, start=date(2025, 1, 1))
    on = [day for day in range(1, 32) if desk.tell(date(2026, 3, day))]
    assert on == [25]


@pytest.mark.parametrize(
    ("company", "contract", "told"),
    [
        ("both", "", {"Staff", "Customer"}),
        ("staff", "", {"Staff"}),
        ("customer", "", {"Customer"}),
        ("off", "", set()),
        ("off", "both", {"Staff", "Customer"}),
        ("both", "off", set()),
    ],
)
def test_the_company_chooses_who_is_told(desk: TellingDesk, company: str, contract: str, told: set[str]) -> None:
    """A setting for everybody, and one that overrides it for a contract."""
    made = desk.reachable("C-1")
    term(desk, made)
    desk.choose("notice-renewal", company)
    if contract:
        desk.choose("notice-renewal", contract, contract=made)
    desk.tell(days_before(7))
    assert {audience for _, audience, _, _ in desk.told()} == told


def test_a_setting_that_means_nothing_tells_staff_alone(desk: TellingDesk) -> None:
    """Nobody outside is told on a guess; once it is mended they are."""
    term(desk, desk.reachable("C-1"))
    desk.choose("notice-renewal", "sometimes")
    desk.tell(days_before(7))
    assert desk.told() == [("Renewal", "Customer", "", "Failed"), STAFF]
    (row,) = [one for one in desk.api.find(Query(NOTICE, ("w365_message",))) if one["w365_message"]]
    assert row["w365_message"].startswith("The setting 'notice-renewal' of the company cannot be used: 'sometimes' is not one of")
    (setting,) = desk.api.find(Query("w365_setting", ("w365_settingid",)))
    desk.api.update(Ref("w365_setting", setting["w365_settingid"]), {"w365_value": "both"})
    desk.tell(days_before(6))
    assert len(desk.mails()) == 1


def test_a_customer_without_an_address_is_told_once_it_is_there(desk: TellingDesk) -> None:
    """The notice that could not be sent says what to do; mended, the next run reaches them."""
    contract = desk.reachable("C-1", billingemail=None)
    term(desk, contract)
    desk.tell(days_before(7))
    assert desk.told() == [("Renewal", "Customer", "", "Failed"), STAFF]
    desk.api.update(Ref("w365_billingcontract", contract), {"w365_noticeemail": "it@c-1.example"})
    desk.tell(days_before(6))
    assert desk.mails() == [("it@c-1.example", "Premium: the term ends on 30 December 2026")]


SEVEN_DAYS = [
    ("2026-03-18T07:00", 0),
    ("2026-03-21T08:00", 1),
    ("2026-03-22T07:00", 0),
    ("2026-03-22T09:00", 1),
    ("2026-03-23T07:00", 0),
    ("2026-03-23T09:00", 0),
]
"""Seats that came on 16 March at 08:00 may go back until the 23rd at 08:00."""


def bought_in_march(desk: TellingDesk, contract: str) -> str:
    return desk.bought(
        contract, start=date(2026, 3, 16), term="P1Y", until=date(2027, 3, 16), termstart=date(2026, 3, 16), printedname="E3"
    )


def test_a_window_is_told_at_forty_eight_and_twenty_four_hours(desk: TellingDesk) -> None:
    """F159: by the hour, once each, to staff; nothing before, nothing after."""
    bought_in_march(desk, desk.reachable("C-1"))
    new = [desk.tell(datetime.fromisoformat(f"{at}+00:00")) for at, _ in SEVEN_DAYS]
    assert new == [count for _, count in SEVEN_DAYS]
    assert desk.told() == [("Return window", "Staff", "", "To read")] * 2
    assert desk.mails() == []


def test_a_window_says_seats_moment_and_refund(desk: TellingDesk) -> None:
    """F159: ten seats of 31.00 came on the 16th; on the 21st 11 of 31 days are left: 110.00."""
    bought_in_march(desk, desk.reachable("C-1"))
    desk.choose("notice-return-window", "both")
    desk.tell(datetime(2026, 3, 21, 9, tzinfo=UTC))
    assert desk.mails() == [("ap@c-1.example", "E3: seats can be returned until 23 March 2026, 09:00 (Europe/Berlin)")]
    ((_, body),) = desk.texts("Customer")
    assert "Seats that can be returned: 10\nRefund if they are returned now: 110.00 EUR\n" in body


def test_a_customer_may_decline_what_is_optional(desk: TellingDesk) -> None:
    """Windows and usage are; the end of a term is not."""
    contract = desk.reachable("C-1", declines=True)
    bought_in_march(desk, contract)
    desk.bought(contract, term="P1Y", until=date(2026, 3, 28), termstart=date(2025, 3, 28), start=date(2025, 3, 28))
    desk.choose("notice-return-window", "both")
    desk.tell(datetime(2026, 3, 21, 9, tzinfo=UTC))
    assert {(kind, audience) for kind, audience, _, _ in desk.told()} == {
        ("Return window", "Staff"),
        ("Renewal", "Staff"),
        ("Renewal", "Customer"),
    }


def test_seats_that_were_given_back_are_not_told(desk: TellingDesk) -> None:
    """F159: of five more seats on the 18th three went back on the 19th; their window holds two."""
    contract = desk.reachable("C-1")
    one = desk.bought(contract, start=date(2026, 1, 1), term="P1Y", until=date(2027, 1, 1), printedname="E3")
    desk.change(contract, one, date(2026, 3, 18), 15)
    desk.change(contract, one, date(2026, 3, 19), 12)
    desk.tell(datetime(2026, 3, 23, 9, tzinfo=UTC))
    ((_, memo),) = desk.texts("Staff")
    assert "Seats that can be returned: 2\n" in memo


def test_what_comes_too_late_is_not_sent(desk: TellingDesk) -> None:
    """The mail system was away until the term was over: the row says so, and nobody gets old news."""
    term(desk, desk.reachable("C-1"))
    desk.decide(days_before(7))
    desk.at(END)
    done = desk.deliver()
    assert (done.failed, desk.mails()) == (1, [])
    assert desk.told() == [("Renewal", "Customer", "ap@c-1.example", "Failed"), STAFF]
    (row,) = [one for one in desk.api.find(Query(NOTICE, ("w365_message",))) if one["w365_message"]]
    assert row["w365_message"] == "It was not sent in time: what it tells was over on 2026-12-31 00:00 UTC."


def test_a_busy_mail_system_delays_and_doubles_nothing(desk: TellingDesk) -> None:
    """429: the rest waits with nothing of it gone; the next timer sends it."""
    for number in range(3):
        term(desk, desk.reachable(f"C-{number}"))
    desk.decide(days_before(7))
    desk.graph.throttle(1, after_s=30)
    assert desk.deliver().waiting
    assert desk.mails() == []
    assert desk.deliver().sent == 3
    assert len(desk.mails()) == 3


def test_mails_in_doubt_hold_up_no_others(desk: TellingDesk) -> None:
    """Their answers were lost and the mailbox may not be read: a person decides about them, the rest goes out."""
    for number in range(3):
        term(desk, desk.reachable(f"C-{number}"))
    desk.decide(days_before(7))
    blind = FakeMailer(desk.clock, eats=[OutcomeUnknown("lost")] * 3, blind=Rejected("no Mail.Read"))

    def deliver_blindly() -> Delivered:
        return deliver(book=desk.telling, mailer_for=lambda: blind, clock=desk.clock, linking=NO_LINKS, catalogues=LANGUAGES)

    assert deliver_blindly().unknown == 3
    term(desk, desk.reachable("C-9"))
    desk.decide(desk.clock.moment + timedelta(hours=1))
    done = deliver_blindly()
    assert (done.sent, done.unknown, len(blind.sent)) == (1, 3, 4)
    assert blind.searches == 3


@dataclass
class Dying(FakeMailer):
    """A mail system whose caller dies before the mail is taken, or after."""

    takes: bool = False

    def send(self, mail: Mail) -> str:
        """Never answers."""
        if self.takes:
            super().send(mail)
        raise Died


@pytest.mark.parametrize(("left", "ends"), [(False, ("Unknown", "It may have been sent")), (True, ("Sent", ""))])
def test_what_got_no_answer_before_timers_were_away_for_long_is_a_persons(
    desk: TellingDesk, *, left: bool, ends: tuple[str, str]
) -> None:
    """It was written down that no answer came; after four days it is looked for once: found, or a person reads when."""
    term(desk, desk.reachable("C-1"))
    desk.decide(days_before(7))
    lost = OutcomeUnknown("graph answered 500")
    mailer = FakeMailer(desk.clock, eats=[lost]) if left else FakeMailer(desk.clock, faults=[lost])
    begun = desk.clock.moment

    def look() -> Delivered:
        return deliver(book=desk.telling, mailer_for=lambda: mailer, clock=desk.clock, linking=NO_LINKS, catalogues=LANGUAGES)

    assert look().unknown == 1
    for days in (4, 1, 30):
        desk.clock.moment += timedelta(days=days)
        look()
        rows = desk.api.find(Query(NOTICE, ("statuscode", "w365_message", "w365_recipient")))
        [row] = [one for one in rows if one["w365_recipient"]]
        said = row["w365_message"] or ""
        assert ((status_label(NOTICE, row), said[:21]), len(mailer.sent), mailer.searches) == (ends, int(left), 1)
        assert left or said.endswith(f"It was handed over on {begun:%Y-%m-%d at %H:%M} UTC.")


@pytest.mark.parametrize(("left", "ends"), [(False, ("Unknown", "It may have been sent")), (True, ("Sent", ""))])
def test_what_was_begun_before_timers_were_away_for_long_is_a_persons(
    desk: TellingDesk, *, left: bool, ends: tuple[str, str]
) -> None:
    """The worker died before, or after, the mail system took the mail; nobody looks for four days, and then once."""
    term(desk, desk.reachable("C-1"))
    desk.decide(days_before(7))
    mailer = Dying(desk.clock, takes=left)

    def look() -> Delivered:
        return deliver(book=desk.telling, mailer_for=lambda: mailer, clock=desk.clock, linking=NO_LINKS, catalogues=LANGUAGES)

    def stands() -> tuple[str, str]:
        rows = desk.api.find(Query(NOTICE, ("statuscode", "w365_message", "w365_recipient")))
        [row] = [one for one in rows if one["w365_recipient"]]
        return status_label(NOTICE, row), (row["w365_message"] or "")[:21]

    with pytest.raises(Died):
        look()
    assert stands() == ("Queued", "")
    for days in (4, 1, 30):
        desk.clock.moment += timedelta(days=days)
        look()
        assert (stands(), len(mailer.sent), mailer.searches) == (ends, int(left), 1)


@pytest.mark.parametrize(("role", "theirs"), [("Work365 Sales", True), ("Work365 Portal service", False)])
def test_the_owner_of_the_contract_owns_what_staff_reads(desk: TellingDesk, role: str, *, theirs: bool) -> None:
    """A team's notices are its queue; an owner who may not read notices holds none up."""
    team = desk.api.create("team", {"name": "Renewals", **bind("businessunitid", "businessunit", seed.UNIT_ID)})
    desk.api.associate(Ref("team", team), "teamroles_association", Ref("role", role_id(role)))
    contract = desk.reachable("C-1")
    desk.api.update(Ref("w365_billingcontract", contract), bind("ownerid", "team", team))
    term(desk, contract)
    assert desk.tell(days_before(7)) == 2
    owners = {row["_ownerid_value"] for row in desk.api.find(Query(NOTICE, ("_ownerid_value",)))}
    assert (owners == {team}) is theirs


def test_no_mailbox_is_said_only_when_there_is_something_to_send(desk: TellingDesk) -> None:
    """A partner who tells staff alone needs none."""

    def none() -> object:
        message = "no mailbox"
        raise Refused(message)

    term(desk, desk.reachable("C-1"))
    assert deliver(book=desk.telling, mailer_for=none, clock=desk.clock, linking=NO_LINKS, catalogues=LANGUAGES).sent == 0  # type: ignore[arg-type]  # never used
    desk.decide(days_before(7))
    with pytest.raises(Refused, match="no mailbox"):
        deliver(book=desk.telling, mailer_for=none, clock=desk.clock, linking=NO_LINKS, catalogues=LANGUAGES)  # type: ignore[arg-type]  # as above
