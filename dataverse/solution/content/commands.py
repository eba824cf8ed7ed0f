"""Buttons of ours on the command bars of forms: what each says, what it calls, and who sees it when."""

from __future__ import annotations

from dataclasses import dataclass

NAMESPACE = "Work365.Commands"


@dataclass(frozen=True, slots=True)
class Button:
    """One button of a main form; it opens the dialog of its name.

    Attributes:
        name: the one word that it bears, and by which its ids, its icon and its function go.
        table: the word of the table whose form it stands on.
        useful: the function that says whether it is of use on this form; a button that is of none is not shown.
        creates: words of the tables in which its user must be able to create rows; who cannot, does not see it. That is comfort:
            Dataverse refuses what a person may not (docs/adr/0006-who-may-charge.md).
        sequence: its place; the platform's own buttons stand at multiples of ten.
    """

    name: str
    table: str
    tooltip: str
    useful: str
    creates: tuple[str, ...]
    sequence: int

    @property
    def icon(self) -> str:
        """The web resource that is drawn on it."""
        return f"w365_/icons/{self.name.lower()}.svg"

    @property
    def calls(self) -> str:
        """The function that does what it says; it is given the form."""
        return f"{NAMESPACE}.{self.name.lower()}"

    @property
    def shown_if(self) -> str:
        """The function `useful` by its full name; it is given the form."""
        return f"{NAMESPACE}.{self.useful}"


BUTTONS = (
    Button(
        "Charge",
        "invoice",
        "Charge the customer's card or bank account for all or a part of the balance.",
        useful="isChargeable",
        creates=("payment", "job"),
        sequence=45,
    ),
    Button(
        "Refund",
        "payment",
        "Give all or a part of this payment back to the card or bank account that it came from.",
        useful="isRefundable",
        creates=("refund", "job"),
        sequence=45,
    ),
    Button(
        "Checklist",
        "account",
        "See what this customer has to bring, and tick what you have seen.",
        useful="hasChecklist",
        creates=("checklistentry", "job"),
        sequence=44,
    ),
    Button(
        "Release",
        "account",
        "Take this customer off hold, once everything that it had to bring is there.",
        useful="isOnHold",
        creates=("holdlog", "job"),
        sequence=45,
    ),
)
