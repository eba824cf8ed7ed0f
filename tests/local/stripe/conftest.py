"""A stand-in with a clock that tests move, and Stripe's own SDK to drive it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from local.http import RequestsAdapter
from local.stripe.enrolling import Enrolled, control, enrol
from local.stripe.server import KEY, StripeStandIn
from providers.stripe.client import client

if TYPE_CHECKING:
    import stripe as sdk


@dataclass
class Account:
    """A local Stripe account."""

    now: datetime = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
    posts: list[tuple[str, str, bytes]] = field(default_factory=list)
    answer: int = 200

    def __post_init__(self) -> None:
        self.stripe = StripeStandIn(clock=lambda: self.now, post=self._post)
        session = requests.Session()
        session.mount("https://", RequestsAdapter(self.stripe))
        self.client = client(KEY, own_session=session)

    def _post(self, url: str, headers: Any, body: bytes) -> int:  # noqa: ANN401  a mapping
        self.posts.append((url, headers["stripe-signature"], body))
        if not self.answer:
            raise ConnectionRefusedError
        return self.answer

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def enrol(self, token: str = "pm_card_visa") -> Enrolled:  # noqa: S107  a test card
        return enrol(self.stripe, "Contoso", token)

    def control(self, name: str, **body: Any) -> Any:  # noqa: ANN401  JSON
        return control(self.stripe, name, body)

    def pay(self, profile: Enrolled, *, key: str = "k1", amount: int = 5000, **more: Any) -> sdk.PaymentIntent:  # noqa: ANN401
        params: Any = {
            "amount": amount,
            "currency": "eur",
            "customer": profile.customer,
            "payment_method": profile.method,
            "confirm": True,
            "off_session": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            **more,
        }
        return self.client.v1.payment_intents.create(params, {"idempotency_key": key})

    def charges(self) -> list[Any]:
        return [charge for charge in self.control("charges") if charge["paid"]]


@pytest.fixture
def account() -> Account:
    """A fresh account."""
    return Account()
