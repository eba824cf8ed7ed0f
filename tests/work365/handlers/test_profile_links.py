"""Request links over the real adapters: the customer, the gateway's page, its events, the sweep."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query, eq
from dataverse.rows import bind
from dataverse.webapi import Ref
from local.dataverse import seed
from local.desks.links import LinkDesk, Shown
from local.stripe.checkout_setup import WAITING_ACCOUNT
from local.stripe.enrolling import control, post
from work365.errors import BadInput, Refused
from work365.handlers import profile_links
from work365.ports.profiles import ProfileHint
from work365.receivables.links import LinkClosed, LinkTrouble, hashed
from work365.receivables.payments import ProfileId

if TYPE_CHECKING:
    from collections.abc import Iterator

VISA = Shown("Active", "Visa", "4242", default=True)
WAITS = Shown("Pending", "", "", default=False)
IBAN = "DE89370400440532013000"


@pytest.fixture
def desk() -> Iterator[LinkDesk]:
    """A tenant that listens to the gateway."""
    listening = LinkDesk()
    listening.listen()
    yield listening
    listening.close()


def refused(desk: LinkDesk, token: str) -> LinkTrouble:
    """Why a link opens nothing."""
    with pytest.raises(LinkClosed) as caught:
        desk.open(token)
    return caught.value.trouble


@pytest.mark.parametrize(
    ("currency", "instrument", "shown", "mandate"),
    [
        ("EUR", "pm_card_visa", VISA, False),
        ("USD", "pm_card_mastercard", Shown("Active", "Mastercard", "4444", default=True), False),
        ("EUR", IBAN, Shown("Active", "37040044", "3000", default=True), True),
        ("USD", "pm_usBankAccount_success", Shown("Active", "STRIPE TEST BANK", "6789", default=True), True),
        ("GBP", "108800 00012345", Shown("Active", "108800", "2345", default=True), True),
    ],
)
def test_a_customer_stores_a_card_or_an_account(
    desk: LinkDesk, currency: str, instrument: str, shown: Shown, mandate: bool
) -> None:
    """Pending until the gateway confirms; then token, brand, last four, expiry and mandate, and nothing else."""
    token, asked = desk.request(currency)
    assert desk.shown(asked.id) == WAITS
    desk.finish(desk.open(token), instrument)
    assert desk.shown(asked.id) == WAITS
    desk.stripe.deliver()
    assert desk.shown(asked.id) == shown
    assert bool(desk.row(asked.id)["w365_mandatereference"]) is mandate


def test_what_was_stored_is_charged(desk: LinkDesk) -> None:
    """The profile that a link made takes money like any other."""
    token, asked = desk.request()
    desk.finish(desk.open(token))
    desk.stripe.deliver()
    desk.account = desk.northwind
    invoice = desk.invoice()
    desk.run(desk.job(invoice, profile=ProfileId(asked.id)))
    assert desk.bill(invoice).status == "Paid"


@pytest.mark.parametrize(
    ("currency", "account"),
    [("EUR", IBAN), ("USD", "pm_usBankAccount_success"), ("GBP", "108800 00012345")],
    ids=["SEPA", "ACH", "Bacs"],
)
def test_what_was_stored_with_a_mandate_is_debited(desk: LinkDesk, currency: str, account: str) -> None:
    """Under way until the bank has answered, then paid."""
    token, asked = desk.request(currency)
    desk.finish(desk.open(token), account)
    desk.stripe.deliver()
    desk.account = desk.northwind
    invoice = desk.invoice(**bind("transactioncurrencyid", "transactioncurrency", seed.currency_id(currency)))
    desk.run(desk.job(invoice, profile=ProfileId(asked.id)))
    assert (desk.bill(invoice).payments, desk.bill(invoice).charged) == (("Processing",), "0.00")
    desk.later(days=5)
    desk.stripe.deliver()
    assert (desk.bill(invoice).payments, desk.bill(invoice).status) == (("Succeeded",), "Paid")


@pytest.mark.parametrize(
    ("instrument", "kept"),
    [
        ("pm_card_visa", {"brand": "Visa", "lastfour": "4242", "expirymonth": 12, "expiryyear": 2028}),
        (IBAN, {"brand": "37040044", "lastfour": "3000", "mandatereference": "mandate_00000000000018"}),
    ],
    ids=["card", "account"],
)
def test_nothing_else_is_kept_of_a_card_or_an_account(desk: LinkDesk, instrument: str, kept: dict[str, object]) -> None:
    """Of every column that says something: beside these the gateway's ids, whose it is, and the link's hash."""
    token, asked = desk.request()
    desk.finish(desk.open(token), instrument)
    desk.stripe.deliver()
    [row] = desk.quiet.find(Query("w365_paymentprofile", (), eq("w365_paymentprofileid", asked.id)))
    said = {name.removeprefix("w365_"): value for name, value in row.items() if name.startswith("w365_") and value is not None}
    ours = {"paymentprofileid", "name", "kind", "isdefault", "message", "linkhash", "linkexpireson", "linkcurrency"}
    gateways = {"customerreference", "methodreference", "sessionreference"}
    assert {name: value for name, value in said.items() if name not in ours | gateways} == kept


def test_a_link_opens_one_page_until_it_is_finished(desk: LinkDesk) -> None:
    """Opened twice, it is the same page and one customer at the gateway; finished, it opens nothing."""
    token, asked = desk.request()
    page = desk.open(token)
    desk.later(hours=20)
    assert desk.open(token) == page
    desk.finish(page)
    assert refused(desk, token) is LinkTrouble.USED
    assert desk.shown(asked.id) == VISA, "opening it again asked the gateway, before any event came"
    assert refused(desk, token) is LinkTrouble.USED


def test_a_page_that_ran_out_is_followed_by_another(desk: LinkDesk) -> None:
    """The gateway's page lives a day, the link a week."""
    token, asked = desk.request()
    first = desk.open(token)
    desk.later(hours=25)
    second = desk.open(token)
    assert second != first
    desk.finish(second)
    desk.stripe.deliver()
    assert desk.shown(asked.id) == VISA
    pages = [event["data"]["object"] for event in control(desk.stripe, "events") if event["type"].startswith("checkout.")]
    assert sorted(page["status"] for page in pages) == ["complete", "expired"]
    assert {page["customer"] for page in pages} == {desk.row(asked.id)["w365_customerreference"]}


