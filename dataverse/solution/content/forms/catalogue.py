"""What is sold, for how much."""

from __future__ import annotations

FORMS = {
    "product": """
header: number billingtype isbundle state
# General
Product: number name printedname billingtype productclass taxcategory isbundle extendedpercent extendedannualpercent
Tiers: tiermodel packagesize freeunits
Text: description
# Prices
Prices = price by product
Promotions = promotion by product
# Bundle
Components = productcomponent by bundle
Part of = productcomponent by component
# Sold
Subscriptions = subscription by product
""",
    "productcomponent": """
header: bundle component quantity
# General
Component: name bundle component quantity billable shown
""",
    "pricelist": """
header: code currency state
# General
Price list: code name currency market segment paymentrule
Prices = price by pricelist
To approve = pricechange by pricelist in Prices to approve
# Contracts
Contracts = billingcontract by pricelist
""",
    "price": """
header: product pricelist unitprice validfrom
# General
Price: name product pricelist term billingplan tierfrom validfrom validto unitprice unitcost flatamount
""",
    "pricechange": """
header: pricelist kind product status
# General
Price: name pricelist product kind term billingplan tierfrom validfrom
Before and after: oldprice! unitprice! oldcost! unitcost!
Who: plan! place! source! stagedby! decidedby!
""",
    "refundpolicy": """
header: billingtype rule state
# General
Refund policy: name billingtype rule days providerdays
""",
    "promotion": """
header: code kind value status
# General
Promotion: code name product term billingplan kind value startdate enddate cyclesmax lasts
Who gets it: eligibility seatsmin seatsmax accounts
""",
    "meterprice": """
header: contract product validfrom status
# General
Price: name contract product validfrom markuppercent unitprice packagesize currency
Which usage: meter metercategory region tag
""",
}
