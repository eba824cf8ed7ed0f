"""What whoever computes taxes promises: the table of a legal entity, an engine in memory, and AvaTax over its stand-in.

The first half is asked of all three; what an engine keeps is asked of the engines.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from local.avalara.app import AvaTax
from local.fakes.tax_engine import FakeTaxEngine
from local.faults import Fault, Fuse
from local.http import httpx_transport
from providers.avalara.engine import AvalaraTax
from transport.client import NO_RETRIES, Http
from work365.errors import Conflict, NotFound, OutcomeUnknown, Rejected, Throttled, Unavailable
from work365.handlers.assessing import Engines, EngineTax
from work365.money import Currency, Money
from work365.ports.taxing import EngineChoice, EngineKind, EngineState, TaxEngine, ToldLine, ToldNote
from work365.taxing.assessing import Assessor, Buyer, TableTax, TaxDocument, TaxedLine, Untaxed
from work365.taxing.rates import Exemption, TaxRate, TaxTable

if TYPE_CHECKING:
    from collections.abc import Callable

SINCE, DAY = date(2020, 1, 1), date(2026, 11, 1)
EUR, JPY = Currency("EUR"), Currency("JPY")
CHOICE = EngineChoice(EngineKind.AVALARA, "CONTOSO", "avalara", "DE")
RATES = {("DE", "standard"): "19", ("DE", "books"): "7", ("DE", "free"): "0", ("US-CA", "standard"): "7.25"}
TABLE = TableTax(
    TaxTable(
        [TaxRate(place, category, SINCE, Decimal(percent)) for (place, category), percent in RATES.items()],
        [Exemption("charity", "C-9", SINCE)],
    )
)


@dataclass
class Bench:
    """An engine, and how to trouble it."""

    engine: TaxEngine
    unreachable: Callable[[], None]
    throttle: Callable[[], None]
    lose_answer: Callable[[], None]


def fake() -> Bench:
    """In memory."""
    engine = FakeTaxEngine(TABLE)
    return Bench(
        engine,
        lambda: engine.faults.append(Unavailable("away")),
        lambda: engine.faults.append(Throttled("busy", after_s=2)),
        lambda: engine.eats.append(OutcomeUnknown("lost")),
    )


def avalara() -> Bench:
    """AvaTax."""
    app, fuse = AvaTax("1:key"), Fuse()
    for (place, category), percent in RATES.items():
        country, _, region = place.partition("-")
        app.rates[country, region, category] = Decimal(percent)
    app.exempt.add("charity")
    http = Http("Avalara", "https://avatax.example", transport=httpx_transport(fuse.guard(app)), retries=NO_RETRIES)

    def throttle() -> None:
        app.throttled = 1

    return Bench(
        AvalaraTax(http, CHOICE, "1:key"),
        lambda: fuse.arm(at=1, fault=Fault.NOT_REACHED),
        throttle,
        lambda: fuse.arm(at=1, fault=Fault.LOSE_ANSWER),
    )


def table() -> Assessor:
    """The legal entity's own."""
    return TABLE


def through(make: Callable[[], Bench]) -> Callable[[], Assessor]:
    """An engine as a run asks it."""
    return lambda: EngineTax(CHOICE, Engines(lambda _: make().engine, lambda: 0.0))


@pytest.fixture(params=[table, through(fake), through(avalara)], ids=["table", "fake", "avalara"])
def assessor(request: pytest.FixtureRequest) -> Assessor:
    """Each of the three."""
    made: Assessor = request.param()
    return made


@pytest.fixture(params=[fake, avalara])
def bench(request: pytest.FixtureRequest) -> Bench:
    """Each engine."""
    made: Bench = request.param()
    return made


def document(*lines: tuple[int, str], place: str = "DE", account: str = "A-1", currency: Currency = EUR) -> TaxDocument:
    """A document of lines in minor units."""
    taxed = [TaxedLine(f"k{index}", Money(minor, currency), category, "Seats") for index, (minor, category) in enumerate(lines)]
    buyer = Buyer(account, place, "DE123456789", "Street 1", "Town", "12345")
    return TaxDocument("0d5b1c0e-36f5-5a4e-9a3b-365036503650", "C-1", buyer, DAY, currency, taxed)


INVOICE = document((31000, "standard"), (1999, "books"))


@pytest.mark.parametrize(
    ("asked", "taxes", "percents"),
    [
        (INVOICE, [5890, 140], ["19", "7"]),
        (document((3333, "standard"), (3333, "standard"), (3334, "standard")), [633, 633, 633], ["19", "19", "19"]),
        (document((-31000, "standard"), (100, "books")), [-5890, 7], ["19", "7"]),
        (document((5000, "free")), [0], ["0"]),
        (document((10000, "standard"), place="US-CA"), [725], ["7.25"]),
        (document((10000, "standard"), account="charity"), [0], ["0"]),
        (document((1000, "standard"), currency=JPY), [190], ["19"]),
        (replace(document((11900, "standard"), (1000, "standard")), inclusive=True), [1900, 160], ["19", "19"]),
    ],
)
def test_lines_get_their_taxes(assessor: Assessor, asked: TaxDocument, taxes: list[int], percents: list[str]) -> None:
    """In the order of the lines, with the rate that was applied; what the buyer pays is net and tax."""
    found = assessor.assess(asked)
    assert [line.tax.minor for line in found.lines] == taxes
    assert [line.rate.percent for line in found.lines] == [Decimal(percent) for percent in percents]
    for line, taxed in zip(asked.lines, found.lines, strict=True):
        assert taxed.net == (line.amount - taxed.tax if asked.inclusive else line.amount)
    assert sum(one.tax.minor for one in found.rows) == sum(taxes)


