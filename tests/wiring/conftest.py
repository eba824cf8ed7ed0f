"""The tenant that the tests of this folder begin with."""

from __future__ import annotations

from datetime import date

import pytest

from local.desks.billing import BillingDesk


@pytest.fixture
def desk() -> BillingDesk:
    """On the first day of 2026."""
    return BillingDesk(date(2026, 1, 1))
