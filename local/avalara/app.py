"""AvaTax as a server, for one account: transactions in the states that the documents draw, and rates that a test sets.

    SalesOrder                     computed, never kept
    created with commit → Committed, else Saved
    Saved ── the same code again → Saved, replaced
    Saved ── commit → Committed    Saved, Committed ── void → Cancelled
    Committed ── `lock` (a return was filed) → Locked
    Committed, Locked, Cancelled ── the same code again, or commit → refused       Locked, Cancelled ── void → refused

What is not drawn here (adjusting, RefundTransaction, multi-document, certificates) is answered 501.

Source: developer.avalara.com, "Lifecycle of a transaction", "What's a DocStatusError?", "Voiding documents" (DocVoided; the
answer has the status Cancelled), LockTransaction ("the document will be locked and can't be voided or adjusted"), "AvaTax error
messages".
"""

from __future__ import annotations

import base64
import binascii
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from local.avalara.faults import AvaTaxFault, answer, committed, doc_status, invalid, missing, unauthenticated, unknown
from local.avalara.models import check_transaction
from local.http import Response
from transport.exact import dumps, loads
from work365.money import EXPONENT, Currency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.http import Request

SAVED, COMMITTED, LOCKED, CANCELLED = "Saved", "Committed", "Locked", "Cancelled"
ESTIMATE = "SalesOrder"
QUERY = {"create": {"$include"}, "commit": {"documentType"}, "void": {"documentType"}, "": {"documentType"}}
Key = tuple[str, str, str]


