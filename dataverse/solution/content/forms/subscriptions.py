"""Subscriptions, their log, what is planned for them, who bears their seats."""

from __future__ import annotations

FORMS = {
    "discount": """
header: contract subscription value enddate
# General
Discount: name contract subscription promotion! printedname kind value currency startdate enddate
""",
    "subscription": """
header: status account quantity! owner
# Summary
Subscription: name account contract product printedname parent startdate enddate billable
Price: quantity! unitprice unitcost listprice currency term billingplan commitmentend pricedon ownpricefrom! usagethreshold
Its own cycles: frequency frequencycount cycleanchor schedules!
At the end of the term: termstart atend renewalprice renewalpercent extended!
At the provider: provider provideraccount externalid lastsequence! supplierwindows! continuedfrom!
Split: splitof! splitfrom! heldback!
Tiers: tierof!
Contract @ contract
Change log = changelog by subscription
Discounts = discount by subscription
Amendments = amendment by subscription
Missed cycles = missedcycle by subscription
# Planned
Scheduled changes = scheduledchange by subscription
Components = subscription by parent
Splits = seatsplit by subscription
Parts of payers = subscription by splitof
Tiers above = subscription by tierof
# Billed
Instalment plans = instalmentplan by subscription
Invoice lines = invoiceline by subscription
Usage = usage by subscription
# Watch
Findings = finding by subscription
Notices = notice by subscription
Provider's lines = providerinvoiceline by subscription
""",
    "changelog": """
header: subscription sequence! event! billingstate!
# General
Change: name subscription! contract! sequence! event! effective! recordedon! askedon! quantity! quantitydelta! unitprice!
Where it came from: source! reference! provisioningstate! billingstate! invoice! note
Left out: exclusionreason excludedby! excludedon! exclusionlog!
""",
    "scheduledchange": """
header: subscription event dueon status
# General
Change: name subscription event dueon quantity unitprice refund product contract into source note
Paid before: prepayment! payby!
Outcome: change! attempts! message! editedby!
""",
    "suspension": """
header: subscription cause! runningcost! status
# General
Suspension: name! subscription! account! contract! cause! reason! invoice!
What it goes on costing: runningcost! costcurrency! costwords! atsupplier!
Warnings: warnings! warnedon! since!
Decision: decidedby! decidedon! decisionreason pausejob! resumejob! message!
""",
    "seatsplit": """
header: subscription validfrom owner
# General
Split: name subscription validfrom rest restto licence
Shares = seatshare by split
""",
    "seatshare": """
header: split contract owner
# General
Who pays: name split ordinal contract
For which seats: foundby attribute values seats included minimum
""",
    "tenantuser": """
header: provideraccount validfrom! validto!
# General
User: name provideraccount! userid! validfrom! validto!
Found by: attributes! groups! licences!
""",
}
