"""Every error that this system raises on purpose.

    Work365Error
    + Refused                 the rules say no; show it; never retry
    |   + CurrencyMismatch    two currencies met in one sum
    |   + BadInput            something typed or sent to us is malformed; says what, where, what to do
    |   + NotAuthorised       the caller may not do this
    + External                another system failed us; carries `retry`
    |   + Rejected            they say our request is wrong        NEVER
    |   |   + NotFound        what we named does not exist there   NEVER
    |   + Conflict            the row changed or already exists    NEVER (reload, decide again)
    |   + Throttled           nothing written, come later          LATER
    |   + Unavailable         nothing written                      LATER
    |   + OutcomeUnknown      a write left, no usable answer came  ASK_FIRST
    + InvariantBroken         our bug or corrupt books; stop and page

A row that is wrong is not an error but a `Finding` (work365/findings.py): it travels in the result, and the other rows go on.
"""

from __future__ import annotations

from enum import Enum

from work365.masking import masked


class Retry(Enum):
    """What a worker may do after an external error."""

    NEVER = "never"
    LATER = "later"
    ASK_FIRST = "ask first"


class Work365Error(Exception):
    """Base of every error that this system raises on purpose. Its words are masked: they may quote what somebody else said."""

    def __init__(self, message: str = "") -> None:
        super().__init__(masked(message))


class Refused(Work365Error):
    """The rules say no. The message is a sentence for a finance person, with what to do next."""


class CurrencyMismatch(Refused):
    """Two currencies met in one sum."""


class BadInput(Refused):
    """Something that was typed or sent to us is malformed.

    Shape: `path` names the place, e.g. ``subscriptions[0].changes[1].quantity`` or ``line 7, column Quantity``; may be "".
    """

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = masked(message)


class NotAuthorised(Refused):
    """The caller may not do this."""


class External(Work365Error):
    """Another system failed us.

    Shape: `system` names the counterpart ("dataverse", "stripe", …); `code` is its own error code, "" if it gave none.
    """

    retry = Retry.NEVER

    def __init__(self, message: str, *, system: str = "", code: str = "") -> None:
        super().__init__(message)
        self.system = system
        self.code = code


class Rejected(External):
    """They say that our request is wrong; sending it again changes nothing."""


class NotFound(Rejected):
    """What we named does not exist there."""


class Conflict(External):
    """The row changed or already exists: reload, decide again."""


class Throttled(External):
    """Nothing was written; `after_s` says when to come back."""

    retry = Retry.LATER

    def __init__(self, message: str, *, after_s: float, system: str = "", code: str = "") -> None:
        super().__init__(message, system=system, code=code)
        self.after_s = after_s


class Unavailable(External):
    """No answer, and nothing was written."""

    retry = Retry.LATER


class OutcomeUnknown(External):
    """A write was sent and no usable answer came: ask before sending again."""

    retry = Retry.ASK_FIRST


class InvariantBroken(Work365Error):
    """Our bug or corrupt books: stop and page."""
