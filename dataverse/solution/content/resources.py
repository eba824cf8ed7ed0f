"""Web resources: what each file under infra/dataverse/Work365/WebResources is.

The pages of dialogs are made (content/dialogs.py); the other files are written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from dataverse.schema.tables import GROUPS
from dataverse.solution.content.commands import BUTTONS


class Kind(IntEnum):
    """Types of web resources."""

    PAGE = 1
    STYLE = 2
    SCRIPT = 3
    VECTOR = 11


@dataclass(frozen=True, slots=True)
class Resource:
    """One web resource; its name begins with the publisher's prefix."""

    name: str
    kind: Kind
    label: str
    about: str = ""


APP_ICON = "w365_/icons/app.svg"
COMMANDS = "w365_/scripts/commands.js"


def icon_of(group: str) -> str:
    """The icon of the tables of a group."""
    return f"w365_/icons/{group}.svg"


RESOURCES = (
    Resource(COMMANDS, Kind.SCRIPT, "Work 365: commands", "What the command bar's buttons call."),
    Resource("w365_/scripts/amounts.js", Kind.SCRIPT, "Work 365: amounts", "Amounts as texts and whole minor units."),
    Resource("w365_/scripts/jobs.js", Kind.SCRIPT, "Work 365: jobs", "Makes one job of one wish, and reads it to its end."),
    Resource("w365_/scripts/dialog.js", Kind.SCRIPT, "Work 365: dialogs", "What dialogs do alike."),
    Resource(
        "w365_/scripts/sheet.js", Kind.SCRIPT, "Work 365: sheet", "An invoice as dialogs show it, and its customer's profiles."
    ),
    Resource("w365_/scripts/entries.js", Kind.SCRIPT, "Work 365: entries", "A checklist as dialogs show it, and its ticks."),
    Resource("w365_/scripts/charge.js", Kind.SCRIPT, "Work 365: charge, script", "What the dialog Charge asks and shows."),
    Resource("w365_/scripts/refund.js", Kind.SCRIPT, "Work 365: refund, script", "What the dialog Refund asks and shows."),
    Resource("w365_/scripts/release.js", Kind.SCRIPT, "Work 365: release, script", "What the dialog Release asks and shows."),
    Resource(
        "w365_/scripts/checklist.js", Kind.SCRIPT, "Work 365: checklist, script", "What the dialog Checklist asks and shows."
    ),
    Resource(
        "w365_/dialogs/charge.html", Kind.PAGE, "Work 365: charge", "The dialog that asks how much to charge, and with what."
    ),
    Resource("w365_/dialogs/refund.html", Kind.PAGE, "Work 365: refund", "The dialog that asks how much to give back, and why."),
    Resource("w365_/dialogs/release.html", Kind.PAGE, "Work 365: release", "The dialog that takes a customer off hold."),
    Resource(
        "w365_/dialogs/checklist.html", Kind.PAGE, "Work 365: checklist", "The dialog in which a customer's documents are ticked."
    ),
    Resource("w365_/styles/dialog.css", Kind.STYLE, "Work 365: dialogs, style", "The look of our dialogs."),
    *(Resource(button.icon, Kind.VECTOR, f"Work 365: {button.name}") for button in BUTTONS),
    Resource(APP_ICON, Kind.VECTOR, "Work 365: app"),
    *(Resource(icon_of(group.name), Kind.VECTOR, f"Work 365: {group.label}") for group in GROUPS),
)
