"""Who earns from what is sold."""

from __future__ import annotations

FORMS = {
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
}
