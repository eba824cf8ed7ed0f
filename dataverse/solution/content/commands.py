"""Buttons of ours on the command bars of forms: what each says, what it calls, and who sees it when."""

from __future__ import annotations

from dataclasses import dataclass

from dataverse.solution.content.resources import COMMANDS

NAMESPACE = "Work365.Commands"


@dataclass(frozen=True, slots=True)
class Button:
    """One button of a main form.

    Attributes:
        name: what it is called in ids; one word.
        table: the word of the table whose form it stands on.
        calls: the function of `script` that does it; it is given the form.
        shown_if: the function that says whether it is of use on this form; a button that is of none is not shown.
        creates: words of the tables in which its user must be able to create rows; who cannot, does not see it. That is comfort:
            Dataverse refuses what a person may not (docs/adr/0006-who-may-charge.md).
        sequence: its place; the platform's own buttons stand at multiples of ten.
    """

    name: str
    table: str
    label: str
    tooltip: str
    icon: str
    calls: str
    shown_if: str
    creates: tuple[str, ...]
    sequence: int
    script: str = COMMANDS


BUTTONS = (
    Button(
        name="Charge",
        table="invoice",
        label="Charge",
        tooltip="Charge the customer's card or bank account for all or a part of the balance.",
        icon="w365_/icons/charge.svg",
        calls=f"{NAMESPACE}.charge",
        shown_if=f"{NAMESPACE}.isChargeable",
        creates=("payment", "job"),
        sequence=45,
    ),
    Button(
        name="Refund",
        table="payment",
        label="Refund",
        tooltip="Give all or a part of this payment back to the card or bank account that it came from.",
        icon="w365_/icons/refund.svg",
        calls=f"{NAMESPACE}.refund",
        shown_if=f"{NAMESPACE}.isRefundable",
        creates=("refund", "job"),
        sequence=45,
    ),
    Button(
        name="Checklist",
        table="account",
        label="Checklist",
        tooltip="See what this customer has to bring, and tick what you have seen.",
        icon="w365_/icons/checklist.svg",
        calls=f"{NAMESPACE}.checklist",
        shown_if=f"{NAMESPACE}.hasChecklist",
        creates=("checklistentry", "job"),
        sequence=44,
    ),
    Button(
        name="Release",
        table="account",
        label="Release",
        tooltip="Take this customer off hold, once everything that it had to bring is there.",
        icon="w365_/icons/release.svg",
        calls=f"{NAMESPACE}.release",
        shown_if=f"{NAMESPACE}.isOnHold",
        creates=("holdlog", "job"),
        sequence=45,
    ),
)
