"""Jobs that a person asks for at the command line: written like the button writes them, and watched until they end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataverse.errors import DuplicateKey
from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status_label
from dataverse.stores.jobs import TABLE, arguments_of
from dataverse.webapi import Ref
from work365.errors import BadInput
from work365.ids import derived
from work365.jobs import JobState
from work365.repeating import refuse_other

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.jobs import JobKind
    from work365.repeating import Once


ARGUMENTS_MAX = 4000
SAID = "said"
"""The argument in which a job keeps the words that its key stands for."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Where a job stands, and what it says."""

    state: JobState
    message: str


class Wishes:
    """Job rows of the person at the keyboard."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def ask(
        self,
        kind: JobKind,
        invoice: str | None,
        label: str,
        arguments: Mapping[str, str],
        *,
        moment: str,
        more: Row | None = None,
        once: Once | None = None,
    ) -> str:
        """Write a job, about a document if it is about one; its id, also when it was written before under the same key.

        Shape:  `moment` tells two wishes of the same words apart, unless they are to happen `once`; `more` are further columns of
                the job, such as its payment.
        Errors: Refused when the key was used for something else; BadInput for more words than a job keeps.
        """
        key = _key(once) if once else f"cli:{kind.value.lower()}:{invoice or label}:{moment}"
        said = json.dumps(dict(arguments) | ({SAID: once.words} if once else {}))
        if len(said) > ARGUMENTS_MAX:
            message = f"what is asked for takes {len(said)} characters, and {ARGUMENTS_MAX} fit; say it in fewer words"
            raise BadInput(message)
        row = {
            "w365_name": f"{kind.value} {label}",
            "w365_key": key,
            "w365_kind": choice_value(TABLE, "w365_kind", kind.value),
            "w365_attempts": 0,
            "w365_arguments": said,
            **(bind("w365_Invoice", "w365_invoice", invoice) if invoice else {}),
            **(more or {}),
        }
        try:
            return self._api.create(TABLE, row, id=derived("job", key))
        except DuplicateKey:
            before = self.first(once) if once else None
            if before is None:
                raise
            return before

    def first(self, once: Once) -> str | None:
        """The job that was asked for under a key before; None when there is none. Errors: Refused when it says something else."""
        row = self._api.first(Query(TABLE, ("w365_jobid", "w365_arguments"), eq("w365_key", _key(once))))
        if row is None:
            return None
        refuse_other(once, (arguments_of(row["w365_arguments"]) or {}).get(SAID, ""))
        return str(row["w365_jobid"])

    def seen(self, job: str) -> Ended:
        """How far a job is."""
        row = self._api.read(Ref(TABLE, job), select=("statuscode", "w365_message"))
        return Ended(JobState(status_label(TABLE, row)), row["w365_message"] or "")


def _key(once: Once) -> str:
    return f"once:{once.key}"
