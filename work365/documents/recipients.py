"""To whom a document is sent: addresses that people typed, checked before anything leaves the house."""

from __future__ import annotations

import re
from dataclasses import dataclass

from work365.errors import Refused

ADDRESS = re.compile(
    r"[^\s@<>(),:;\"\[\]\\]{1,64}@(?:[^\s@<>(),:;\"\[\]\\._-][^\s@<>(),:;\"\[\]\\._]*\.)+[^\W\d_][^\s@<>(),:;\"\[\]\\._]+"
)
LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Addresses:
    """What the contract and the account say.

    Shape: `additional` holds several, separated by commas, semicolons or line ends; `place` is where the primary one was typed.
    """

    primary: str = ""
    secondary: str = ""
    additional: str = ""
    fallback: str = ""
    place: str = "billing e-mail"


def recipients(addresses: Addresses, customer: str) -> tuple[str, ...]:
    """The addresses, each once, the primary one first; the account's own address stands in when the contract names none.

    Errors: Refused when there is no address, or one of them is not an address; it says which and where to mend it.
    """
    typed = [
        (addresses.place, addresses.primary.strip()),
        ("secondary e-mail", addresses.secondary.strip()),
        *(("additional recipients", part) for part in split_addresses(addresses.additional)),
    ]
    named = [(place, address) for place, address in typed if address]
    if not named and addresses.fallback.strip():
        named = [("account's e-mail", addresses.fallback.strip())]
    if not named:
        message = (
            f"{customer} has no e-mail address for invoices; enter one as the billing e-mail of the contract, then send again."
        )
        raise Refused(message)
    for place, address in named:
        _check(place, address)
    return tuple({address.casefold(): address for _, address in reversed(named)}[key] for key in _once(named))


def _once(named: list[tuple[str, str]]) -> list[str]:
    return list(dict.fromkeys(address.casefold() for _, address in named))


def split_addresses(text: str) -> list[str]:
    """What stands between commas, semicolons and line ends; empty parts may be among them."""
    return [part.strip() for part in re.split(r"[,;\r\n]+", text)]


def is_address(text: str) -> bool:
    """Whether a mail can be sent to it."""
    return len(text) <= LENGTH_MAX and bool(ADDRESS.fullmatch(text)) and text.isprintable() and ".." not in text


def _check(place: str, address: str) -> None:
    if not is_address(address):
        message = f"'{address[:LENGTH_MAX]}' ({place}) is not an e-mail address; correct it on the contract, then send again."
        raise Refused(message)
