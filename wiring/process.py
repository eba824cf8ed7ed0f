"""One application per process, as the Functions worker has it, built from the environment when it is first asked for.

`system()` is what the doors talk to; `application()` is the same with its ports in reach, for the command line.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import settings as settings_module
from adapters import clock_for
from wiring.deployment import Application
from work365.errors import Refused

if TYPE_CHECKING:
    from dataverse.identity import Credential
    from dataverse.webapi import WebApi
    from settings import Settings
    from work365.handlers.commands import System
    from work365.ports.platform import Clock

_lock = threading.RLock()
_system: System | None = None


def system() -> System:
    """The application behind the doors, built when the first of them opens.

    Errors: BadInput with a sentence when a setting is missing; the next call tries again.
    """
    global _system  # noqa: PLW0603  one application per process, as the Functions worker has it
    with _lock:
        if _system is None:
            _system = build(settings_module.read(os.environ))
        return _system


def install(other: System | None) -> None:
    """Put another application behind the doors; None builds the real one again at the next call."""
    global _system  # noqa: PLW0603  as above
    with _lock:
        _system = other


def application() -> Application:
    """The application with its ports, for the command line. Errors: BadInput when a setting is missing."""
    found = system()
    if not isinstance(found, Application):
        message = "another application is installed behind the doors"
        raise Refused(message)
    return found


def tenant() -> WebApi:
    """The partner's tenant, for the command line."""
    return application().api


def clock() -> Clock:
    """The clock of this process."""
    return application().clock


def build(settings: Settings, *, clock: Clock | None = None, identity: Credential | None = None) -> Application:
    """Build the application out of settings; `identity` takes the place of the deployment's own, for a person who signed in."""
    return Application(settings, clock or clock_for(settings), identity)
