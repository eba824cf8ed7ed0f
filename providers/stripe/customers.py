"""Customers at Stripe: whom its pages are for. Making one moves no money.

Source: docs.stripe.com/api/customers/create.
"""

from __future__ import annotations

from typing import Final

import stripe

from providers.stripe.errors import translated
from work365.ids import derived
from work365.receivables.marking import ENVIRONMENT

ACCOUNT: Final = "w365_account"


def gateway_customer(client: stripe.StripeClient, account: str, name: str, *, environment: str) -> str:
    """A customer with the account's name and our id of it; the same one however often it is asked for within a day.

    Shape: the name is in the key, since a key goes with unchanged parameters.
    """
    key = f"{environment}:customer:{derived('gateway-customer', account, name)}"
    metadata = {ACCOUNT: account, ENVIRONMENT: environment}
    try:
        return client.v1.customers.create({"name": name, "metadata": metadata}, {"idempotency_key": key}).id
    except stripe.StripeError as error:
        raise translated(error, write=True) from error
