"""The month in which secrets are planted."""

from __future__ import annotations

import logging
import random
from datetime import date
from typing import TYPE_CHECKING

import pytest

from doors.logs import keep_secrets
from local.months.month import begin
from tests.adversarial.planting import Keeping, Searched

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def searched() -> Iterator[Searched]:
    """A month that has begun; every record is kept as a handler of the host would see it."""
    factory, root = logging.getLogRecordFactory(), logging.getLogger()
    keep_secrets()
    keep_secrets()
    made = Searched(begin(date(2026, 3, 1)))
    made.office.calm, made.office.dice = True, random.Random(1)  # noqa: S311  a worker's dice, no secret
    handler = Keeping(made.records)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield made
    root.removeHandler(handler)
    root.setLevel(level)
    logging.setLogRecordFactory(factory)
    made.partner.close()
