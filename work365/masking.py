"""What must never rest in a row, a log, an error or a page: card numbers, bank accounts, keys and tokens, taken out of a text.

Whoever quotes what somebody else said cannot know what is in it: a vendor may echo a key, a person may type a card number as a
reason. So every error of ours is masked when it is made, and so are the words that a bank gives for a decline.

    Invalid API Key provided: sk_live_51H…  →  Invalid API Key provided: [secret]
    card 4242 4242 4242 4242 declined       →  card [card …4242] declined

Source: PCI DSS 4.0, 3.4.1 (at most the first six and last four digits are shown); ISO/IEC 7812-1 (issuers, Luhn); ISO 13616
(IBAN); docs.stripe.com/keys and docs.stripe.com/webhooks (prefixes); RFC 6750 and RFC 7519 (bearer tokens); RFC 7516, 7.1 (an
encrypted token has five parts, of which the second is empty where its key is agreed: so are Intuit's access tokens).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SECRET_MIN = 6
"""Whatever is shorter hides nothing, and stands in ordinary words."""
_DIGITS = re.compile(r"(?<![\w.,-])\d(?:[ -]?\d){12,18}(?![\w-])", re.ASCII)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?![A-Za-z0-9])")
_SECRETS = re.compile(
    r"""
      \b(?:sk|rk|pk)_(?:live|test)_\w{6,}            # Stripe's keys
    | \bwhsec_\w{8,}                                 # what it signs webhooks with
    | \b(?:pi|seti|src|cs)_\w+_secret_\w+            # what lets a browser finish a payment
    | \b(?:live|sandbox)_[\w-]{16,}                  # GoCardless' tokens
    | \beyJ[\w-]{8,}(?:\.[\w-]*){1,4}               # tokens that say who somebody is, signed or encrypted
    | \bAB11\d{8}\w{16,}                            # Intuit's refresh tokens, and those of since 2025
    | \bRT1-\d+-\w+-\w{16,}
    | (?<=Bearer\ )[^\s"',;]+
    | (?<=Basic\ )[A-Za-z0-9+/]{12,}={0,2}
    | (?<=access_token=)[^\s&"']+
    | (?<=refresh_token=)[^\s&"']+
    | (?<=client_secret=)[^\s&"']+
    """,
    re.VERBOSE,
)
_ISSUERS = re.compile(
    r"4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|3(?:0[0-5]|[689])|6(?:011|4[4-9]|5)|35(?:2[89]|[3-8])|62"
)
"""How the numbers of Visa, Mastercard, American Express, Diners, Discover, JCB and UnionPay begin."""


def masked(text: str) -> str:
    """The text without what must not be kept; what is left of a card or an account are its last four digits."""
    return _DIGITS.sub(_card, _IBAN.sub(_account, _SECRETS.sub("[secret]", text)))


def without(text: str, secrets: Iterable[str]) -> str:
    """The text without secrets of ours that look like nothing in particular: whoever sends them knows them."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "[secret]") if len(secret) >= SECRET_MIN else text
    return text


def has_card(text: str) -> bool:
    """Whether a text holds a card number."""
    return any(_is_card(found.group()) for found in _DIGITS.finditer(text))


def _card(found: re.Match[str]) -> str:
    number = found.group()
    return f"[card …{number[-4:]}]" if _is_card(number) else number


def _is_card(text: str) -> bool:
    """A number of a known issuer whose check digit is right."""
    digits = text.replace(" ", "").replace("-", "")
    return _ISSUERS.match(digits) is not None and _luhn(digits)


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0  # noqa: PLR2004  two digits, summed


def _account(found: re.Match[str]) -> str:
    text = found.group()
    plain = text.replace(" ", "")
    moved = plain[4:] + plain[:4]
    valid = int("".join(str(int(char, 36)) for char in moved)) % 97 == 1
    return f"[account …{plain[-4:]}]" if valid else text
