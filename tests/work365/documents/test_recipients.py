"""To whom a document is sent."""

from __future__ import annotations

import pytest

from work365.documents.recipients import Addresses, recipients
from work365.errors import Refused


@pytest.mark.parametrize(
    ("addresses", "wanted"),
    [
        (Addresses("a@x.example"), ("a@x.example",)),
        (
            Addresses(" a@x.example ", "b@x.example", "c@x.example; d@x.example,\ne@x.example"),
            tuple(f"{n}@x.example" for n in "abcde"),
        ),
        (Addresses("", "", "", "account@x.example"), ("account@x.example",)),
        (Addresses("a@x.example", fallback="account@x.example"), ("a@x.example",)),
        (Addresses("a@x.example", "A@X.example", "b@x.example,a@x.example"), ("a@x.example", "b@x.example")),
        (Addresses("o'brien+invoices@sub.x-y.example"), ("o'brien+invoices@sub.x-y.example",)),
        (Addresses("rechnung@müller.example"), ("rechnung@müller.example",)),
    ],
)
def test_each_address_once_and_the_primary_first(addresses: Addresses, wanted: tuple[str, ...]) -> None:
    """Primary, secondary, additional; the account's own only when the contract names none."""
    assert recipients(addresses, "Fabrikam") == wanted


def test_no_address_is_refused_with_what_to_do() -> None:
    """The sentence names the customer and the field."""
    with pytest.raises(Refused, match="Fabrikam has no e-mail address for invoices; enter one as the billing e-mail"):
        recipients(Addresses(additional=" ; , "), "Fabrikam")


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "a@b",
        "a b@x.example",
        "a@x..example",
        "<a@x.example>",
        "a@x.example\u202e",
        "a@@x.example",
        f"{'a' * 65}@x.example",
        "a@x.1",
    ],
)
def test_a_malformed_address_is_refused_and_named(address: str) -> None:
    """Nothing is sent to the others either: a person corrects the contract first."""
    with pytest.raises(Refused, match=r"\(additional recipients\) is not an e-mail address; correct it on the contract"):
        recipients(Addresses("a@x.example", additional=address), "Fabrikam")
