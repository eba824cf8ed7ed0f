"""What is paid, given back and given up, by which means; balances and limits; reminders."""

from __future__ import annotations

FORMS = {
    "paymentprocessor": """
header: code kind isdefault state
# General
Processor: code name kind isdefault secretname webhooksecretname moneyreadto! moneycheckedto!
Payouts = gatewaypayout by processor
Profiles = paymentprofile by processor
""",
    "paymentrule": """
header: methods paidfirst state
# General
Payment rule: name methods paidmonthlypercent paidfirst
Surcharges: cardsurcharge bankdebitsurcharge transfersurcharge surchargeproduct
Price lists = pricelist by paymentrule
""",
    "paymentprofile": """
header: account processor kind status
# General
Profile: name account processor kind brand! lastfour! expirymonth! expiryyear! isdefault refusedon
At the gateway: customerreference! methodreference! mandatereference! sessionreference!
Request link: linkexpireson! linkcurrency! message!
Payments = payment by profile
""",
    "payment": """
header: status amount! invoice! owner
# General
Payment: name invoice account amount source currency attempt! profile processor receivedon receipt! creditnote! leftoverof!
Outcome: gatewayreference! failurecode! declineclass! declinedon! senton! job! message! returnedon! returnreason! spare!
Paid by link: customerreference! sessionreference!
Invoice @ invoice
Allocations = allocation by payment
Paid with what is left over = payment by leftoverof
Refunds = refund by payment
Disputes = dispute by payment
""",
    "paymentlink": """
header: invoice! expireson! status
# General
Payment link: name invoice! delivery! notice! expireson! linkhash!
Invoice @ invoice
""",
    "allocation": """
header: payment invoice amount
# General
Allocation: name payment invoice amount currency
""",
    "receipt": """
header: account unapplied! status owner
# General
Receipt: name account! legalentity! method! reference! receivedon! currency! amount! unapplied! returnedon! returnreason!
What it was posted for: postedfor!
Payments = payment by receipt
""",
    "accountbalance": """
header: account balance! overdue! owner
# General
Balance: name account! currency! balance! openamount! unapplied!
Overdue: overdue! oldestdue! timezone! overdue30! overdue60! overdue90! overduelonger!
""",
    "gatewaypayout": """
header: processor! amount! status arriveson!
# General
Payout: name processor! reference! amount! currencycode! fees! payments! madeon! arriveson! message!
Parts = gatewaymovement by payout
""",
    "gatewaymovement": """
header: kind! amount! movedon!
# General
Movement: name processor! reference! kind! amount! currencycode! paymentreference! paymentmark! mark! movedon!
Settled: settled! fee! settledin! payout!
""",
    "exposure": """
header: account! usedpercent! available! owner
# General
Limit: name account! currency! creditlimit! exposure! available! usedpercent!
What it is the sum of: openamount! overdue! unapplied! usage! committed! waiting!
Not counted: unknown! orderedsince!
""",
    "exposureday": """
header: account! day! usedpercent!
# General
Limit: name account! day! currency! creditlimit! exposure! available! usedpercent!
What it is the sum of: openamount! overdue! unapplied! usage! committed! waiting!
Not counted: unknown!
""",
    "prepaidbalance": """
header: account balance! state owner
# General
Balance: name account! legalentity! currency! balance!
Movements = prepaidmovement by balance
""",
    "prepaidmovement": """
header: balance! kind! amount!
# General
Movement: name balance! kind! amount! movedon! expires! invoice! lot! reason!
""",
    "writeoff": """
header: invoice! kind! amount!
# General
Write-off: name invoice! account! kind! amount! currency! movedon! reason! payment! job!
""",
    "refund": """
header: status amount! payment! owner
# General
Refund: name payment account amount currency attempt! reason creditnote
Outcome: gatewayreference! failurecode! senton! job! message! givenon! camebackon!
""",
    "dispute": """
header: status away! evidencedueby! owner
# General
Dispute: name payment! invoice! account! currency amount! taken! away! reason!
Outcome: takenon! backon! evidencedueby! gatewayreference! message!
""",
    "reminderplan": """
header: code state
# General
Plan: name code
Late fees: feeproduct currency gracedays feecap
Steps = reminderstep by plan
""",
    "reminderstep": """
header: plan day channel state
# General
Step: name plan day channel credithold suspend
Late fee: fee feepercent yearlyinterest
Texts: texten textde textes
""",
    "reminder": """
header: invoice! day! dueon! owner
# General
Reminder: name invoice! account! day! plan! dueon! amount! currency! message!
Late fee: fee! interestto! feeitem!
Invoice @ invoice
""",
}
