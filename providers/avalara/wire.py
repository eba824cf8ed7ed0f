"""What AvaTax calls things: our document into its transaction, its answer into our lines. Pure.

Source: developer.avalara.com, AvaTax REST v2: CreateTransactionModel, AddressesModel ("only the country code is required"),
TransactionModel, TaxOverrideModel (type, taxAmount, taxDate, reason); "Using addresses in transactions"; "Lifecycle of a
transaction" (Saved, Posted, Committed, Cancelled); "Product returns" (negative amounts with positive quantities, dated on the day
of the return, `taxOverride.taxDate` the day of the invoice; AvaTax itself ties no return to an invoice).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from work365.errors import Rejected
from work365.money import exactly
from work365.ports.taxing import EngineState
from work365.taxing.assessing import Assessment, LineTax
from work365.taxing.rates import TaxRate, Treatment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from work365.ports.taxing import EngineChoice, ToldLine, ToldNote
    from work365.taxing.assessing import Buyer, TaxDocument, TaxedLine

SYSTEM = "Avalara"
ESTIMATE, INVOICE, RETURN = "SalesOrder", "SalesInvoice", "ReturnInvoice"
CODE_MAX, TEXT_MAX, PERCENT_PLACES = 50, 255, Decimal("0.0001")
EXEMPT_NOTE = "Exempt from tax"
"""What an e-invoice says beside category E, which needs a reason (BR-E-10); an answer names none in words."""
STATES = {
    "Temporary": EngineState.SAVED,
    "Saved": EngineState.SAVED,
    "Posted": EngineState.SAVED,
    "Committed": EngineState.COMMITTED,
    "Adjusted": EngineState.COMMITTED,
    "Locked": EngineState.COMMITTED,
    "Cancelled": EngineState.VOIDED,
}


def transaction(document: TaxDocument, choice: EngineChoice, *, recorded: bool) -> dict[str, Any]:
    """A document of ours as a transaction that is not final. What gives back more than it charges is a return."""
    given_back = sum(line.amount.minor for line in document.lines) < 0
    return {
        "type": (RETURN if given_back else INVOICE) if recorded else ESTIMATE,
        "commit": False,
        "lines": [_line(number, line, document) for number, line in enumerate(document.lines, start=1)],
        **_head(document, choice),
    }


def kind_of(note: ToldNote) -> str:
    """What gives back is a return; what charges again is an invoice."""
    return RETURN if note.gives_back else INVOICE


def told(note: ToldNote, choice: EngineChoice) -> dict[str, Any]:
    """A note of ours as a transaction that is final, its taxes as they were posted."""
    return {
        "type": kind_of(note),
        "commit": True,
        "referenceCode": note.of[:CODE_MAX],
        "lines": [_told_line(number, line, note) for number, line in enumerate(note.lines, start=1)],
        **_head(note, choice),
    }


def _head(document: TaxDocument | ToldNote, choice: EngineChoice) -> dict[str, Any]:
    buyer = document.buyer
    numbered = {"businessIdentificationNo": buyer.tax_number[:25]} if buyer.tax_number else {}
    return {
        "code": document.key,
        "companyCode": choice.company,
        "date": document.on,
        "customerCode": buyer.account,
        "currencyCode": document.currency,
        "addresses": {"shipFrom": _from(choice), "shipTo": _to(buyer)},
        **numbered,
    }


def _from(choice: EngineChoice) -> dict[str, str]:
    return {"locationCode": choice.location} if choice.location else {"country": choice.country}


def _to(buyer: Buyer) -> dict[str, str]:
    country, _, region = buyer.place.partition("-")
    said = {"line1": buyer.street[:50], "city": buyer.city[:50], "postalCode": buyer.postal_code[:11], "region": region}
    return {**{name: value for name, value in said.items() if value}, "country": country}


def _line(number: int, line: TaxedLine, document: TaxDocument) -> dict[str, Any]:
    return {
        "number": str(number),
        "quantity": 1,
        "amount": line.amount.major,
        "taxCode": line.category,
        "description": line.description[:TEXT_MAX],
        "taxIncluded": document.inclusive,
    }


def _told_line(number: int, line: ToldLine, note: ToldNote) -> dict[str, Any]:
    override = {
        "type": "TaxAmount",
        "taxAmount": line.tax.major,
        "taxDate": note.taxed_on,
        "reason": f"{note.number} of {note.of}",
    }
    return {
        "number": str(number),
        "quantity": 1,
        "amount": line.net.major,
        "taxCode": line.code,
        "description": line.description[:TEXT_MAX],
        "taxIncluded": False,
        "taxOverride": override,
    }


def reference_of(kind: str, code: str) -> str:
    """What we keep of a transaction: a code is known only together with its type."""
    return f"{kind}/{code}"


def kind_and_code(reference: str) -> tuple[str, str]:
    """The type and the code of a transaction."""
    kind, _, code = reference.partition("/")
    return kind, code


def assessment(document: TaxDocument, answer: Mapping[str, Any]) -> Assessment:
    """What AvaTax computed, line by line. Errors: Rejected when its answer is not about our lines."""
    lines = {str(line["lineNumber"]): line for line in answer.get("lines") or ()}
    if set(lines) != {str(number) for number in range(1, len(document.lines) + 1)}:
        message = f"its answer has the lines {sorted(lines)}, and {len(document.lines)} were asked for"
        raise Rejected(message, system=SYSTEM)
    taxed = tuple(_taxed(line, lines[str(number)], document) for number, line in enumerate(document.lines, start=1))
    kind = str(answer.get("type"))
    return Assessment(taxed, "" if kind == ESTIMATE else reference_of(kind, document.key))


def _taxed(line: TaxedLine, answer: Mapping[str, Any], document: TaxDocument) -> LineTax:
    tax = exactly(_number(answer.get("tax")), document.currency, f"{SYSTEM}, tax of line {answer['lineNumber']}")
    return LineTax(line.amount - tax if document.inclusive else line.amount, tax, _rate(line, answer, document, tax.minor))


def _rate(line: TaxedLine, answer: Mapping[str, Any], document: TaxDocument, tax: int) -> TaxRate:
    """The rates of all jurisdictions together; none where no tax came out, whatever the rates are there."""
    rates = sum((_number(one.get("rate")) for one in answer.get("details") or ()), Decimal(0))
    percent = (rates * 100).quantize(PERCENT_PLACES) if tax else Decimal(0)
    exempt = _number(answer.get("exemptAmount")) != 0
    untaxed = Treatment.EXEMPT if exempt else Treatment.ZERO
    treatment = Treatment.STANDARD if percent else untaxed
    return TaxRate(
        document.buyer.place,
        line.category,
        document.on,
        percent,
        str(answer.get("taxCode") or line.category),
        EXEMPT_NOTE if treatment is Treatment.EXEMPT else "",
        treatment=treatment,
    )


def _number(value: object) -> Decimal:
    return Decimal(str(value or 0))
