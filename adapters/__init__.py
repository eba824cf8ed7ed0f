"""Every adapter of a deployment, built from settings when it is first needed: clients, stores, clock."""

from adapters.clocks import SystemClock, clock_for
from adapters.deployed import Adapters
from adapters.surroundings import identity_of

__all__ = ["Adapters", "SystemClock", "clock_for", "identity_of"]
