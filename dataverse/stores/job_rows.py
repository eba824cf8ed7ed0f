"""Rows of jobs that the system asks for itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dataverse.batch import Create
from dataverse.rows import bind, choice_value
from work365.ids import derived
from work365.jobs import AUTO

if TYPE_CHECKING:
    from collections.abc import Mapping

    from work365.jobs import JobKind

TABLE = "w365_job"


def follow_up(kind: JobKind, invoice: str, label: str, *, cause: str, arguments: Mapping[str, str] | None = None) -> Create:
    """The job that follows something that happened to an invoice.

    Shape: `cause` is the id of what happened; one cause asks for a job of a kind once, however often it is recorded. `label` is
           what a person calls the invoice.
    """
    key = f"{AUTO}{kind.value.lower()}:{cause}"
    row = {
        "w365_name": f"{kind.value} {label}",
        "w365_key": key,
        "w365_kind": choice_value(TABLE, "w365_kind", kind.value),
        "w365_attempts": 0,
        "w365_arguments": json.dumps(dict(arguments)) if arguments else None,
        **bind("w365_Invoice", "w365_invoice", invoice),
    }
    return Create(TABLE, row, derived("job", key))


def asked(kind: JobKind, key: str, name: str, arguments: Mapping[str, str]) -> Create:
    """A job that a person asks for; one key asks once."""
    row = {
        "w365_name": name[:200],
        "w365_key": key,
        "w365_kind": choice_value(TABLE, "w365_kind", kind.value),
        "w365_attempts": 0,
        "w365_arguments": json.dumps(dict(arguments)),
    }
    return Create(TABLE, row, derived("job", key))
