"""Findings: what is wrong with one row, as a value that travels beside the good rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How much a finding holds up."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that a person must look at.

    Attributes:
        code: short and stable, e.g. ``unmapped-tenant``; one sentence in the docs explains each.
        subject: what it is about, in words that a person can search for (a tenant, a line number, a contract number).
        message: a sentence that says what is wrong and what to do.
        severity: ERROR holds the row back, WARNING and INFO do not.
        key: what makes the finding the same one when it is found again; empty means code + subject.
        contract: id of the billing contract that it holds up or is about, if it is about one.
    """

    code: str
    subject: str
    message: str
    severity: Severity = Severity.ERROR
    key: str = ""
    contract: str = ""

    @property
    def identity(self) -> str:
        """The key that makes a second copy impossible."""
        return self.key or f"{self.code}:{self.subject}"
