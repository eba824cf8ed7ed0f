"""Bills that a billing person can read and write: `scenarios/*.txt`.

Above the line a contract, its subscriptions and their changes; below it the invoices that are expected, run by run, with printed
(inclusive) ends. Words after a `#` are comments. A contract may have `off=5.00`, an amount per cycle, and
`surcharge=1.5`, percent of each invoice; a subscription tiers: `at graduated:50=10,*=9`.

    contract 2024-03-01 monthly advance USD          (also: quarterly arrears months next_cycle day=31 discount=10 end=2024-06-30)
    s1 from 2024-03-01 at 7.99                       (or: at 7.99 until 2024-05-31)
       2024-03-10  12 seats                          (or: 12 seats at 8.49, recorded 2024-03-12, refund full)
       spring 10 % off until 2024-05-31              (or: spring 1.50 off from 2024-04-01, per seat and cycle)
       split for Finance of Hall from 2024-03-01     (and: , rest proportion  or: , rest payer School)
       share Finance department=Finance              (and: , included 1, minimum 2  or: share Works 4 seats)
    user anna department=Finance from 2024-03-01     (and: until 2024-03-31)
       billed annual                                 (on a contract by `item`; or: billed annual since 2024-06-15)
    entered 2024-06-15                               (people are asked about what was missed by then)
    decided 2024-03-01 skip                          (or: bill, combine; and: for s1, recorded 2024-06-20)
    amended 2024-06-15 annual day=15                 (also: arrears, months, item, payer=B, anchor=2024-07-01,
                                                      recorded 2024-06-20)
    ----
    2024-03-12   11.34
       s1 credit 2024-03-10..2024-03-31  10 x 7.99 x 22/31  -56.70
    2024-04-02   nothing                              (where the payer changes, each invoice names its: 2024-04-02  5.00 to B)
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from work365.contracts.amendment import Amendment, Schedule, ScheduledBy
from work365.contracts.amount_off import AmountOff
from work365.contracts.contract import BillingContract
from work365.contracts.policy import ChangesBilled, Policy, Prorate
from work365.invoicing.decision import CycleDecision
from work365.money import currency
from work365.periods import FREQUENCIES, MONTHLY, Frequency, Unit
from work365.pricing import Tier, TierModel, Tiers
from work365.scenario import Scenario
from work365.simulation import Simulation, simulate
from work365.splitting.reading import RESTS, PayerOf
from work365.splitting.terms import FoundBy, Share, Split, SplitTerms
from work365.splitting.users import User
from work365.subscriptions.as_json import given_back
from work365.subscriptions.change_log import Change, Subscription
from work365.subscriptions.discount import Discount
from work365.surprises import WORDS, Decided, Surprises

if TYPE_CHECKING:
    from work365.invoicing.lines import Line
    from work365.pricing import Pricing

BERLIN = ZoneInfo("Europe/Berlin")
FILES = sorted((Path(__file__).parent / "scenarios").glob("*.txt"))

_SUBSCRIPTION = re.compile(r"(?P<id>\S+) from (?P<start>\S+) at (?P<price>\S+)(?: until (?P<last>\S+))?")
_DISCOUNT = re.compile(r"(?P<id>\S+) (?P<value>[\d.]+)(?P<percent> %)? off(?: from (?P<start>\S+))?(?: until (?P<last>\S+))?")
_SCHEDULE = re.compile(
    r"billed (?P<every>[\w=]+)(?: since (?P<since>\S+))?(?: anchor (?P<anchor>\S+))?(?: recorded (?P<recorded>\S+))?"
)
_AMENDMENT = re.compile(r"amended (?P<day>\S+) (?P<terms>.+?)(?: recorded (?P<recorded>\S+))?")
_CHANGE = re.compile(
    r"(?P<day>\S+) +(?P<seats>\d+) seats?(?: at (?P<price>[\d.]+))?(?:,? recorded (?P<recorded>[\d-]+))?"
    r"(?:, refund (?P<refund>\w+)(?: asked (?P<asked>\S+))?)?"
)
_SPLIT = re.compile(r"split for (?P<payer>\S+) of (?P<main>\S+) from (?P<start>\S+?)(?:, rest (?P<rest>\w+) ?(?P<to>\S*))?")
_SHARE = re.compile(
    r"share (?P<payer>\S+) (?:(?P<attribute>\w+)=(?P<value>\w+)|(?P<seats>\d+) seats?)"
    r"(?:, included (?P<included>\d+))?(?:, minimum (?P<minimum>\d+))?"
)
_DECIDED = re.compile(r"decided (?P<day>\S+) (?P<choice>\w+)(?: for (?P<id>\w+))?(?:,? recorded (?P<recorded>\S+))?")
_USER = re.compile(r"user (?P<id>\S+) (?P<attribute>\w+)=(?P<value>\w+) from (?P<start>\S+)(?: until (?P<last>\S+))?")


def written(simulation: Simulation, runs: tuple[date, ...]) -> list[str]:
    """The invoices of a simulation in the words of the files."""
    lines: list[str] = []
    left = list(simulation.invoices)
    for place, run in enumerate(runs):
        found = [invoice for invoice in left if invoice.run == run]
        found = found[:1] if run in runs[place + 1 :] else found
        left = [invoice for invoice in left if invoice not in found]
        for invoice in found:
            whose = f" to {invoice.payer}" if invoice.payer else ""
            lines += [f"{run} {invoice.total.major}{whose}", *map(_line, invoice.lines)]
        lines += [] if found else [f"{run} nothing"]
    return lines


def _line(line: Line) -> str:
    last = line.period.end - timedelta(days=1)
    used, whole = line.fraction
    priced = f"{line.quantity} x {line.unit_price} x {used}/{whole} " if line.kind.value != "discount" else ""
    return f"{line.subscription or '-'} {line.kind.value} {line.period.start}..{last} {priced}{line.amount.major}"


def scenario(text: str) -> tuple[Scenario, list[str]]:
    """A scenario and the invoices that are expected of it, in the words of `written`."""
    above, below = re.sub(r" *#.*", "", text).split("----\n")
    first, *rest = [line.strip() for line in above.splitlines() if line.strip()]
    subscriptions: list[Subscription] = []
    logs: list[list[Change]] = []
    offs: list[list[Discount]] = []
    splits: dict[str, PayerOf] = {}
    users: list[User] = []
    amendments: list[Amendment] = []
    surprises, rest = _surprises(rest)
    for line in rest:
        if found := _SUBSCRIPTION.fullmatch(line):
            price, pricing = _price(found["price"])
            subscriptions.append(Subscription(found["id"], _day(found["start"]), price, (), _after(found["last"]), pricing))
            logs.append([])
            offs.append([])
        elif found := _CHANGE.fullmatch(line):
            recorded, new_price = found["recorded"], found["price"]
            name = f"{subscriptions[-1].id}.{len(logs[-1]) + 1}"
            when = _day(recorded) if recorded else None
            change = Change(name, _day(found["day"]), int(found["seats"]), when, Decimal(new_price) if new_price else None)
            said = {member: found[member] for member in ("refund", "asked")}
            logs[-1].append(replace(change, given=given_back(said, name, change.known_on, BERLIN)))
        elif found := _DISCOUNT.fullmatch(line):
            offs[-1].append(_discount(found))
        elif found := _SPLIT.fullmatch(line):
            terms = SplitTerms(_day(found["start"]), (), RESTS[found["rest"] or "main"], found["to"] or "")
            splits[subscriptions[-1].id] = PayerOf(Split(found["main"], (terms,)), found["payer"])
        elif found := _SHARE.fullmatch(line):
            splits[subscriptions[-1].id] = _with_share(splits[subscriptions[-1].id], found)
        elif found := _USER.fullmatch(line):
            attributes = {found["attribute"]: found["value"]}
            users.append(User(found["id"], _day(found["start"]), _after(found["last"]), found["id"], attributes))
        elif found := _SCHEDULE.fullmatch(line):
            subscriptions[-1] = replace(subscriptions[-1], schedules=(*subscriptions[-1].schedules, _schedule(found)))
        elif found := _AMENDMENT.fullmatch(line):
            amendments.append(_amendment(found))
        else:
            pytest.fail(f"not a subscription and not a change: {line}")
    full = tuple(
        replace(one, changes=tuple(log), discounts=tuple(off)) for one, log, off in zip(subscriptions, logs, offs, strict=True)
    )
    expected = [" ".join(line.split()) for line in below.splitlines() if line.strip()]
    runs = tuple(_day(line.split()[0]) for line in expected if re.match(r"\d{4}-", line))
    surcharge = re.search(r"surcharge=(\S+)", first)
    percent = Decimal(surcharge[1]) if surcharge else Decimal(0)
    contract = replace(_contract(first.split()), amendments=tuple(amendments))
    return Scenario(contract, full, runs, splits, tuple(users), percent, surprises=surprises), expected


def _with_share(one: PayerOf, found: re.Match[str]) -> PayerOf:
    """The split with one more share of its last terms."""
    included, minimum, seats = (int(found[name] or 0) for name in ("included", "minimum", "seats"))
    by, values = (FoundBy.SEATS, ()) if found["seats"] else (FoundBy.ATTRIBUTE, (found["value"],))
    share = Share(found["payer"], by, values, found["attribute"] or "", seats, included, minimum)
    *before, last = one.split.terms
    return replace(one, split=Split(one.split.main, (*before, replace(last, shares=(*last.shares, share)))))


def _price(text: str) -> tuple[Decimal, Pricing | None]:
    """A price per seat, or tiers as `graduated:50=10,100=9,*=8`."""
    model, colon, steps = text.partition(":")
    if not colon:
        return Decimal(text), None
    pairs = [step.split("=") for step in steps.split(",")]
    tiers = tuple(Tier(None if up_to == "*" else int(up_to), Decimal(unit)) for up_to, unit in pairs)
    return Decimal(0), Tiers(TierModel(model), tiers)


def _discount(found: re.Match[str]) -> Discount:
    value = Decimal(found["value"])
    percent, amount = (value, None) if found["percent"] else (None, value)
    return Discount(
        found["id"], found["id"], percent, amount, _day(found["start"]) if found["start"] else None, _after(found["last"])
    )


def _schedule(found: re.Match[str]) -> Schedule:
    since, anchor = (_day(found[name]) if found[name] else None for name in ("since", "anchor"))
    every = _frequency(set(found["every"].split()), dict([found["every"].split("=")] if "=" in found["every"] else []))
    return Schedule(every, since, anchor, _day(found["recorded"]) if found["recorded"] else since)


def _amendment(found: re.Match[str]) -> Amendment:
    effective = _day(found["day"])
    plain, terms = _words(found["terms"].split())
    return Amendment(
        id=found[0],
        effective=effective,
        recorded=_day(found["recorded"]) if found["recorded"] else effective,
        frequency=_frequency(plain, terms),
        bill_day=int(terms["day"]) if "day" in terms else None,
        anchor=_day(terms["anchor"]) if "anchor" in terms else None,
        policy=next((one for one in Policy if one.value in plain), None),
        prorate=next((one for one in Prorate if one.value in plain), None),
        scheduled_by=next((one for one in ScheduledBy if one.value in plain), None),
        payer=terms.get("payer"),
    )


def _surprises(lines: list[str]) -> tuple[Surprises | None, list[str]]:
    """That people are asked, and what they decided; None where no line says so. And the other lines."""
    entered = [_day(line.split()[1]) for line in lines if line.startswith("entered ")]
    decided = [_decided(found) for line in lines if (found := _DECIDED.fullmatch(line))]
    others = [line for line in lines if not line.startswith("entered ") and not _DECIDED.fullmatch(line)]
    return (Surprises(next(iter(entered), None), tuple(decided)) if entered or decided else None), others


def _decided(found: re.Match[str]) -> Decided:
    recorded = _day(found["recorded"]) if found["recorded"] else None
    return Decided(_day(found["day"]), CycleDecision(WORDS[found["choice"]], "agreed"), found["id"] or "", recorded)


def _words(words: list[str]) -> tuple[set[str], dict[str, str]]:
    """Plain words, and those with a value."""
    terms = dict(word.split("=") for word in words if "=" in word)
    return set(words) - {f"{name}={value}" for name, value in terms.items()}, terms


def _frequency(plain: set[str], terms: dict[str, str]) -> Frequency | None:
    """Its name, `weeks=2` or `every=5` for months."""
    if "weeks" in terms or "every" in terms:
        return Frequency(int(terms.get("weeks") or terms["every"]), Unit.WEEK if "weeks" in terms else Unit.MONTH)
    return next((frequency for name, frequency in FREQUENCIES.items() if name in plain), None)


def _contract(words: list[str]) -> BillingContract:
    """`contract DATE` and then terms in any order."""
    plain, terms = _words(words[2:])
    return BillingContract(
        id="C-1",
        currency=currency(next(word for word in plain if word.isupper())),
        start=_day(words[1]),
        frequency=_frequency(plain, terms) or MONTHLY,
        bill_day=int(terms["day"]) if "day" in terms else None,
        policy=Policy.ARREARS if "arrears" in plain else Policy.ADVANCE,
        prorate=next((one for one in Prorate if one.value in plain), Prorate.DAYS),
        changes_billed=ChangesBilled.NEXT_CYCLE if "next_cycle" in plain else ChangesBilled.NOW,
        end=_after(terms.get("end")),
        discount_percent=Decimal(terms.get("discount", 0)),
        amounts_off=(AmountOff("contract", "Contract", Decimal(terms["off"])),) if "off" in terms else (),
        anchor=_day(terms["anchor"]) if "anchor" in terms else None,
        scheduled_by=ScheduledBy.ITEM if "item" in plain else ScheduledBy.CONTRACT,
        payer=terms.get("payer", ""),
    )


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _after(last: str | None) -> date | None:
    """Files give last days; the engine wants the first day after."""
    return _day(last) + timedelta(days=1) if last else None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_written_bill(file: Path) -> None:
    """What is above the line is billed as it stands below it."""
    given, expected = scenario(file.read_text("utf-8"))
    assert written(simulate(given), given.runs) == expected
