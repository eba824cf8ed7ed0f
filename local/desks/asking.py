"""People at a screen who have request links mailed: the clicking desk, whose worker also asks customers."""

from __future__ import annotations

from local.desks.clicking import ClickDesk
from local.desks.links import LinkDesk


class AskingDesk(ClickDesk, LinkDesk):
    """A job that somebody creates is worked at once, also one that asks a customer for payment details."""