@pytest.mark.parametrize("token", ["", "short", "x" * 43, "y" * 400, "ü" * 43, "' or 1 eq 1 or '" * 3])
def test_an_unknown_link_says_nothing(desk: LinkDesk, token: str) -> None:
    """Whatever was typed: no page, and no word about anybody."""
    with pytest.raises(LinkClosed) as caught:
        desk.open(token)
    assert (caught.value.trouble, caught.value.language) == (LinkTrouble.UNKNOWN, "")


def test_a_link_expires(desk: LinkDesk) -> None:
    """After its days it opens nothing, and the profile that waited for it is closed by the sweep."""
    token, asked = desk.request(good_for=timedelta(days=2))
    desk.later(days=2)
    assert refused(desk, token) is LinkTrouble.EXPIRED
    assert desk.sweep_links() == 1
    assert desk.shown(asked.id).status == "Inactive"
    assert desk.row(asked.id)["w365_message"] == "The link expired before anything was stored; send a new one."
    assert refused(desk, token) is LinkTrouble.EXPIRED


def test_a_page_opened_in_the_links_last_minute_may_still_be_finished(desk: LinkDesk) -> None:
    """The sweep closes a profile only when the gateway's page has ended as well."""
    token, asked = desk.request(good_for=timedelta(days=1))
    desk.later(hours=23, minutes=59)
    page = desk.open(token)
    desk.later(minutes=30)
    assert desk.sweep_links() == 0
    desk.finish(page)
    assert desk.sweep_links() == 1
    assert desk.shown(asked.id) == VISA


