"""The stores of a deployment, over its tenant."""

from __future__ import annotations

from functools import cached_property

from adapters.surroundings import Surroundings
from dataverse.stores.amending import AmendingStore
from dataverse.stores.balances import Balances
from dataverse.stores.billing import Billing
from dataverse.stores.books import Books
from dataverse.stores.changing import Changing
from dataverse.stores.closing import Closing
from dataverse.stores.crediting import Crediting
from dataverse.stores.currencies import Currencies
from dataverse.stores.disputing import Disputing
from dataverse.stores.exchange_rates import ExchangeRateRows
from dataverse.stores.issuing import Issuing
from dataverse.stores.jobs import Jobs
from dataverse.stores.one_off import OneOffs
from dataverse.stores.payments import Payments
from dataverse.stores.profiles import Profiles
from dataverse.stores.questions import Questions
from dataverse.stores.refunding import Refunding
from dataverse.stores.renewing import Renewals
from dataverse.stores.reselling import Reselling
from dataverse.stores.sending import Sending
from dataverse.stores.splitting import Splits
from dataverse.stores.statement_mail import StatementMail
from dataverse.stores.statements import StatementRows
from dataverse.stores.telling import Telling
from dataverse.stores.telling_approvals import ApprovalNews
from dataverse.stores.telling_cards import CardNews
from dataverse.stores.telling_money import PaymentNews
from dataverse.stores.writing_off import WritingOff


class Stores(Surroundings):
    """Rows in the domain's own words, each store built when it is first needed."""

    @cached_property
    def currencies(self) -> Currencies:
        """Ids and codes of the tenant's currencies."""
        return Currencies(self.api)

    @cached_property
    def billing(self) -> Billing:
        """Rows of the monthly run."""
        return Billing(self.api, self.currencies)

    @cached_property
    def jobs(self) -> Jobs:
        """Job rows."""
        return Jobs(self.api, self.currencies)

    @cached_property
    def payments(self) -> Payments:
        """Payment rows."""
        return Payments(self.api, self.currencies)

    @cached_property
    def profiles(self) -> Profiles:
        """Payment profiles that customers fill themselves."""
        return Profiles(self.api)

    @cached_property
    def refunding(self) -> Refunding:
        """Refunds, and what they change."""
        return Refunding(self.api, self.currencies, self.payments)

    @cached_property
    def writing_off(self) -> WritingOff:
        """What is given up of invoices."""
        return WritingOff(self.api, self.currencies)

    @cached_property
    def disputing(self) -> Disputing:
        """Disputes, and what they change."""
        return Disputing(self.api, self.currencies, self.payments)

    @cached_property
    def balances(self) -> Balances:
        """What customers owe."""
        return Balances(self.api, self.currencies)

    @cached_property
    def books(self) -> Books:
        """Rows about the accounting systems."""
        return Books(self.api)

    @cached_property
    def issuing(self) -> Issuing:
        """Documents that a person verifies and issues."""
        return Issuing(self.api)

    @cached_property
    def crediting(self) -> Crediting:
        """Documents that a person credits or cancels."""
        return Crediting(self.api, self.currencies)

    @cached_property
    def closing(self) -> Closing:
        """Contracts that are closed."""
        return Closing(self.api, self.currencies)

    @cached_property
    def one_offs(self) -> OneOffs:
        """Invoices outside the cycle."""
        return OneOffs(self.api, self.currencies)

    @cached_property
    def amending(self) -> AmendingStore:
        """Contracts that are amended."""
        return AmendingStore(self.api, self.currencies)

    @cached_property
    def changing(self) -> Changing:
        """Subscriptions that are changed, and planned changes."""
        return Changing(self.api, self.currencies)

    @cached_property
    def renewals(self) -> Renewals:
        """Terms that end."""
        return Renewals(self.api, self.currencies)

    @cached_property
    def splits(self) -> Splits:
        """Subscriptions that several contracts pay for."""
        return Splits(self.api, self.currencies, self.clock.now)

    @cached_property
    def reselling(self) -> Reselling:
        """Tiers of resellers, and what each is billed for."""
        return Reselling(self.api, self.currencies, self.clock.now)

    @cached_property
    def rates(self) -> ExchangeRateRows:
        """The book of exchange rates."""
        return ExchangeRateRows(self.api)

    @cached_property
    def sending(self) -> Sending:
        """Rows about what is sent."""
        return Sending(self.api)

    @cached_property
    def telling(self) -> Telling:
        """Rows of what people are told."""
        return Telling(self.api)

    @cached_property
    def payment_news(self) -> PaymentNews:
        """Rows about payments that their customers are told of."""
        return PaymentNews(self.api, self.currencies)

    @cached_property
    def questions(self) -> Questions:
        """Rows about what customers ask, and who is told of it."""
        return Questions(self.api, self.currencies)

    @cached_property
    def card_news(self) -> CardNews:
        """Rows about cards that expire."""
        return CardNews(self.api)

    @cached_property
    def approval_news(self) -> ApprovalNews:
        """Rows about requests that approvers are told of."""
        return ApprovalNews(self.api)

    @cached_property
    def statements(self) -> StatementRows:
        """Rows that statements of account are drawn up from."""
        return StatementRows(self.api)

    @cached_property
    def statement_mail(self) -> StatementMail:
        """Rows of statements of account that are mailed."""
        return StatementMail(self.api)
