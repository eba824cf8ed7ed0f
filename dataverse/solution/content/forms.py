"""The main form of each table, as a person would sketch it.

    header: what stands beside the title, at most four columns
    # a tab
    A section: its columns, two side by side; `!` behind a word shows the column without letting anybody change it
    A section = table by lookup: the rows of that table which point here, optionally `in` one of its views
    A section @ lookup: a few columns of the row that the lookup points to (content/quick_forms.py)

Columns that no section names stand under "Administration". What the functions write (numbers, totals, outcomes) is shown, not
edited: a change made by hand would be a second truth. The form of account is one of ours beside those of others.
"""

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
For whom: legalentity account contract reason
""",
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
    "discount": """
header: contract subscription value enddate
# General
Discount: name contract subscription promotion! printedname kind value currency startdate enddate
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
    "provider": """
header: code kind state
# General
Provider: code name kind partnerreference
# Customers
Provider accounts = provideraccount by provider
Unmapped = provideraccount by provider in Unmapped provider accounts
# Bills
Provider invoices = providerinvoice by provider
""",
    "provideraccount": """
header: provider domain account owner
# General
Tenant: name provider externalid domain country account
Subscriptions = subscription by provideraccount
Agreements = agreement by provideraccount
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
Outcome: change! attempts! message!
""",
    "suspension": """
header: subscription cause! runningcost! status
# General
Suspension: name! subscription! account! contract! cause! reason! invoice!
What it goes on costing: runningcost! costcurrency! costwords! atsupplier!
Warnings: warnings! warnedon! since!
Decision: decidedby! decidedon! decisionreason pausejob! resumejob! message!
""",
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
    "meterprice": """
header: contract product validfrom status
# General
Price: name contract product validfrom markuppercent unitprice packagesize currency
Which usage: meter metercategory region tag
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
Profile: name account processor kind brand! lastfour! expirymonth! expiryyear! isdefault
At the gateway: customerreference! methodreference! mandatereference! sessionreference!
Request link: linkexpireson! linkcurrency! message!
Payments = payment by profile
""",
    "payment": """
header: status amount! invoice! owner
# General
Payment: name invoice account amount source currency attempt! profile processor receivedon receipt! creditnote!
Outcome: gatewayreference! failurecode! declineclass! declinedon! senton! job! message! returnedon! returnreason! spare!
Paid by link: customerreference! sessionreference!
Invoice @ invoice
Allocations = allocation by payment
Refunds = refund by payment
Disputes = dispute by payment
""",
    "paymentlink": """
header: invoice! expireson! status
# General
Payment link: name invoice! delivery! expireson! linkhash!
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
Overdue: overdue! oldestdue! overdue30! overdue60! overdue90! overduelonger!
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
    "providerinvoice": """
header: provider invoicedate open! status
# General
Bill: name provider number invoicedate periodstart periodend currency total linestotal! importedon! source
Compared: lines! matched! open! message!
Lines that differ = providerinvoiceline by providerinvoice in Lines that differ
# Lines
Lines = providerinvoiceline by providerinvoice
""",
    "providerinvoiceline": """
header: providerinvoice! chargetype! total! status
# General
Charge: name providerinvoice! linereference! chargetype! chargetypetext! chargestart! chargeend! orderdate!
Amount: quantity! unitcost! subtotal! tax! total! exchangerateused!
Compared: subscription provideraccount product quantitylogged! billed! invoiceline! explanation
Billed to the customer: contract billingstate invoice! part! costcurrency! billedamount! markuppercent! billedrate!
Left out: exclusionreason excludedby! excludedon! exclusionlog!
As received: raw!
Findings = finding by providerinvoiceline
""",
    "incentivetemplate": """
header: code frequency percent status
# General
Template: code name productclass revenue frequency basis measure negativenet percent startdate enddate
Plans = incentiveplan by template
""",
    "incentiveplan": """
header: person template percent state
# General
Plan: name person template percent startdate enddate note
Earnings = earning by plan
""",
    "earning": """
header: person amount! earnedon! status
# General
Earning: name person! plan! basis! earnedon! revenue! cost! percent! amount! currency
Where it came from: invoiceline! payment! reverses! payout! dispute
""",
    "payout": """
header: person amount! periodend! status
# General
Payout: name person! periodstart! periodend! amount! currency approvedby! approvedon! paidon reference
Earnings = earning by payout
""",
    "job": """
header: kind! status attempts! owner
# General
Job: name kind invoice payment profile amount currency notbefore
Outcome: startedon! finishedon! attempts! message!
Invoice @ invoice
# Done
Approvals = approval by job
Payments = payment by job
Deliveries = delivery by job
Refunds = refund by job
Write-offs = writeoff by job
""",
    "approval": """
header: matter! status answerby! askedby!
# General
Request: what! account! legalentity! amount! currency percent! why! facts!
Asked: askedby! askedon! answerby! job! number!
Answer: answeredby! inplaceof! answeredon! answer! reason!
""",
    "delegation": """
header: delegate startdate enddate owner
# General
Delegation: name delegate startdate enddate note
""",
    "delivery": """
header: invoice! recipient! status senton!
# General
Delivery: name invoice! recipient! attempt! job! begunon! senton! documenthash! messagereference! message!
Invoice @ invoice
""",
    "notice": """
header: kind! audience! status owner
# General
Notice: name! kind! audience! recipient! language! why!
What it says: body!
About: account contract subscription
Outcome: until! begunon! senton! messagereference! message! events!
""",
    "finding": """
header: severity code! status owner
# General
Finding: name code! severity! subject! source! message! value! decision
Difference: amount! currencycode! since! here! there! nextstep! closedon!
About: account contract subscription invoice providerinvoiceline
""",
}
"""By table."""
