"""What can be made to wait for an approver: one line for each matter, with its setting and what is measured of it."""

from __future__ import annotations

from enum import Enum


class Matter(Enum):
    """One kind of request that a threshold may catch.

    Shape: the label of the choice in the table model, the setting that says from where on it waits, what is measured of it in
    words, and whether that is a percentage; else it is an amount of money.
    """

    PURCHASE = ("Purchase", "approve-purchases", "added a month", False)
    REDUCTION = ("Reduction", "approve-reductions", "taken away a month", False)
    DISCOUNT = ("Discount", "approve-discounts", "off the price", True)
    CREDIT = ("Credit", "approve-credits", "credited", False)
    REFUND = ("Refund", "approve-refunds", "given back", False)
    WRITE_OFF = ("Write-off", "approve-write-offs", "written off", False)
    RENEWAL = ("Renewal", "approve-renewals", "a month from its renewal on", False)
    PRICE_LIST = ("Price list", "approve-price-lists", "between the old price and the new one", True)
    OVER_LIMIT = ("Order over limit", "approve-over-limit", "over the credit limit", False)

    def __init__(self, label: str, setting: str, measured: str, in_percent: bool) -> None:
        self.label = label
        self.setting = setting
        self.measured = measured
        self.in_percent = in_percent


BY_LABEL = {matter.label: matter for matter in Matter}
OF_A_CHANGE = (Matter.PURCHASE, Matter.REDUCTION, Matter.DISCOUNT, Matter.OVER_LIMIT)
"""What a change of a subscription may touch."""
