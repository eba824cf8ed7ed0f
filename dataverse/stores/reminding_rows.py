"""Rows of invoices into what is reminded of, and what is taken into rows. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Create, Op, Update
from dataverse.rows import amount, bind, day, etag, instant, maybe, owned_by, status_label
from dataverse.stores import disputed, hold_rows, late_fee_rows, sending_rows, telling_rows
from dataverse.stores.inheriting import RECIPIENTS, Above
from dataverse.webapi import Ref
from work365.documents.recipients import recipients
from work365.errors import Refused
from work365.holding.hold import Action, HoldKind
from work365.ids import derived
from work365.money import currency
from work365.periods import days_at
from work365.ports.reminding import Logged
from work365.reminding.bundling import Debtor
from work365.reminding.owed import Owed
from work365.settings.catalogue import BY_NAME
from work365.settings.resolving import resolve, usable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from decimal import Decimal

    from dataverse.rows import Row
    from dataverse.stores.inheriting import Inherited
    from dataverse.stores.reminding_standing import Standing
    from work365.ports.reminding import Taking
    from work365.reminding.bundling import Bundle
    from work365.reminding.chasing import Due

INVOICE, REMINDER = "w365_invoice", "w365_reminder"
CHASED = ("w365_number", "w365_balance", "w365_noreminders", "w365_reminderspauseduntil", *disputed.COLUMNS)
"""What says whether, and of how much, an invoice is reminded."""
INVOICE_COLUMNS = (
    *("w365_invoicedate", "w365_duedate", *CHASED),
    *("_w365_account_value", "_w365_legalentity_value", "_w365_contract_value"),
)
CURRENCY = "transactioncurrencyid($select=isocurrencycode)"
INVOICE_EXPAND = (
    "w365_Account($select=name,emailaddress1,w365_language,creditonhold,w365_holdkind),"
    "w365_LegalEntity($select=w365_code,w365_companyname,w365_email,w365_phone,w365_template,w365_timezone,_w365_team_value),"
    f"w365_Contract($select={','.join(RECIPIENTS)},w365_autocharge,_w365_account_value,w365_number,statecode),{CURRENCY}"
)
LOGGED = ("w365_reminderid", "w365_day", "w365_plan", "w365_amount", "w365_fee", "w365_message", "createdon")
LOGGED_EXPAND = f"w365_Invoice($select=w365_number),w365_Account($select=name),{CURRENCY}"
OVERTAKEN = ("w365_reminderid", "w365_amount", "createdon")
OVERTAKEN_EXPAND = f"w365_Invoice($select={','.join(CHASED)};$expand=w365_LegalEntity($select=w365_timezone)),{CURRENCY}"
NOBODY = "nobody was told"


def owed(row: Row, known: Standing, *, collected: bool, billed_alone: bool) -> Owed:
    """An open invoice."""
    key, code = row["w365_invoiceid"], currency(row["transactioncurrencyid"]["isocurrencycode"])
    return Owed(
        id=key,
        number=row["w365_number"],
        account=row["_w365_account_value"],
        entity=row["_w365_legalentity_value"],
        contract=row["_w365_contract_value"] or "",
        contract_number=(row.get("w365_Contract") or {}).get("w365_number") or "",
        issued=day(row["w365_invoicedate"]),
        due=day(row["w365_duedate"]),
        balance=amount(row["w365_balance"], code),
        disputed=disputed.disputed(row, known.held_back, code),
        opted_out=bool(row["w365_noreminders"]),
        paused_until=maybe(day, row["w365_reminderspauseduntil"]),
        collected=collected,
        on_its_way=key in known.coming,
        taken=known.taken.get(key, frozenset()),
        charged=maybe(lambda value: amount(value, code), known.charged.get(key)),
        interest_to=known.interest_to.get(key),
        fees_before=maybe(lambda value: amount(value, code), known.fees_before.get(key)),
        billed_alone=billed_alone,
        version=etag(row),
    )


def bills_fees_alone(row: Row, said: Inherited) -> bool:
    """Whether a late fee of an invoice is a document of its own: by the setting, or as no run bills its contract any more.

    Errors: BadInput.
    """
    own = row.get("w365_Contract")
    above = Above(row["_w365_account_value"], row["_w365_legalentity_value"])
    return usable(resolve(BY_NAME["late-fee-document"], said.said_above("late-fee-document", above))) == "own" or (
        own is not None and own["statecode"] != 0
    )


def contract_of(row: Row, said: Inherited) -> Row:
    """What the contract of an invoice says as it counts; nothing where it has none. Errors: BadInput."""
    own = row.get("w365_Contract")
    if own is None:
        return {}
    email = row["w365_Account"]["emailaddress1"] or ""
    return said.filled(own, Above(row["_w365_account_value"], row["_w365_legalentity_value"], {}, email))


def hold_counts(row: Row, said: Inherited) -> bool:
    """Whether a credit hold keeps the customer of an invoice from ordering. Errors: BadInput."""
    return hold_rows.counts(Above(row["_w365_account_value"], row["_w365_legalentity_value"]), said)


def debtor(row: Row, contract: Row, *, hold_counts: bool) -> Debtor:
    """Who is reminded of an invoice: whoever it was sent to."""
    account, entity = row["w365_Account"], row["w365_LegalEntity"]
    found: tuple[str, ...] = ()
    problem = ""
    try:
        found = recipients(sending_rows.addresses({"w365_Contract": contract, "w365_Account": account}), account["name"])
    except Refused as error:
        problem = str(error)
    return Debtor(
        account=row["_w365_account_value"],
        entity=row["_w365_legalentity_value"],
        customer=account["name"] or "",
        addresses=found,
        problem=problem,
        sender=(entity["w365_companyname"], entity["w365_email"] or "", entity["w365_phone"] or ""),
        languages=(account["w365_language"] or "", telling_rows.template_language(entity["w365_template"] or "")),
        team=entity["_w365_team_value"] or "",
        zone=entity["w365_timezone"] or "UTC",
        awaits_documents=hold_rows.kind_of(account) is HoldKind.DOCUMENTS,
        hold_counts=hold_counts,
    )


def writes(taking: Taking, currency_id: str) -> Iterator[Op]:
    """One change set. Shape: a customer who cannot be reached has only the notice that says so; nothing is taken."""
    bundle = taking.bundle
    if not bundle.problem:
        for one in bundle.dues:
            yield Update(Ref(INVOICE, one.owed.id), {"w365_remindedon": taking.today}, one.owed.version)
            yield from late_fee_rows.writes(one, taking, currency_id)
            fee = late_fee_rows.of_reminder(one)
            yield Create(REMINDER, _reminder(one, currency_id) | fee | owned_by(bundle.debtor.team), one.id)
        yield from _hold(bundle)
    for notice in taking.notices:
        yield Create(telling_rows.NOTICE, telling_rows.new_row(notice), notice.id)


def _hold(bundle: Bundle) -> Iterator[Op]:
    """The hold of a last step, and the log's row of it: a person lifts it, also where a rule held; documents stay asked for."""
    last = next((one for one in bundle.dues if one.step.credit_hold), None)
    if last is None:
        return
    account = bundle.debtor.account
    reason = f"Invoice {last.owed.number} was reminded of and is still open {last.step.day} days after it was due"
    kind = HoldKind.DOCUMENTS if bundle.debtor.awaits_documents else HoldKind.MANUAL
    yield Update(Ref("account", account), hold_rows.held_row(kind, reason))
    row = hold_rows.logged(account, Action.PLACED, HoldKind.MANUAL, reason, rule=f"reminder plan {last.plan}")
    yield Create(hold_rows.LOG, row, derived("hold", last.id))