def test_the_sweep_finds_what_no_event_told(desk: LinkDesk) -> None:
    """Webhooks may be lost for ever."""
    token, asked = desk.request()
    desk.finish(desk.open(token))
    assert desk.sweep_links() == 1
    assert desk.shown(asked.id) == VISA
    assert desk.sweep_links() == 0


def test_an_account_that_its_bank_confirms_later_waits(desk: LinkDesk) -> None:
    """Microdeposits take days: the link is used, the profile is pending until the bank has answered."""
    token, asked = desk.request("USD")
    page = desk.open(token)
    desk.finish(page, WAITING_ACCOUNT)
    desk.stripe.deliver()
    assert desk.shown(asked.id) == WAITS
    assert refused(desk, token) is LinkTrouble.USED
    desk.later(days=9)
    assert desk.sweep_links() == 0, "the link's time is over, but the bank has still to answer"
    control(desk.stripe, "verify", {"session": page.rsplit("/", 1)[-1]})
    desk.stripe.deliver()
    assert desk.shown(asked.id).status == "Active"


def test_a_second_card_leaves_the_default_alone(desk: LinkDesk) -> None:
    """The first one that a customer stores is the default, and both belong to one customer at the gateway."""
    profiles = []
    for instrument in ("pm_card_visa", "pm_card_amex"):
        token, asked = desk.request()
        desk.finish(desk.open(token), instrument)
        desk.stripe.deliver()
        profiles.append(asked.id)
    assert [desk.shown(one).default for one in profiles] == [True, False]
    assert len({desk.row(one)["w365_customerreference"] for one in profiles}) == 1


def test_a_card_after_one_that_was_refused_for_good_is_the_default(desk: LinkDesk) -> None:
    """Otherwise what charges by itself would go on with the first."""
    for instrument in ("pm_card_visa", "pm_card_amex"):
        token, asked = desk.request()
        desk.finish(desk.open(token), instrument)
        desk.stripe.deliver()
        if instrument == "pm_card_visa":
            desk.quiet.update(Ref("w365_paymentprofile", asked.id), {"w365_refusedon": desk.now.date()})
        desk.later(minutes=1)
    desk.account = desk.northwind
    chosen = desk.payments.case(desk.invoice(), None).profile
    assert chosen is not None
    assert chosen.brand == "Amex"


def test_a_card_that_the_gateway_renews_is_no_longer_refused(desk: LinkDesk) -> None:
    """What the gateway holds differs from what was refused; news without a difference change nothing."""
    token, asked = desk.request()
    desk.finish(desk.open(token))
    desk.stripe.deliver()
    profile, hint = Ref("w365_paymentprofile", asked.id), ProfileHint(asked.id)
    desk.quiet.update(profile, {"w365_refusedon": desk.now.date()})
    desk.told(hint)
    assert desk.quiet.read(profile, select=("w365_refusedon",))["w365_refusedon"] == "2026-03-10"
    desk.quiet.update(profile, {"w365_lastfour": "9979"})
    desk.told(hint)
    assert desk.quiet.read(profile, select=("w365_refusedon",))["w365_refusedon"] is None
    assert desk.shown(asked.id) == VISA


def test_a_card_that_is_taken_away_at_the_gateway_is_charged_no_more(desk: LinkDesk) -> None:
    """payment_method.detached: the gateway is asked, the profile is Inactive, and a charge is refused in words."""
    token, asked = desk.request()
    desk.finish(desk.open(token))
    desk.stripe.deliver()
    post(desk.stripe, f"/v1/payment_methods/{desk.row(asked.id)['w365_methodreference']}/detach", {})
    desk.stripe.deliver()
    assert desk.shown(asked.id) == Shown("Inactive", "Visa", "4242", default=False)
    desk.account = desk.northwind
    job = desk.job(desk.invoice(), profile=ProfileId(asked.id))
    desk.run(job)
    assert desk.state_of(job)[0] == "Refused"
    assert "is inactive; choose another one or ask the customer for a new one" in desk.state_of(job)[1]


