"""Which columns the lists of a table show, in order. `+` and `-` say what they are sorted by, upwards and downwards.

`word:width` sets a width in pixels; without it the type of the column decides.
"""

from __future__ import annotations

COLUMNS = {
    "legalentity": "+code companyname country timezone paymenttermsdays email state",
    "numberseries": "legalentity kind -year prefix nextnumber digits state",
    "taxrate": "legalentity place category -validfrom validto percent vatcategory code note state",
    "taxexemption": "account category certificate validfrom +validto reason state",
    "exchangerate": "-ratedate fromcurrency tocurrency rate source reason state",
    "resellertier": "legalentity provider contract -validfrom state",
    "setting": "+setting level subject value account contract legalentity modified modifier",
    "product": "+number printedname:240 billingtype productclass taxcategory isbundle state",
    "productcomponent": "+bundle component quantity billable shown",
    "pricelist": "+code name currency state",
    "price": "+product pricelist term billingplan tierfrom -validfrom unitprice unitcost state",
    "pricechange": "pricelist +product kind term billingplan tierfrom validfrom oldprice unitprice unitcost plan stagedby status",
    "promotion": "+code name product kind value -startdate enddate eligibility status",
    "refundpolicy": "+billingtype rule days providerdays state",
    "provider": "+code name kind partnerreference state",
    "provideraccount": "provider +domain externalid country account owner state",
    "agreementtemplate": "+code -version name provider language validfrom validto status",
    "agreement": "+account template provider signedby signedbyemail -signedon reportedon status",
    "billingcontract": "+number account frequency policy billday nextinvoicedate billedthrough currency owner status",
    "amendment": "contract -effective change:260 subscription reason recordedon sequence",
    "subscription": "+account product quantity unitprice currency contract startdate commitmentend externalid status",
    "changelog": (
        "subscription -sequence event effective quantity quantitydelta unitprice source provisioningstate billingstate invoice"
    ),
    "discount": "contract subscription printedname kind value +startdate enddate promotion state",
    "scheduledchange": "subscription event +dueon quantity unitprice product source attempts status message",
    "suspension": "subscription account cause reason runningcost costcurrency warnings -since decidedby status",
    "nonrecurringitem": "contract description:240 product -servicedate quantity unitprice source billingstate invoice status",
    "columnmap": "+code name state",
    "usage": "subscription -usedon resourcegroup resource:240 meter quantity unit cost costcurrency certainty billingstate",
    "timelog": "contract -workedon resource role service hours priceperhour billingstate invoice status",
    "instalmentplan": "contract description:240 commitment surchargepercent parts -firstdue endedon rest status",
    "meterprice": "contract product meter metercategory region tag -validfrom markuppercent unitprice packagesize status",
    "seatsplit": "subscription -validfrom rest restto licence state",
    "seatshare": "split +ordinal contract foundby attribute values seats included minimum",
    "tenantuser": "provideraccount +name userid validfrom validto state",
    "billingrun": "-asof legalentity scope contracts invoices chunks finishedon status message",
    "billingchunk": "run +ordinal attempts claimedon invoices findings status message",
    "billingschedule": "contract -cyclestart cycleend purpose invoice run",
    "missedcycle": "contract subscription +cyclestart cycleend choice reason creator -created",
    "invoice": "-number account kind invoicedate duedate total amountcharged balance senton status",
    "invoiceline": "invoice +ordinal kind description:260 periodstart periodend quantity unitprice amount tax subscription",
    "paymentprocessor": "+code name kind isdefault state",
    "paymentrule": "+name methods cardsurcharge bankdebitsurcharge transfersurcharge paidmonthlypercent paidfirst state",
    "paymentprofile": "+account processor kind brand lastfour expirymonth expiryyear isdefault status",
    "payment": "invoice attempt account amount source gatewayreference receivedon -created status message",
    "paymentlink": "name invoice expireson -created status",
    "allocation": "payment invoice amount -created",
    "receipt": "account legalentity -receivedon method reference amount unapplied status",
    "accountbalance": (
        "account balance openamount unapplied overdue overdue30 overdue60 overdue90 overduelonger +oldestdue currency -modified"
    ),
    "holdlog": "account action kind rule reason:260 subscription creator -created",
    "checklistitem": "+ordinal code name kind optional validfrom state",
    "checklistentry": "account +ordinal name kind optional status note tickedby tickedon",
    "gatewaypayout": "processor reference -arriveson amount currencycode fees payments madeon status message",
    "gatewaymovement": "processor -movedon kind amount currencycode fee paymentreference payout reference",
    "exposure": (
        "account creditlimit exposure -usedpercent available openamount overdue unapplied usage committed waiting currency "
        "unknown:260 modified"
    ),
    "exposureday": "account -day exposure creditlimit usedpercent openamount overdue usage committed waiting available currency",
    "prepaidbalance": "account legalentity balance currency -modified state",
    "prepaidmovement": "balance -movedon kind amount expires invoice reason",
    "writeoff": "invoice account kind amount reason:260 -movedon payment creator -created",
    "refund": "payment attempt account amount reason gatewayreference creditnote -created status message",
    "question": "invoice account name line disputed status -created -modified",
    "questionmessage": "question +sequence side by text saidon creator",
    "reminderplan": "+code name state",
    "reminderstep": "plan +day channel fee feepercent yearlyinterest credithold",
    "reminder": "invoice account day plan amount fee -dueon -created message",
    "dispute": "invoice account amount away reason +evidencedueby takenon backon gatewayreference status message",
    "accountingsystem": "+code name kind companyreference incomeaccount defaulttaxcode readbackto state",
    "accountingexport": "invoice system version externalnumber externaltotal senton -created status message",
    "accountinglink": "system +localtable localid externalid modified",
    "providerinvoice": "provider +number -invoicedate periodstart periodend total linestotal lines matched open status",
    "providerinvoiceline": (
        "providerinvoice +linereference chargetype chargestart chargeend quantity unitcost subtotal quantitylogged billed status"
    ),
    "incentivetemplate": "+code name productclass revenue frequency basis measure percent startdate enddate status",
    "incentiveplan": "+person template percent startdate enddate state",
    "earning": "person -earnedon plan invoiceline basis revenue cost percent amount payout status",
    "payout": "person -periodstart periodend amount approvedby approvedon paidon reference status",
    "job": "name:200 kind invoice payment amount attempts owner -created finishedon status message",
    "approval": "matter what:300 amount percent account askedby askedon +answerby answeredby reason status",
    "delegation": "owner delegate +startdate enddate note state",
    "delivery": "invoice recipient attempt begunon senton -created job status message",
    "notice": "name:260 kind audience recipient account contract subscription -created senton owner status message",
    "finding": "severity code:180 subject:220 message account contract invoice source -created owner status",
}
"""By table."""
