"""Whether Stripe takes our key, and where it reports to.

A restricted key may lack the right to read webhook endpoints; it is a good key all the same.
Source: docs.stripe.com, "Restricted API keys" (403, a permission error), "List all webhook endpoints".
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import stripe

from providers.stripe.errors import translated

if TYPE_CHECKING:
    from stripe import StripeClient

ENABLED = "enabled"
ENDPOINTS_MAX = 100


def reports_to(client: StripeClient) -> tuple[str, ...] | None:
    """Addresses of enabled webhook endpoints; None when our key may not read them. Errors: External."""
    try:
        found = client.v1.webhook_endpoints.list({"limit": ENDPOINTS_MAX})
        return tuple(one.url for one in islice(found.auto_paging_iter(), ENDPOINTS_MAX) if one.status == ENABLED)
    except stripe.PermissionError:
        return None
    except stripe.StripeError as error:
        raise translated(error, write=False) from error
