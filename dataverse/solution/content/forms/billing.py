"""What is billed: invoices, what they are made of, questions about them, the runs."""

from __future__ import annotations

FORMS = {
    "nonrecurringitem": """
header: contract billingstate! status owner
# General
Item: name contract product description servicedate quantity unitprice unitcost discountpercent
Outcome: source plan! importfile! importrow! billingstate! invoice! note
Left out: exclusionreason excludedby! excludedon! exclusionlog!
""",
    "columnmap": """
header: code state
# General
Map: name code
Text: map
""",
    "usage": """
header: subscription usedon! quantity! billingstate!
# General
Usage: name subscription! usedon! meter! metercategory! quantity! unit! unitcost! cost! costcurrency!
Where: region! resourcegroup! resource! tags! lineid! version!
Outcome: certainty! billingstate! contract! invoice! billedamount! priorinvoice! prioramount!
Left out: exclusionreason excludedby! excludedon! exclusionlog!
""",
    "timelog": """
header: contract workedon billingstate! status
# General
Time: name contract service resource role workedon hours priceperhour costperhour description
Outcome: billingstate! invoice!
Left out: exclusionreason excludedby! excludedon! exclusionlog!
""",
    "instalmentplan": """
header: contract commitment status owner
# General
Plan: name contract subscription product description commitment surchargepercent parts firstdue everymonths
Ended early: endedon rest decidedby note
Instalments = nonrecurringitem by plan
""",
    "billingrun": """
header: asof! legalentity! status invoices!
# General
Run: name asof! legalentity! scope! contracts! invoices! chunks! finishedon! message!
Chunks = billingchunk by run
# Invoices
Invoices = invoice by run
Cycles = billingschedule by run
""",
    "billingchunk": """
header: run! ordinal! status invoices!
# General
Chunk: name run! ordinal! attempts! claimedon! invoices! findings! message!
""",
    "billingschedule": """
header: contract! cyclestart! purpose! invoice!
# General
Cycle: name contract! cyclestart! cycleend! purpose! reason! changeset! invoice! run!
""",
    "missedcycle": """
header: contract choice owner
# General
Cycle: name contract subscription cyclestart cycleend choice reason
""",
    "invoice": """
header: status balance! duedate owner
# Summary
Invoice: number! name kind account contract legalentity purchaseorder invoicedate duedate periodstart periodend
Totals: net! tax! total! amountcharged! writtenoff! balance! paidon! currency lastchargestatus! taxreference! taxstate!
Prepaid: prepaidused! prepaidleft!
Approval: verifiedby! verifiedon! approvalnote!
Contract @ contract
Lines = invoiceline by invoice
# Payments
Payments = payment by invoice
Credit applied = payment by creditnote
Allocations = allocation by invoice
Refunds = refund by creditnote
Write-offs = writeoff by invoice
Disputes = dispute by invoice
Reminders: noreminders reminderspauseduntil disputedamount remindernote remindedon!
Reminders sent = reminder by invoice
# Questions
Questions = question by invoice
# Sent
Outcome: senton! accountingreference!
Deliveries = delivery by invoice
Payment links = paymentlink by invoice
Exports = accountingexport by invoice
# Usage and time
Usage = usage by invoice
Time = timelog by invoice
# Work
Jobs = job by invoice
Findings = finding by invoice
""",
    "invoiceline": """
header: invoice! kind! amount! tax!
# General
Line: name invoice! ordinal! kind! description! product! subscription! contract! periodstart! periodend!
Amount: quantity! unitprice! listprice! fractionnumerator! fractiondenominator! amount! taxpercent! tax! taxcode!
Tax: taxcategorycode! taxnote! taxregistration! priceincludestax! pricecurrency! exchangerate!
Where it came from: change! origin!
Invoice @ invoice
# Earned
Earnings = earning by invoiceline
""",
    "question": """
header: invoice! status disputed! owner
# General
Question: name invoice! line! account! currency disputed!
Messages = questionmessage by question
Invoice @ invoice
""",
    "questionmessage": """
header: question! side! saidon!
# General
Message: name question! sequence! side! by! saidon! text!
""",
}