def test_a_card_that_was_taken_away_unheard_is_charged_no_more_either(desk: LinkDesk) -> None:
    """The event is lost; the first charge finds out, and from then on the profile is refused."""
    token, asked = desk.request()
    desk.finish(desk.open(token))
    desk.stripe.deliver()
    post(desk.stripe, f"/v1/payment_methods/{desk.row(asked.id)['w365_methodreference']}/detach", {})
    desk.account = desk.northwind
    first, second = (desk.job(desk.invoice(), profile=ProfileId(asked.id)) for _ in range(2))
    desk.run(first)
    state, says = desk.state_of(first)
    assert (state, says[:53]) == ("Refused", "The card was declined: it was removed at the gateway.")
    desk.run(second)
    assert "Visa ending 4242 was refused for good on 2026-03-10" in desk.state_of(second)[1]


def test_a_mandate_that_the_bank_ends_is_debited_no_more(desk: LinkDesk) -> None:
    """mandate.updated to inactive."""
    token, asked = desk.request()
    desk.finish(desk.open(token), IBAN)
    desk.stripe.deliver()
    control(desk.stripe, "revoke", {"mandate": desk.row(asked.id)["w365_mandatereference"]})
    desk.stripe.deliver()
    assert desk.shown(asked.id).status == "Inactive"


def test_events_in_any_order_and_number_end_the_same(desk: LinkDesk) -> None:
    """Repeated, reversed and late: one active profile; and late news never bring a revoked one back."""
    token, asked = desk.request()
    desk.finish(desk.open(token))
    for _ in range(2):
        for event in control(desk.stripe, "events"):
            control(desk.stripe, "send", {"event": event["id"]})
    control(desk.stripe, "deliver", {"order": "newest first"})
    assert desk.shown(asked.id) == VISA
    post(desk.stripe, f"/v1/payment_methods/{desk.row(asked.id)['w365_methodreference']}/detach", {})
    for event in control(desk.stripe, "events"):
        control(desk.stripe, "send", {"event": event["id"]})
    control(desk.stripe, "deliver", {"order": "newest first"})
    assert desk.shown(asked.id).status == "Inactive"


def test_an_event_about_somebody_elses_page_is_dropped(desk: LinkDesk) -> None:
    """Ids that we do not know, and what is no id at all."""
    assert desk.told(ProfileHint(profile="not-an-id")) is None
    assert desk.told(ProfileHint(profile="11111111-2222-3333-4444-555555555555")) is None
    assert desk.told(ProfileHint(method="pm_unknown")) is None


def test_a_withdrawn_link_stores_nothing(desk: LinkDesk) -> None:
    """Also where its page is open already."""
    token, asked = desk.request()
    page = desk.open(token)
    profile_links.withdraw(ProfileId(asked.id), book=desk.profiles)
    assert refused(desk, token) is LinkTrouble.EXPIRED
    desk.finish(page)
    desk.stripe.deliver()
    assert desk.shown(asked.id).status == "Inactive"
    with pytest.raises(Refused, match="is inactive already"):
        profile_links.withdraw(ProfileId(asked.id), book=desk.profiles)


@pytest.mark.parametrize("days", [0, -1, 31])
def test_a_link_lasts_a_month_at_most(desk: LinkDesk, days: int) -> None:
    """And not less than nothing."""
    with pytest.raises(BadInput, match="1 to 30 days"):
        desk.request(good_for=timedelta(days=days))


def test_the_token_is_nowhere(desk: LinkDesk, caplog: pytest.LogCaptureFixture) -> None:
    """Not in a row, not at the gateway, not in a log or an error: only its hash is kept."""
    caplog.set_level(logging.DEBUG)
    token, asked = desk.request()
    desk.finish(desk.open(token))
    desk.stripe.deliver()
    with pytest.raises(LinkClosed) as caught:
        desk.open(token)
    row = desk.row(asked.id)
    assert row["w365_linkhash"] == hashed(token)
    everything = [
        *desk.quiet.find(Query("w365_paymentprofile", ())),
        control(desk.stripe, "events"),
        [str(sent) for sent in desk.fuse.sent],
        str(caught.value),
        caplog.text,
    ]
    assert token not in repr(everything)
