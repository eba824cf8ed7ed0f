"""What is taken out of texts, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.errors import BadInput, Rejected
from work365.masking import has_card, masked

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("card 4242424242424242 declined", "card [card …4242] declined"),
        ("card 4242 4242 4242 4242.", "card [card …4242]."),
        ("5555-5555-5555-4444", "[card …4444]"),
        ("amex 378282246310005", "amex [card …0005]"),
        ("account DE89370400440532013000 closed", "account [account …3000] closed"),
        ("GB33 BUKB 2020 1555 5555 55", "[account …5555]"),
        ("Invalid API Key provided: sk_live_51HabcdefGHIJ", "Invalid API Key provided: [secret]"),
        ("whsec_0123456789abcdef", "[secret]"),
        ("pi_3Q_secret_Zk12", "[secret]"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer [secret]"),
        (f"token {JWT}", "token [secret]"),
        ("refresh_token=AB11&grant_type=x", "refresh_token=[secret]&grant_type=x"),
        ("sandbox_0123456789-abcdefghij is no token", "[secret] is no token"),
    ],
)
def test_what_is_taken_out(text: str, says: str) -> None:
    assert masked(text) == says


@pytest.mark.parametrize(
    "text",
    [
        "invoice INV-2026-00012 over 4242.42 EUR",
        "4242424242424241 fails its check digit",
        "0000000000000000 is no issuer's",
        "order 9999999999999999",
        "6f0d3d52-5c0e-4d0a-9a0b-365365365365",
        "payment pi_3Q0000000000004242",
        "DE00370400440532013000 is no account",
        "2026-11-26T12:00:00Z, attempt 12",
        "12345678901234567890123",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert masked(text) == text


@given(st.from_regex(r"\A4[0-9]{14}\Z"), st.sampled_from(["", " ", "-"]), st.text("xyz .,;:", max_size=5))
def test_every_card_number_is_taken_out(digits: str, gap: str, around: str) -> None:
    """Whatever stands around it, in groups of four or in one."""
    last = next(digit for digit in "0123456789" if has_card(digits + digit))
    number = digits + last
    grouped = gap.join(number[at : at + 4] for at in range(0, 16, 4))
    assert grouped not in masked(f"{around} {grouped} {around}")
    assert masked(f"{around} {grouped} {around}").count(f"[card …{last_four(grouped)}]") == 1


def last_four(number: str) -> str:
    return number[-4:]


@given(st.text())
def test_masking_twice_is_masking_once(text: str) -> None:
    assert masked(masked(text)) == masked(text)


def test_errors_are_masked_when_they_are_made() -> None:
    """So rows, logs and pages that quote them are, too."""
    assert str(Rejected("No such key: sk_live_51HabcdefGHIJ", system="stripe")) == "No such key: [secret]"
    bad = BadInput("4242424242424242 is no amount", "AMOUNT")
    assert (str(bad), bad.message) == ("AMOUNT: [card …4242] is no amount", "[card …4242] is no amount")
