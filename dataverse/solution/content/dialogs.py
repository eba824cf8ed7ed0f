"""Our dialogs: which row each is opened for, what it shows of that row, what it asks, and which scripts it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a dialog says of its row: the label, and the id of the place that the script fills."""

    label: str
    id: str
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below the facts, which the script fills.

    Attributes:
        id: what the script shows it by.
        figures: the headings of the columns at the end that hold figures.
    """

    id: str
    caption: str
    headings: tuple[str, ...]
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A line to write on; below it stands what is wrong with what was written.

    Attributes:
        label: HTML.
        takes: attributes of the line that say what may be written.
        hint: the id of the place for a hint, where it has one.
    """

    id: str
    label: str
    takes: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked.

    Attributes:
        fields: lines to write on, and HTML of what is no line.
        verb: the word on the button that sends it.
        title: what it is called, where the page has another form.
    """

    fields: tuple[Field | str, ...]
    verb: str
    id: str = "form"
    title: str = ""
    submit: str = "submit"
    way_out: str = "Cancel"


@dataclass(frozen=True, slots=True)
class Dialog:
    """One dialog.

    Attributes:
        name: of its page, and of its own script.
        title: of the window.
        row: what its row is called before it has been read.
        parts: what stands between the facts and the outcome: tables, forms, and HTML that only this dialog has.
        again: the word on the button that offers a fresh look.
        shows: the script that shows its row, which it may share with other dialogs.
    """

    name: str
    title: str
    row: str
    facts: tuple[Fact, ...]
    parts: tuple[Table | Form | str, ...]
    again: str
    shows: str


PROFILE = """\
<label for="profile">Payment profile</label>
<select id="profile"></select>
"""
NOBODY = """\
<section id="nobody" hidden aria-labelledby="nobody-title">
  <h2 id="nobody-title">No payment profile</h2>
  <p id="nobody-words"></p>
  <div class="actions">
    <button id="mail" class="first" type="button">Mail a request link</button>
  </div>
</section>
"""
DECIMAL = 'inputmode="decimal"'
SENTENCE = 'maxlength="300"'

AMOUNT = Field("amount", 'Amount in <span id="currency"></span>', DECIMAL, hint="hint")
NOTE = Field("note", "What was seen", SENTENCE, hint="note-hint")
MARK = Form((NOTE,), "Tick", id="mark", title="Tick", submit="mark-submit", way_out="Back")
HOLD = (Fact("Held by", "held"), Fact("Why", "why"), Fact("Documents", "documents"))
LINES = Table("lines", "Lines", headings=("Description",), figures=("Quantity", "Amount"))
CHECKLIST = Table("checklist", "Checklist", headings=("Item", "What was seen", "By whom, when", "Change"))

DIALOGS = (
    Dialog(
        name="charge",
        title="Charge an invoice",
        row="Invoice",
        facts=(
            Fact("Customer", "customer"),
            Fact("Invoice date", "invoiced"),
            Fact("Due date", "due"),
            Fact("Total", "total"),
            Fact("Amount charged", "charged"),
            Fact("Balance", "balance", is_sum=True),
        ),
        parts=(LINES, Form((PROFILE, AMOUNT), "Charge"), NOBODY),
        again="Charge again",
        shows="sheet",
    ),
    Dialog(
        name="refund",
        title="Give money back",
        row="Payment",
        facts=(
            Fact("Customer", "customer"),
            Fact("Came from", "from"),
            Fact("Status", "status"),
            Fact("Paid", "paid"),
            Fact("Left to give back", "left", is_sum=True),
        ),
        parts=(Form((AMOUNT, Field("reason", "Reason", SENTENCE)), "Refund"),),
        again="Refund again",
        shows="sheet",
    ),
    Dialog(
        name="release",
        title="Release a customer",
        row="Customer",
        facts=HOLD,
        parts=(CHECKLIST, MARK, Form((Field("reason", "Reason", SENTENCE, hint="hint"),), "Release")),
        again="Release again",
        shows="entries",
    ),
    Dialog(
        name="checklist",
        title="Checklist of a customer",
        row="Customer",
        facts=HOLD,
        parts=(CHECKLIST, MARK),
        again="Look again",
        shows="entries",
    ),
)