@pytest.mark.parametrize("asked", [document((100, "standard"), place="FR"), document((100, "cars"))])
def test_what_has_no_rate_is_never_zero(assessor: Assessor, asked: TaxDocument) -> None:
    """The contract is held with a sentence."""
    with pytest.raises(Untaxed) as held:
        assessor.assess(asked)
    (finding,) = held.value.findings
    assert finding.message.startswith("Contract C-1 was not billed: ")


def test_a_document_is_saved_then_final(bench: Bench) -> None:
    """Asked again it replaces what was there; committed it cannot be."""
    first = bench.engine.calculate(INVOICE)
    again = bench.engine.calculate(document((100, "standard")))
    assert first.reference == again.reference != ""
    assert bench.engine.state(first.reference) is EngineState.SAVED
    bench.engine.commit(first.reference)
    assert bench.engine.state(first.reference) is EngineState.COMMITTED
    with pytest.raises(Conflict):
        bench.engine.calculate(INVOICE)
    with pytest.raises(Conflict):
        bench.engine.commit(first.reference)


@pytest.mark.parametrize("commit", [True, False])
def test_a_document_is_taken_back(bench: Bench, *, commit: bool) -> None:
    """Once, whether it was final or not."""
    reference = bench.engine.calculate(INVOICE).reference
    if commit:
        bench.engine.commit(reference)
    bench.engine.void(reference)
    assert bench.engine.state(reference) is EngineState.VOIDED
    for act in (bench.engine.void, bench.engine.commit):
        with pytest.raises(Conflict):
            act(reference)


def test_a_credit_note_is_known_under_a_name_of_its_own(bench: Bench) -> None:
    """It can be committed and found like an invoice."""
    reference = bench.engine.calculate(document((-100, "standard"))).reference
    bench.engine.commit(reference)
    assert bench.engine.state(reference) is EngineState.COMMITTED


NOTE = ToldNote(
    *("2f2d4c1e-36f5-5a4e-9a3b-365036503650", "CN-1", "INV-1", INVOICE.buyer, DAY, DAY - timedelta(days=31), EUR),
    [ToldLine(Money(-333, EUR), Money(-64, EUR), "standard", "Credit"), ToldLine(Money(100, EUR), Money(7, EUR), "books", "Fee")],
)


def test_a_note_is_told_once(bench: Bench) -> None:
    """It is final at once, under the name that was said before; nothing computes it again."""
    reference = bench.engine.reference(NOTE)
    assert bench.engine.state(reference) is EngineState.ABSENT
    bench.engine.tell(NOTE)
    assert bench.engine.state(reference) is EngineState.COMMITTED
    with pytest.raises(Conflict):
        bench.engine.tell(NOTE)


def test_a_note_whose_answer_was_lost_is_there(bench: Bench) -> None:
    """So it is asked for before it is told again."""
    bench.lose_answer()
    with pytest.raises(OutcomeUnknown):
        bench.engine.tell(NOTE)
    assert bench.engine.state(bench.engine.reference(NOTE)) is EngineState.COMMITTED


def test_what_charges_again_has_a_name_of_its_own(bench: Bench) -> None:
    """A note that undoes a note: the two stand side by side."""
    again = replace(NOTE, key="3f2d4c1e-36f5-5a4e-9a3b-365036503650", lines=[line._replace(net=-line.net) for line in NOTE.lines])
    for note in (NOTE, again):
        bench.engine.tell(note)
    assert (NOTE.gives_back, again.gives_back) == (True, False)
    assert {bench.engine.state(bench.engine.reference(note)) for note in (NOTE, again)} == {EngineState.COMMITTED}


def test_an_estimate_leaves_nothing(bench: Bench) -> None:
    """A preview has taxes and no reference; what is not there cannot be committed."""
    reference = bench.engine.calculate(INVOICE).reference
    estimated = bench.engine.calculate(replace(INVOICE, key="another"), recorded=False)
    assert ([line.tax.minor for line in estimated.lines], estimated.reference) == ([5890, 140], "")
    absent = reference.replace(INVOICE.key, "another")
    assert bench.engine.state(absent) is EngineState.ABSENT
    with pytest.raises(NotFound):
        bench.engine.commit(absent)


def test_silence_is_said(bench: Bench) -> None:
    """Not reached, or asked to slow down: nothing was done."""
    bench.unreachable()
    with pytest.raises(Unavailable):
        bench.engine.calculate(INVOICE)
    bench.throttle()
    with pytest.raises(Throttled):
        bench.engine.calculate(INVOICE)


def test_a_lost_answer_is_unknown(bench: Bench) -> None:
    """The commit happened; asking says so."""
    reference = bench.engine.calculate(INVOICE).reference
    bench.lose_answer()
    with pytest.raises(OutcomeUnknown):
        bench.engine.commit(reference)
    assert bench.engine.state(reference) is EngineState.COMMITTED


def test_a_wrong_sign_in_says_where_to_look() -> None:
    """The secret that the form names."""
    http = Http("Avalara", "https://avatax.example", transport=httpx_transport(AvaTax("1:key")), retries=NO_RETRIES)
    with pytest.raises(Rejected, match=r"does not let us in: Authentication failed.*Check the secret"):
        AvalaraTax(http, CHOICE, "1:other").calculate(INVOICE)
