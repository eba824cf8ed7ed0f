"""A billing desk whose contract is billed by what the supplier billed, and a person who imports the supplier's bills."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from dataverse.query import Query
from dataverse.rows import bind, choice_label, choice_value
from dataverse.stores.supply import Supply
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.fakes.small_partner import STANDARD, charges
from local.sample.generated import PRODUCT
from work365.handlers.importing import Import, import_lines

if TYPE_CHECKING:
    from local.faults import Fuse
    from work365.handlers.importing import ImportReport

LINE = "w365_providerinvoiceline"
LINES = ("w365_linereference", "w365_subtotal", "w365_billingstate", "w365_billedamount", "w365_markuppercent", "w365_billedrate")


class SupplierDesk(BillingDesk):
    """Customer t-1 of the supplier is the customer of C-1; the sample's product is the supplier's Standard."""

    def __init__(self, today: date = date(2026, 1, 1), **columns: Any) -> None:  # noqa: ANN401  values of columns of the contract
        super().__init__(today)
        kind = choice_value("w365_provider", "w365_kind", "Partner Center")
        self.provider = self.api.create("w365_provider", {"w365_name": "M", "w365_code": "partner-center", "w365_kind": kind})
        self.api.update(Ref("w365_product", PRODUCT), {"w365_number": STANDARD.number, "w365_printedname": STANDARD.name})
        self.terms = self.contract("C-1", isdefault=True, **columns)
        account = self.api.read(Ref("w365_billingcontract", self.terms), select=("_w365_account_value",))["_w365_account_value"]
        tenant = {"w365_name": "t-1", "w365_externalid": "t-1", **bind("w365_Provider", "w365_provider", self.provider)}
        self.api.create("w365_provideraccount", {**tenant, **bind("w365_Account", "account", account)})

    def resold(self, **columns: Any) -> str:  # noqa: ANN401  as those of `subscription`
        """A subscription that is billed by seats and days, and that the supplier knows as s-1."""
        made = self.subscription(self.terms, externalid="s-1", **columns)
        self.api.update(Ref("w365_subscription", made), bind("w365_Provider", "w365_provider", self.provider))
        return made

    def imports(self, text: str, fuse: Fuse | None = None, *, provider: str | None = None, **columns: object) -> ImportReport:
        """Import charge lines as `small_partner.charges` reads them, of invoice G-1 unless `columns` say another."""
        api = self.tenant.webapi(fuse.guard(self.tenant.app)) if fuse else self.api
        run = Import(Supply(api), self.clock.now(), lambda _: None)
        return import_lines(charges(text, **{"invoice": "G-1", **columns}), "bill.csv", provider=provider, run=run)

    def lines(self) -> list[tuple[str, str, str]]:
        """Every kept line: the supplier's reference, its subtotal, its billing state."""
        return [
            (
                row["w365_linereference"].split(":")[0],
                f"{row['w365_subtotal']:.2f}",
                choice_label(LINE, "w365_billingstate", row["w365_billingstate"]),
            )
            for row in self.api.find(Query(LINE, LINES, order="w365_chargestart,w365_linereference"))
        ]

    def printed(self) -> list[list[tuple[str, str]]]:
        """Each document's lines as text and amount, in the order of the numbers."""
        shown: dict[str, list[tuple[str, str]]] = {invoice.id: [] for invoice in self.invoices()}
        columns = ("w365_description", "w365_amount", "_w365_invoice_value")
        for row in self.api.find(Query("w365_invoiceline", columns, order="w365_ordinal")):
            shown[row["_w365_invoice_value"]].append((row["w365_description"], f"{row['w365_amount']:.2f}"))
        return list(shown.values())
