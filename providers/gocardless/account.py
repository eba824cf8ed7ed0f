"""Whether GoCardless takes our token.

Where it reports to cannot be read: webhook endpoints are set up in its dashboard, and the API does not list them.
Source: GoCardless, API reference, "List creditors", "Webhooks".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from providers.gocardless.client import Client


def sign_in(client: Client) -> None:
    """Use the token once, for reading. Errors: External."""
    next(client.listed("creditors", {"limit": "1"}, at_most=1), None)
