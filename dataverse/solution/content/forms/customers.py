"""What customers are to us: account, contract, agreement, what is checked and held."""

from __future__ import annotations

FORMS = {
    "account": """
header: accountnumber creditonhold owner
# Customer
Customer: name accountnumber primarycontactid parentaccountid emailaddress1 telephone1 taxcountry taxregion taxnumber paymentrule
What it is told: declinesnotices
Address: address1_line1 address1_city address1_postalcode address1_stateorprovince address1_country
Contracts = billingcontract by account
Subscriptions = subscription by account
# Invoices and payments
Money: balances!
Credit: creditlimit creditused! creditonhold holdkind holdreason documents!
Checklist = checklistentry by account
Exposure = exposure by account
Exposure by day = exposureday by account
Balances = accountbalance by account
Invoices = invoice by account
Open = invoice by account in Invoices with a balance
Payments = payment by account
Receipts = receipt by account
Write-offs = writeoff by account
Hold log = holdlog by account
Payment profiles = paymentprofile by account
# Tenants and agreements
Provider accounts = provideraccount by account
Agreements = agreement by account
# Tax
Exemptions = taxexemption by account
# Watch
Findings = finding by account
Notices = notice by account
Settings = setting by account
Refunds = refund by account
""",
    "agreementtemplate": """
header: code version status
# General
Template: code version name provider language validfrom validto link
Text: body
# Accepted
Agreements = agreement by template
""",
    "agreement": """
header: account template status owner
# General
Agreement: name account template provider provideraccount reportedon!
Signed: signedby signedbyemail signedbyphone signedfrom signedon
""",
    "billingcontract": """
header: status account nextinvoicedate owner
# Summary
Contract: number name account legalentity startdate enddate currency pricelist purchaseorder isdefault
How it is billed: frequency frequencycount billday cycleanchor scheduledby policy offsetdays prorate changesbilled
Discount and payment: discountpercent pricesincludetax paymenttermsdays
Amendments = amendment by contract
Where it stands: nextinvoicedate billedthrough! payer!
By the supplier's lines: supplierlinesfrom suppliermarkuppercent
Term: term termstart termend autorenew pausestops closeson! closingaskedon! closingrefund!
Subscriptions = subscription by contract
# Sending and paying
Recipients: billingemail secondaryemail additionalrecipients template
Notices: noticeemail noticerenewal noticereturnwindow noticeusagethreshold noticecardexpiry paymentreceipts
Questions: noticequestion noticeanswer
By itself: autosend autosync autocharge chargeretries paylink paymentprofile accountingsystem
Suspension: suspendoverduedays suspendazurespend
Printed: printusers
# Invoices
Invoices = invoice by contract
Cycles = billingschedule by contract
Missed cycles: catchup catchupreason catchupuntil
Decided = missedcycle by contract
# Changes
Change log = changelog by contract
Non-recurring items = nonrecurringitem by contract
Discounts = discount by contract
Instalment plans = instalmentplan by contract
# Usage and time
How it is printed: usagemarkuppercent usagegroup usagetag timerollup
Minimum and maximum: minimumamount minimumcycles maximumamount commitmentproduct
Meter prices = meterprice by contract
Time = timelog by contract
# Watch
Findings = finding by contract
Notices = notice by contract
Settings = setting by contract
""",
    "amendment": """
header: contract! effective! sequence!
# General
Amendment: name contract! subscription! payer! effective! recordedon! change! reason! terms!
""",
    "checklistitem": """
header: code kind optional state
# General
Item: name code kind optional ordinal validfrom
""",
    "checklistentry": """
header: account! optional! status owner
# General
Item: name! account! code! kind! optional! ordinal!
Seen to: tickedby! tickedon! note!
""",
    "holdlog": """
header: account! action! kind!
# General
Entry: name account! action! kind! rule! reason! subscription! change!
""",
}
