"""Which value of a setting holds, who says so, and what is wrong with the ones that cannot be used."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.approving.matters import Matter
from work365.errors import BadInput
from work365.settings.catalogue import BY_NAME, CATALOGUE, Level, named
from work365.settings.resolving import Said, problem, resolve, usable

TERMS = BY_NAME["payment-terms-days"]
COMPANY = Said(Level.COMPANY, "payment-terms-days", "30")
ENTITY = Said(Level.LEGAL_ENTITY, "payment-terms-days", "14", "WG-EU")
CUSTOMER = Said(Level.CUSTOMER, "payment-terms-days", "7", "Fabrikam")
CONTRACT = Said(Level.CONTRACT, "payment-terms-days", "10", "C-1")

NEAREST = [
    ([], None, "not set"),
    ([COMPANY], "30", "from company"),
    ([COMPANY, ENTITY], "14", "from legal entity WG-EU"),
    ([CUSTOMER, COMPANY, ENTITY], "7", "from customer Fabrikam"),
    ([ENTITY, CONTRACT, COMPANY, CUSTOMER], "10", "set here"),
]


@pytest.mark.parametrize(("said", "text", "origin"), NEAREST)
def test_the_nearest_value_holds(said: list[Said], text: str | None, origin: str) -> None:
    """Contract before customer before legal entity before company."""
    resolved = resolve(TERMS, said)
    assert (resolved.text, resolved.origin()) == (text, origin)


def test_the_product_says_what_nobody_else_says() -> None:
    """Only where it is no guess: how an invoice is sent has a default, when it is due has none."""
    sending = resolve(BY_NAME["auto-send"], [])
    assert (sending.text, sending.origin()) == ("no", "product default")
    assert {setting.name for setting in CATALOGUE if setting.default is not None} == {
        *("offset-days", "prices-include-tax", "auto-send", "auto-sync", "auto-charge", "charge-retries"),
        *("notice-renewal", "notice-return-window", "notice-usage-threshold", "notice-card-expiry", "payment-receipts"),
        *("notice-question", "notice-answer", "notice-approval"),
        *("statement", "reminder-plan", "late-fee-document", "pay-link"),
        *("suspend-overdue-days", "suspend-azure-spend", "suspend-warnings", "suspend-warning-days"),
        *("credit-hold", "hold-text", "hold-changes", "hold-overdue-days", "hold-overdue-amount"),
        *("credit-limit", "exposure-horizon-days"),
        *(matter.setting for matter in Matter),
        "approval-days",
    }


@given(st.permutations([COMPANY, ENTITY, CUSTOMER, CONTRACT]).flatmap(lambda all_: st.lists(st.sampled_from(all_), unique=True)))
def test_a_revert_restores_what_lies_beneath(said: list[Said]) -> None:
    """Taking the nearest value away leaves exactly what it hid, in whatever order the values were read."""
    resolved = resolve(TERMS, said)
    if resolved.said is not None:
        assert resolve(TERMS, [one for one in said if one is not resolved.said]).text == resolved.beneath


WRONG = [
    (Said(Level.COMPANY, "payment-terms-day", "30", row="r"), "did you mean 'payment-terms-days'?"),
    (Said(Level.COMPANY, "colour", "red", row="r"), "'colour' is not a setting; known are"),
    (Said(Level.CUSTOMER, "payment-terms-days", "thirty", "Fabrikam", row="r"), "'thirty' is not a whole number from 0 to 365"),
    (Said(Level.COMPANY, "payment-terms-days", "-1", row="r"), "is not a whole number from 0 to 365"),
    (Said(Level.COMPANY, "policy", "Advance", row="r"), "is not one of advance, arrears"),
    (Said(Level.COMPANY, "auto-send", "true", row="r"), "is not one of yes, no"),
    (Said(Level.CUSTOMER, "billing-email", "nobody", "Fabrikam", row="r"), "is not written as e-mail addresses are"),
    (Said(Level.CUSTOMER, "template", '{"color": 1}', "Fabrikam", row="r"), "has the unknown word 'color'"),
    (Said(Level.COMPANY, "currency", "EUR", row="r"), "it is said on each contract"),
    (Said(Level.LEGAL_ENTITY, "payment-terms-days", "14", "WG-EU", row="r"), "enter it on that form itself"),
    (Said(Level.CONTRACT, "auto-send", "yes", "C-1", row="r"), "enter it on that form itself"),
]


@pytest.mark.parametrize(("said", "words"), WRONG)
def test_a_value_that_cannot_be_used_says_where_and_why(said: Said, words: str) -> None:
    """The sentence names the level, its subject and the setting."""
    sentence = problem(said)
    assert words in sentence
    assert f"the {said.place}" in sentence


RIGHT = [
    COMPANY,
    CUSTOMER,
    CONTRACT,
    Said(Level.CUSTOMER, "policy", "arrears"),
    Said(Level.COMPANY, "prorate", "30-day months"),
    Said(Level.CUSTOMER, "additional-recipients", "a@fabrikam.example; b@fabrikam.example"),
    Said(Level.CUSTOMER, "template", '{"accent": "#7a1f3d"}'),
    Said(Level.CONTRACT, "currency", "EUR"),
]


@pytest.mark.parametrize("said", RIGHT)
def test_other_values_can_be_used(said: Said) -> None:
    """No sentence, and the text itself."""
    assert problem(said) == ""
    assert usable(resolve(named(said.setting), [said])) == said.text


def test_a_wrong_value_hides_the_next_and_is_not_skipped() -> None:
    """The next one is what somebody meant to override."""
    broken = Said(Level.CUSTOMER, "payment-terms-days", "soon", "Fabrikam", row="r")
    with pytest.raises(BadInput, match="customer Fabrikam cannot be used: 'soon'"):
        usable(resolve(TERMS, [COMPANY, broken]))
