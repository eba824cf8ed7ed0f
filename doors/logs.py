"""Nothing secret rests in a log or a trace: every record is masked when it is made, whoever logs it.

A handler of the host or a library's exporter sees records only after that. An exception goes into the text of its record and is
not handed on, because exporters read its words and its stack for themselves.
Source: docs.python.org/3/library/logging, `setLogRecordFactory`, `Formatter.format` (exc_text is taken as it is).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from work365.masking import masked

if TYPE_CHECKING:
    from collections.abc import Callable

_TRACES = logging.Formatter()


def keep_secrets() -> None:
    """Mask every record from now on; doing it again changes nothing."""
    before = logging.getLogRecordFactory()
    if not isinstance(before, Masking):
        logging.setLogRecordFactory(Masking(before))


class Masking:
    """A factory of records that takes secrets out of what another one makes."""

    def __init__(self, make: Callable[..., logging.LogRecord]) -> None:
        self.make = make

    def __call__(self, *given: object, **more: object) -> logging.LogRecord:
        """One record, its words final."""
        record = self.make(*given, **more)
        record.msg, record.args = masked(_words(record)), None
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text, record.exc_info = masked(_TRACES.formatException(record.exc_info)), None
        return record


def _words(record: logging.LogRecord) -> str:
    """What a record says; a message that does not fit its arguments is kept without them."""
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return str(record.msg)