class AvaTax:
    """A stand-in for one account.

    Attributes:
        rates: what a line is taxed, in percent, by country, region ("" for none) and tax code. A pair that is missing is refused.
        exempt: customer codes with a certificate.
        transactions: what is kept, by company, type and code.
    """

    def __init__(self, credentials: str, companies: tuple[str, ...] = ("CONTOSO",)) -> None:
        self.rates: dict[tuple[str, str, str], Decimal] = {}
        self.exempt: set[str] = set()
        self.transactions: dict[Key, dict[str, Any]] = {}
        self.throttled = 0
        self._credentials, self._companies = credentials, companies

    def lock(self) -> None:
        """A return was filed: whatever is committed cannot be changed any more."""
        for one in self.transactions.values():
            one["status"] = LOCKED if one["status"] == COMMITTED else one["status"]

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        try:
            self._sign_in(request.headers.get("authorization", ""))
            if self.throttled:
                self.throttled -= 1
                return Response(429, (("retry-after", "2"),), b"")
            return Response(200, (("content-type", "application/json; charset=utf-8"),), dumps(self._route(request)))
        except AvaTaxFault as fault:
            return fault.response()
        except ValueError:
            return answer(400, {"error": {"code": "ErrorReadingRequestBody", "message": "not JSON", "details": []}})

    def _sign_in(self, header: str) -> None:
        kind, _, token = header.partition(" ")
        if kind != "Basic" or not token:
            raise unauthenticated(incomplete=True)
        try:
            said = base64.b64decode(token, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            said = ""
        if said != self._credentials:
            raise unauthenticated(incomplete=False)

    def _route(self, request: Request) -> dict[str, Any]:
        asked = dict(parse_qsl(request.query, keep_blank_values=True))
        match (request.method, *request.path.strip("/").split("/")):
            case ("POST", "api", "v2", "transactions", "create"):
                _only(asked, QUERY["create"])
                return self._create(loads(request.body))
            case ("GET", "api", "v2", "companies", company, "transactions", code):
                _only(asked, QUERY[""])
                return self._found(company, code, asked)
            case ("POST", "api", "v2", "companies", company, "transactions", code, "commit"):
                _only(asked, QUERY["commit"])
                return self._commit(self._found(company, code, asked), loads(request.body))
            case ("POST", "api", "v2", "companies", company, "transactions", code, "void"):
                _only(asked, QUERY["void"])
                return self._void(self._found(company, code, asked), loads(request.body))
        raise unknown(f"{request.method} {request.path}")

    def _found(self, company: str, code: str, asked: Mapping[str, str]) -> dict[str, Any]:
        found = self.transactions.get((company, asked.get("documentType", "SalesInvoice"), code))
        if found is None:
            raise missing("Transaction")
        return found

    def _create(self, body: Any) -> dict[str, Any]:  # noqa: ANN401  decoded JSON
        check_transaction(body)
        if body["companyCode"] not in self._companies:
            raise missing("Company")
        key = (body["companyCode"], body["type"], body["code"])
        there = self.transactions.get(key)
        if there is not None and there["status"] != SAVED:
            raise doc_status("Saved|Posted")
        computed = self._computed(body)
        if body["type"] == ESTIMATE:
            return computed
        computed["id"] = len(self.transactions) + 1 if there is None else there["id"]
        self.transactions[key] = computed
        return computed

    def _computed(self, body: Mapping[str, Any]) -> dict[str, Any]:
        lines = [self._line(line, body) for line in body["lines"]]
        return {
            "id": 0,
            "code": body["code"],
            "companyCode": body["companyCode"],
            "date": body["date"],
            "type": body["type"],
            "status": "Temporary" if body["type"] == ESTIMATE else COMMITTED if body["commit"] else SAVED,
            "customerCode": body["customerCode"],
            "currencyCode": body["currencyCode"],
            "referenceCode": body.get("referenceCode"),
            "totalAmount": sum((line["lineAmount"] for line in lines), Decimal(0)),
            "totalTax": sum((line["tax"] for line in lines), Decimal(0)),
            "lines": lines,
        }

    def _line(self, line: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        to = body["addresses"]["shipTo"]
        where = (to["country"], to.get("region", ""), line["taxCode"])
        if where not in self.rates:
            raise invalid("taxCode", f"{line['taxCode']} has no rate in {to['country']} {to.get('region', '')}".strip())
        percent = self.rates[where]
        exempt = body["customerCode"] in self.exempt
        amount, places = Decimal(line["amount"]), Decimal(1).scaleb(-EXPONENT[Currency(body["currencyCode"])])
        share = percent / (100 + percent) if line["taxIncluded"] else percent / 100
        tax = Decimal(0) if exempt else (amount * share).quantize(places, ROUND_HALF_UP)
        if override := line.get("taxOverride"):
            tax = Decimal(override["taxAmount"])
        net = amount - tax if line["taxIncluded"] else amount
        detail = {"rate": percent / 100, "tax": tax, "jurisName": to.get("region") or to["country"], "country": to["country"]}
        return {
            "lineNumber": line["number"],
            "lineAmount": net,
            "tax": tax,
            "taxableAmount": Decimal(0) if exempt else net,
            "exemptAmount": net if exempt else Decimal(0),
            "taxCode": line["taxCode"],
            "details": [detail],
        }

    def _commit(self, found: dict[str, Any], body: Any) -> dict[str, Any]:  # noqa: ANN401  decoded JSON
        if body != {"commit": True}:
            raise unknown(f"CommitTransactionModel {body}")
        if found["status"] == COMMITTED:
            raise committed()
        if found["status"] != SAVED:
            raise doc_status("Saved|Posted")
        found["status"] = COMMITTED
        return found

    def _void(self, found: dict[str, Any], body: Any) -> dict[str, Any]:  # noqa: ANN401  decoded JSON
        if body != {"code": "DocVoided"}:
            raise unknown(f"VoidTransactionModel {body}")
        if found["status"] not in (SAVED, COMMITTED):
            raise doc_status("Saved|Posted|Committed")
        found["status"] = CANCELLED
        return found


def _only(asked: Mapping[str, str], known: set[str]) -> None:
    for name in asked:
        if name not in known:
            raise unknown(f"query option {name}")
