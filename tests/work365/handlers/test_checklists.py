"""New customers and their documents over the real adapters: asked once, ticked by hand or themselves, released when complete."""

from __future__ import annotations

import pytest

from dataverse.query import Query
from dataverse.rows import bind, choice_value, status
from dataverse.webapi import Ref
from local.desks.checklists import AGREEMENT, FORM, PROFILE, ChecklistDesk
from local.desks.holds import ACCOUNT
from work365.errors import BadInput, Refused
from work365.holding.hold import HoldKind

ALL = "Missing: Agreement, Payment profile, Tax form"


@pytest.fixture
def desk() -> ChecklistDesk:
    """Three required items and an optional one; nobody was asked yet."""
    return ChecklistDesk()


def test_a_new_customer_is_asked_once_and_held(desk: ChecklistDesk) -> None:
    """With a row of the hold log that says what is to come; a second sweep writes nothing."""
    desk.enters("N-1")
    assert desk.follows() == 2
    assert desk.papers("N-1") == (ALL, "Documents", True)
    assert desk.done("N-1") == {AGREEMENT: (False, ""), PROFILE: (False, ""), FORM: (False, ""), "logo": (False, "")}
    [placed] = desk.holds.log("N-1")
    assert (placed.kind, placed.rule) == (HoldKind.DOCUMENTS, "new-customer")
    assert placed.reason == "New customer; to come: Agreement, Payment profile, Tax form"
    assert desk.follows() == 0


def test_release_waits_for_what_is_required_and_says_what(desk: ChecklistDesk) -> None:
    """Who ticked what and when stands there; what waited for the release happens with it; the log says who released."""
    desk.follows()
    assert desk.more(15)[1].startswith("Awaiting: credit hold")
    with pytest.raises(Refused, match=f"{ALL}\\. Tick what you have seen"):
        desk.releases(ACCOUNT)
    desk.stores_card(desk.account)
    desk.passes()
    assert desk.follows() == 1
    assert desk.done(ACCOUNT)[PROFILE] == (True, "Visa 4242 is active")
    desk.ticks_item(ACCOUNT, AGREEMENT, "Signed on paper, 3 March")
    with pytest.raises(Refused, match=r"Missing: Tax form\."):
        desk.releases(ACCOUNT)
    found = desk.ticks_item(ACCOUNT, FORM, "Not needed: no customer in the United States")
    by_hand, by_itself = found.entries[0], found.entries[1]
    assert (by_hand.by, by_hand.at, by_itself.by) == ("# Work365", desk.clock.now(), "")
    assert desk.papers(ACCOUNT) == ("Complete", "Documents", True)
    assert desk.releases(ACCOUNT) == 1
    assert desk.papers(ACCOUNT) == ("Complete", "", False)
    assert [(one.action.value, one.kind.value) for one in desk.holds.log(ACCOUNT)] == [
        ("Lifted", "Documents"),
        ("Placed", "Documents"),
    ]


def test_an_agreement_that_is_accepted_ticks_itself(desk: ChecklistDesk) -> None:
    """When somebody opens it again, it stays open until a person ticks it."""
    account = desk.enters("N-1")
    desk.follows()
    template = {
        "w365_name": "Terms",
        "w365_code": "terms",
        "w365_version": "1",
        "w365_language": "en",
        "w365_validfrom": "2026-01-01",
    }
    made = desk.api.create("w365_agreementtemplate", template)
    row = {"w365_name": "Terms 1", **status("w365_agreement", "Active"), "w365_signedon": desk.clock.now()}
    row |= bind("w365_Account", "account", account) | bind("w365_Template", "w365_agreementtemplate", made)
    desk.api.create("w365_agreement", row)
    assert desk.shown("N-1").entries[0].note == "Terms 1 accepted on 2026-03-16"
    desk.opens_item("N-1", AGREEMENT)
    assert (desk.follows(), desk.done("N-1")[AGREEMENT]) == (0, (False, "It is not signed"))
    assert desk.papers("N-1")[0] == ALL
    desk.ticks_item("N-1", AGREEMENT)
    assert desk.done("N-1")[AGREEMENT] == (True, "Seen")


