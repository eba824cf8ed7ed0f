"""Queue doors: read the message, do one thing, and let the right errors bring the message back.

Refused                      done: the rules said no, and the row says why
not a message of ours        given up at once, with the reason; trying again would change nothing
everything else              raised, so that the host delivers the message again and, after five failures, poisons it
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from work365.errors import BadInput, Refused
from work365.handlers.events import read_message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import azure.functions as func

log = logging.getLogger(__name__)
GIVEN_UP = "Every attempt to do this failed; the log has the reason of each. Start it again once the cause is gone."


def work(msg: func.QueueMessage, run: Callable[[Mapping[str, str]], None], give_up: Callable[[str, str], None]) -> None:
    """Run a message, or give it up when it cannot be read."""
    raw = msg.get_body()
    try:
        message = read_message(raw)
    except BadInput as error:
        log.warning("message %s cannot be read: %s", msg.id, error)
        give_up(_text(raw), str(error))
        return
    try:
        run(message)
    except Refused as error:
        log.warning("message %s was refused: %s", msg.id, error)


def bury(msg: func.QueueMessage, give_up: Callable[[str, str], None]) -> None:
    """Give up a message that failed too often."""
    try:
        give_up(_text(msg.get_body()), GIVEN_UP)
    except Refused as error:
        log.warning("poison message %s was refused: %s", msg.id, error)


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")
