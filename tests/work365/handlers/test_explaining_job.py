"""A job answers "why this amount?" on the form, with the words of the command."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
import typer
from typer.testing import CliRunner

from cli.explaining import register
from dataverse.stores.explaining import Explanations
from local.desks.crediting import CreditingDesk
from work365.errors import BadInput, Refused
from work365.handlers import explaining
from work365.jobs import Job, JobKind, JobState

JANUARY = date(2026, 1, 1)


@pytest.fixture
def desk() -> CreditingDesk:
    """One invoice, of forty subscriptions."""
    found = CreditingDesk(JANUARY)
    contract = found.contract("C-1")
    for _ in range(40):
        found.subscription(contract)
    found.run(JANUARY)
    return found


def answered(desk: CreditingDesk, invoice: str | None, **arguments: str) -> str:
    job = Job("j", "j", JobKind.EXPLAIN, JobState.RUNNING, invoice=invoice, arguments=arguments)
    result = explaining.explain(job, book=Explanations(desk.api))
    assert result.state is JobState.SUCCEEDED
    return result.message


def test_one_line_is_said_as_the_command_says_it(desk: CreditingDesk) -> None:
    (invoice,) = desk.invoices()
    app = typer.Typer()
    register(app, lambda: Explanations(desk.api))
    printed = CliRunner().invoke(app, ["explain", "invoice", invoice.number, "--line", "3"]).stdout
    assert answered(desk, desk.id_of(invoice.number), line="3") == printed.rstrip("\n")
    assert "10 x 31.00 = 310.00 EUR" in printed


def test_a_long_document_is_told_as_far_as_it_fits(desk: CreditingDesk) -> None:
    (invoice,) = desk.invoices()
    text = answered(desk, desk.id_of(invoice.number))
    assert len(text) <= 4000
    assert "Line 1:" in text
    assert text.endswith(f"… ask for a single line to read on, or `w365 explain invoice {invoice.number}`.")


def test_what_cannot_be_explained_says_why(desk: CreditingDesk) -> None:
    (invoice,) = desk.invoices()
    number, explain = invoice.number, partial(answered, desk)
    with pytest.raises(Refused, match="has no number yet"):
        explain("00000000-0000-0000-0000-000000000001")
    with pytest.raises(BadInput, match="'three' is no line"):
        explain(desk.id_of(number), line="three")
    with pytest.raises(BadInput, match="has 40 lines, counted from 1"):
        explain(desk.id_of(number), line="41")
    with pytest.raises(BadInput, match="needs an invoice"):
        explain(None)
