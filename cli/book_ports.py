"""What commands work on that need one book, and the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from wiring import Application
    from work365.ports.platform import Clock

Book = TypeVar("Book")
Book_co = TypeVar("Book_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Ports(Generic[Book_co]):
    """A book, and the time."""

    book: Book_co
    clock: Clock


def ports_of(book_of: Callable[[Application], Book]) -> Callable[[], Ports[Book]]:
    """The partner's tenant, once it is asked for, with the book that is built over it."""

    def real() -> Ports[Book]:
        import wiring  # the whole application: only when a command needs it

        at = wiring.application()
        return Ports(book_of(at), at.clock)

    return real
