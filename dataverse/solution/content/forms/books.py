"""What the accounting systems hear."""

from __future__ import annotations

FORMS = {
    "accountingsystem": """
header: code kind state
# General
System: code name kind companyreference tokensecretname incomeaccount baddebtaccount defaulttaxcode readbackto! moneycheckedto!
Failed exports = accountingexport by system in Failed exports
# Links
Links = accountinglink by system
Contracts = billingcontract by accountingsystem
""",
    "accountingexport": """
header: invoice! system! status version!
# General
Export: name invoice! system! version! externalnumber! externalid! externaltotal! senton! payloadhash! message!
Invoice @ invoice
""",
    "accountinglink": """
header: system localtable localid externalid
# General
Link: name system localtable localid externalid payloadhash!
""",
}