def _reminder(one: Due, currency_id: str) -> Row:
    return {
        "w365_name": f"{one.owed.number} {one.step.named}",
        "w365_day": one.step.day,
        "w365_plan": one.plan,
        "w365_dueon": one.on,
        "w365_amount": one.owed.asked.major,
        "w365_message": "; ".join(_done(one)) or None,
        "w365_suspends": one.step.suspend,
        **bind("w365_Invoice", INVOICE, one.owed.id),
        **bind("w365_Account", "account", one.owed.account),
        **bind("transactioncurrencyid", "transactioncurrency", currency_id),
    }


def _done(one: Due) -> Iterator[str]:
    """What a step does besides telling people, in words."""
    if one.step.credit_hold:
        yield f"the plan {one.plan} put the customer on credit hold"
    if one.step.suspend:
        what = "what is on its contract" if one.owed.contract else "nothing, as the invoice is on no contract"
        yield f"the plan {one.plan} asks for the suspension of {what}"
    if one.fee is not None:
        yield late_fee_rows.said(one, one.fee)


def logged(reminders: Iterable[Row], told: Iterable[Row]) -> Iterator[Logged]:
    """Every step with each of those who were told of it."""
    by_event: dict[str, list[Row]] = {}
    for notice in told:
        for event in (notice["w365_events"] or "").splitlines():
            by_event.setdefault(event, []).append(notice)
    for row in reminders:
        those = by_event.get(row["w365_reminderid"])
        yield from (_logged(row, notice) for notice in those) if those else (_logged(row, None),)


def _logged(row: Row, notice: Row | None) -> Logged:
    messages = (row["w365_message"], notice["w365_message"] if notice else None)
    code = currency(row["transactioncurrencyid"]["isocurrencycode"])
    return Logged(
        taken=instant(row["createdon"]),
        invoice=row["w365_Invoice"]["w365_number"],
        customer=(row.get("w365_Account") or {}).get("name") or "",
        day=row["w365_day"],
        plan=row["w365_plan"] or "",
        amount=str(amount(row["w365_amount"], code)),
        fee=str(amount(row["w365_fee"], code)) if row["w365_fee"] else "",
        to=NOBODY if notice is None else notice["w365_recipient"] or "staff",
        status="" if notice is None else status_label(telling_rows.NOTICE, notice),
        sent=maybe(instant, notice["w365_senton"]) if notice else None,
        message="; ".join(text for text in messages if text),
    )


def overtaken(reminder: Row, gateways: Mapping[str, Decimal]) -> str:
    """Why a reminder that was not handed over yet does not hold any more; "" while it does."""
    invoice = reminder["w365_Invoice"]
    code = currency(reminder["transactioncurrencyid"]["isocurrencycode"])
    asked = amount(invoice["w365_balance"], code) - disputed.disputed(invoice, gateways, code)
    if asked != amount(reminder["w365_amount"], code):
        return f"of {invoice['w365_number']} another amount is open by now"
    paused, day_in = maybe(day, invoice["w365_reminderspauseduntil"]), days_at(instant(reminder["createdon"]))
    zone = (invoice.get("w365_LegalEntity") or {}).get("w365_timezone") or "UTC"
    if invoice["w365_noreminders"] or (paused is not None and paused >= day_in(zone)):
        return f"{invoice['w365_number']} was paused"
    return ""