def test_who_is_held_by_a_person_stays_so(desk: ChecklistDesk) -> None:
    """The checklist is asked; the hold is the person's, who lifts it whenever he likes."""
    desk.hold()
    desk.follows()
    assert desk.papers(ACCOUNT) == (ALL, "Manual", True)
    desk.lift()
    assert desk.papers(ACCOUNT)[1:] == ("", False)


def test_what_a_rule_holds_is_held_for_its_documents_too(desk: ChecklistDesk) -> None:
    """Else the rule would release it once it has paid."""
    rule = choice_value("account", "w365_holdkind", "Rule")
    desk.api.update(Ref("account", desk.account), {"creditonhold": True, "w365_holdkind": rule})
    desk.follows()
    assert desk.papers(ACCOUNT) == (ALL, "Documents", True)


def test_who_was_entered_before_is_asked_by_hand(desk: ChecklistDesk) -> None:
    """Items count for accounts that are entered from their day on; once each."""
    kind = choice_value("w365_checklistitem", "w365_kind", "By hand")
    late = {"w365_name": "Logo agreement", "w365_code": "late", "w365_kind": kind, "w365_validfrom": "2026-04-01"}
    desk.api.create("w365_checklistitem", late)
    desk.enters("N-1")
    desk.follows()
    assert "late" not in desk.done("N-1")
    with pytest.raises(Refused, match="has a checklist already"):
        desk.starts("N-1")


def test_what_is_typed_wrong_is_refused(desk: ChecklistDesk) -> None:
    """No such item, no note, ticked twice, opened twice, no such account."""
    desk.enters("N-1")
    desk.follows()
    with pytest.raises(BadInput, match="'passport' is not on this checklist, which has agreement, payment-profile"):
        desk.ticks_item("N-1", "passport")
    with pytest.raises(BadInput, match="say what was seen"):
        desk.ticks_item("N-1", FORM, " ")
    with pytest.raises(Refused, match="is not ticked"):
        desk.opens_item("N-1", FORM)
    desk.ticks_item("N-1", FORM, "W-8BEN")
    with pytest.raises(Refused, match="is ticked already: W-8BEN"):
        desk.ticks_item("N-1", FORM)
    with pytest.raises(BadInput, match="no account has the number 'N-9'"):
        desk.shown("N-9")


@pytest.mark.parametrize("empty", ["w365_code", "w365_kind", "w365_validfrom"])
def test_an_item_that_says_too_little_is_said_and_nobody_slips_through(desk: ChecklistDesk, empty: str) -> None:
    """An import may leave empty what the form asks for: once it is completed, who was entered meanwhile is asked and held."""
    (item,) = desk.api.find(Query("w365_checklistitem", ("w365_checklistitemid", empty), filter="w365_code eq 'tax-form'"))
    desk.api.update(Ref("w365_checklistitem", item["w365_checklistitemid"]), {empty: None})
    desk.enters("N-1")
    with pytest.raises(BadInput, match="item 'Tax form' says no code, kind or day; complete it under Checklist items"):
        desk.follows()
    desk.api.update(Ref("w365_checklistitem", item["w365_checklistitemid"]), {empty: item[empty]})
    desk.follows()
    assert desk.papers("N-1") == (ALL, "Documents", True)


def test_nobody_is_held_for_what_is_optional(desk: ChecklistDesk) -> None:
    """And nobody is asked while nothing is on the list."""
    for row in desk.api.find(Query("w365_checklistitem", ("w365_code",))):
        optional = row["w365_code"] == "logo"
        desk.api.update(
            Ref("w365_checklistitem", row["w365_checklistitemid"]), {} if optional else {"statecode": 1, "statuscode": 2}
        )
    desk.enters("N-1")
    desk.follows()
    assert desk.papers("N-1") == ("Complete", "", False)
    assert desk.holds.log("N-1") == []
