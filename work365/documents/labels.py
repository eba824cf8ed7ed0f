"""Every word that is printed or mailed, per language. A new language is one more `Labels`."""

from __future__ import annotations

from dataclasses import dataclass

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Labels:
    """The words of one language. Words in braces are filled in with `str.format`."""

    language: str = "en"
    months: tuple[str, ...] = MONTHS
    short_months: tuple[str, ...] = tuple(month[:3] for month in MONTHS)
    thousands: str = ","
    decimal: str = "."
    until: str = "\N{EN DASH}"

    invoice: str = "Invoice"
    credit_note: str = "Credit note"
    bill_to: str = "Bill to"
    number: str = "Number"
    issued: str = "Issued"
    due: str = "Due"
    period: str = "Period"
    purchase_order: str = "Purchase order"
    contract: str = "Contract"
    customer_number: str = "Customer number"
    tax_number: str = "Tax number"

    adjustments: str = "Adjustments for the past period"
    earlier: str = "Earlier periods, not billed before"
    next_period: str = "Next period"
    past_period: str = "Billed period"
    subtotal: str = "Subtotal"
    description: str = "Description"
    dates: str = "Dates"
    quantity: str = "Quantity"
    unit_price: str = "Unit price"
    fraction: str = "Fraction"
    amount: str = "Amount ({currency})"

    taxes: str = "Tax summary"
    tax_rate: str = "Tax rate"
    tax_base: str = "Net"
    tax_amount: str = "Tax"
    no_tax: str = "Not taxed"

    totals: str = "Totals"
    net: str = "Net"
    tax: str = "Tax"
    total: str = "Total"
    charged: str = "Amount charged"
    balance: str = "Balance"

    payment: str = "Payment"
    terms: str = "Payment is due within {days} days, on {due}."
    terms_at_once: str = "Payment is due on receipt."
    terms_due: str = "Payment is due on {due}."
    collected: str = "We charge the balance to the payment method that you gave us; please do not send it as well."
    nothing_due: str = "Nothing is left to pay."
    in_favour: str = "The balance is in your favour; nothing is left to pay."
    reference: str = "Please quote {number} with your payment."
    page: str = "Page"

    days: str = "days"
    months_used: str = "months"
    days_30: str = "days of 30-day months"
    whole_cycle: str = "whole period"
    change: str = "Change {sequence}: {what} from {effective}"
    change_quantity: str = "quantity {before} \N{RIGHTWARDS ARROW} {after}"
    change_price: str = "new price"
    change_cancel: str = "cancelled"
    change_other: str = "{event}, quantity {after}"
    correction: str = "Corrects a line billed before"
    discount_moved: str = "The discount on all of this period, less what was given before"

    mail_subject: str = "{kind} {number} from {seller}"
    mail_hello: str = "Dear {buyer},"
    mail_intro: str = "please find attached {kind} {number} of {issued}."
    mail_total: str = "Amount: {amount}"
    mail_charged: str = "Amount charged: {amount}"
    mail_balance: str = "Balance: {amount}"
    mail_due: str = "Due: {due}"
    mail_goodbye: str = "Kind regards"
    file_name: str = "{kind} {number}.pdf"


ENGLISH = Labels()
