"""Our legal entities, their numbers and taxes; settings."""

from __future__ import annotations

FORMS = {
    "legalentity": """
header: code country timezone state
# General
Company: name code companyname taxregistration country timezone paymenttermsdays email phone
Its customers' portal: portaladdress team
Printed on documents: address bankdetails
# Numbers and taxes
Number series = numberseries by legalentity
Tax rates = taxrate by legalentity
Taxes: taxrounding taxengine taxcompany taxlocation taxsecretname
Exchange rates: rateagedays inverserates crossrates
# Contracts
Contracts = billingcontract by legalentity
Settings = setting by legalentity
# Tiers
Buys by = resellertier by legalentity
""",
    "numberseries": """
header: legalentity kind year nextnumber
# General
Series: name legalentity kind year prefix nextnumber! digits
""",
    "taxrate": """
header: legalentity place category percent
# General
Rate: name legalentity place category validfrom validto percent code note
What it means: vatcategory exemptcode registration
""",
    "taxexemption": """
header: account certificate validfrom validto
# General
Certificate: name account certificate category validfrom validto reason
""",
    "exchangerate": """
header: fromcurrency tocurrency ratedate rate
# General
Rate: name fromcurrency tocurrency ratedate rate source reason
""",
    "resellertier": """
header: legalentity provider contract validfrom
# General
Tier: name legalentity provider contract validfrom
""",
    "setting": """
header: level setting state
# General
Setting: name setting value level subject
For whom: legalentity account contract reason settledvalue!
""",
}
