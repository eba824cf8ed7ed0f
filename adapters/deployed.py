"""All adapters of one deployment in one place."""

from __future__ import annotations

from adapters.gateways import Gateways
from adapters.stores import Stores
from adapters.vendors import Vendors


class Adapters(Stores, Gateways, Vendors):
    """Every adapter of one deployment, built when it is first needed."""
