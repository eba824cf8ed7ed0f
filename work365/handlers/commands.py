"""What the doors may ask of the system: one method per trigger. `wiring` builds the object that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from work365.documents.labels import Labels
    from work365.handlers.events import RowEvent
    from work365.handlers.pay_links import IssuedFile, Shown


class System(Protocol):
    """The whole application behind the doors.

    Errors: those of work365.errors; each door turns them into its own kind of answer (doors/).
    """

    def webhook_key(self) -> str:
        """The key that Dataverse sends with its webhooks, from the vault."""

    def job_event(self, event: RowEvent) -> None:
        """A job row was created or changed: put its id on the job queue."""

    def document_event(self, event: RowEvent) -> bool:
        """Somebody changed a document or one of its lines: put its id on the job queue; False where that was ourselves."""

    def gateway_event(self, kind: str, raw: bytes, signature: str) -> None:
        """A payment gateway reports something: check the signature over the raw body, put the payments' references on the queue.

        Shape:  `kind` is that of a payment processor: Stripe or GoCardless.
        Errors: NotAuthorised when the signature is wrong or too old; BadInput when the body is not an event.
        """

    def open_setup(self, token: str) -> str:
        """The gateway's own page for a request link.

        Errors: LinkClosed when the link opens nothing; External; Refused when this deployment sends no links.
        """

    def show_invoice(self, token: str) -> Shown:
        """The invoice behind a pay link, and whether it can be paid there. Errors: as `open_setup`."""

    def open_payment(self, token: str) -> str | None:
        """The gateway's page for the balance of a pay link's invoice; None when there is nothing to pay.

        Errors: as `open_setup`; PaidElsewhere when no gateway takes it.
        """

    def issued_file(self, token: str) -> IssuedFile:
        """The document behind a pay link, as it was issued. Errors: as `open_setup`."""

    def labels(self, *tags: str) -> Labels:
        """The words of the first language that there is a catalogue of; English when there is none."""

    def run_job(self, message: Mapping[str, str]) -> None:
        """Work on what a message of the job queue names."""

    def run_chunk(self, message: Mapping[str, str]) -> None:
        """Bill the contracts of one chunk."""

    def job_poisoned(self, text: str, why: str) -> None:
        """A message of the job queue was given up, or could not be read: mark the job and say why."""

    def chunk_poisoned(self, text: str, why: str) -> None:
        """A message of the chunk queue was given up, or could not be read: mark the chunk and say why."""

    def daily_billing(self) -> None:
        """Bill what is due and not billed."""

    def sweep(self) -> None:
        """Find what was missed: open jobs without a worker, stale chunks, unknown outcomes."""

    def read_back(self) -> None:
        """Read from the books what was paid there."""

    def tell(self) -> None:
        """Tell people what is to be told and has not been told."""

    def fetch_rates(self) -> None:
        """Fetch the exchange rates that are out and not here."""

    def health(self) -> Mapping[str, str]:
        """Version and readiness, without secrets: at least `version` and `status` ("ready" or what is missing)."""
