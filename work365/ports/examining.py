"""Ports of an examination. Nothing here writes, but for the bell at our own door, which changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from work365.examining.seen import (
        BillingSeen,
        Drift,
        EntitySeen,
        FailedCalls,
        GatewaySeen,
        JobsSeen,
        RatesSeen,
        RightsSeen,
        Rings,
    )


class Tenant(Protocol):
    """The tenant's tables, rights and rows."""

    @property
    def tables(self) -> int:
        """How many tables the model has."""

    def server_time(self) -> datetime | None:
        """What the tenant's clock says; None when it does not say."""

    def drifts(self) -> Sequence[Drift]:
        """Where tables, columns, choices and keys differ from the model."""

    def rights(self, application: str) -> RightsSeen:
        """The application user of an application id; "" asks for whoever we are."""

    def failed_calls(self, steps: Sequence[str], since: datetime) -> FailedCalls:
        """System jobs of our steps that failed since a moment."""

    def jobs(self, now: datetime) -> JobsSeen:
        """Open jobs whose time has come, and what failed since midnight, UTC."""

    def billing(self, today: date) -> BillingSeen:
        """The daily run."""

    def entities(self) -> Sequence[EntitySeen]:
        """Legal entities."""

    def rates(self, source: str) -> RatesSeen:
        """The exchange rates of a source; "" asks for those of any."""


class Bell(Protocol):
    """Our own door, as Dataverse would ring it."""

    def ring(self, url: str, key: str) -> Rings:
        """Once with the key and once with a wrong one; the bodies name no row that exists."""


class Queues(Protocol):
    """The queues as a whole."""

    def counts(self) -> Mapping[str, int]:
        """Messages by queue, the given-up ones too. Errors: External."""


class Mailbox(Protocol):
    """The billing mailbox."""

    def open(self) -> None:
        """Read something of it. Errors: External, with words for a person."""


class Gateways(Protocol):
    """The payment gateways that the tenant's processors name."""

    def names(self) -> Sequence[str]:
        """Processors that take charges."""

    def look(self, name: str) -> GatewaySeen:
        """Use the key of one. Errors: External; Refused."""


class Books(Protocol):
    """The companies' books."""

    def names(self) -> Sequence[str]:
        """Accounting systems that this version can reach."""

    def open(self, name: str) -> None:
        """Read the company. Errors: External; Refused."""

    def rotating(self) -> Sequence[str]:
        """Those whose key changes when it is used."""

    def renewed(self, name: str) -> datetime | None:
        """When the rotating key was last stored; None when the vault has none."""
