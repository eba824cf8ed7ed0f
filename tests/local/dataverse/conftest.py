"""A local Dataverse in memory and a client that speaks to it without a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.dataverse import DataverseApp
from local.dataverse.trial import Api, Clock, Receiver

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def clock() -> Clock:
    """A standing clock."""
    return Clock()


@pytest.fixture
def receiver() -> Receiver:
    """Where webhooks arrive."""
    return Receiver()


@pytest.fixture
def app(clock: Clock, receiver: Receiver) -> Iterator[DataverseApp]:
    """A local Dataverse in memory that takes every token."""
    made = DataverseApp(any_token=True, clock=clock, deliver=receiver)
    yield made
    made.close()


@pytest.fixture
def api(app: DataverseApp) -> Api:
    """A client of it."""
    return Api(app)
