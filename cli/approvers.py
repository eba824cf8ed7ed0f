"""What the commands about approvals work on, as whoever signs in: nobody else's rights count for an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.output import tell
from dataverse.sign_in import SignIn, signed_in

if TYPE_CHECKING:
    from dataverse.webapi import WebApi
    from work365.ports.platform import Clock, Queue


@dataclass(frozen=True, slots=True)
class Ports:
    """What the commands work on."""

    api: WebApi
    queue: Queue
    clock: Clock


PortsFor = Callable[[SignIn], Ports]
"""What the commands work on as whoever signs in."""


def real_ports(how: SignIn) -> Ports:
    """The partner's tenant; whatever is not the person's own goes by the deployment's identity."""
    import wiring  # the whole application: only when a command needs it
    from adapters import identity_of

    application = wiring.application()
    if how is SignIn.IDENTITY:
        return Ports(application.api, application.queue, application.clock)
    person = signed_in(how, identity_of(application.settings), tell)
    return Ports(wiring.build(application.settings, identity=person).api, application.queue, application.clock)
