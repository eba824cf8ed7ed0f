"""The European Central Bank's published files over the wire. Implements work365.ports.currencies.RateSource.

The bank publishes its rates for information and advises against using them for transactions: whoever bills by them has agreed
that with the customer. No key and no registration are needed.

Source: www.ecb.europa.eu, "Euro foreign exchange reference rates", the addresses under "Downloads".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from providers.exchange_rates.reference_xml import read_reference_xml
from providers.exchange_rates.rows import ECB
from transport.client import Timeouts
from work365.errors import BadInput, Rejected
from work365.findings import Finding
from work365.money import EXPONENT

if TYPE_CHECKING:
    from transport.client import Http
    from work365.currencies.rates import ExchangeRate

FOLDER = "/stats/eurofxref/"
DAILY, RECENT = f"{FOLDER}eurofxref-daily.xml", f"{FOLDER}eurofxref-hist-90d.xml"
BODY_LIMIT = 4 * 1024 * 1024
"""The file of 90 days has about 120 kB."""
TIMEOUTS = Timeouts(read_s=20, whole_s=60)


class EcbRates:
    """The bank behind an `Http`."""

    name = ECB

    def __init__(self, http: Http) -> None:
        self._http = http

    def latest(self) -> list[ExchangeRate]:
        """The daily file. Errors: Rejected when it holds more than a day; External."""
        rates = self._read(DAILY)
        if len({rate.day for rate in rates}) > 1:
            raise _unusable(DAILY, "it holds several days")
        return rates

    def recent(self) -> list[ExchangeRate]:
        """The file of 90 days. Errors: External."""
        return self._read(RECENT)

    def _read(self, path: str) -> list[ExchangeRate]:
        """A file, whole or not at all: a day of which some rates are missing would not be looked at again."""
        content = self._http.send("GET", path, headers={"accept": "application/xml"}).content
        rates = []
        try:
            for one in read_reference_xml(content.decode("utf-8-sig"), ECB):
                if isinstance(one, Finding):
                    if _names_a_new_currency(one):
                        continue
                    raise _unusable(path, one.subject)
                if one.problem:
                    raise _unusable(path, f"{one.quote} of {one.day}: {one.problem}")
                rates.append(one)
        except UnicodeDecodeError:
            raise _unusable(path, "it is not text in UTF-8") from None
        except BadInput as error:
            raise _unusable(path, error.message) from None
        return rates


def _names_a_new_currency(finding: Finding) -> bool:
    """A currency that this version does not know is in nobody's contracts: the others do not wait for the next version."""
    code = finding.subject.rpartition(" ")[2]
    return re.fullmatch("[A-Z]{3}", code) is not None and code not in EXPONENT


def _unusable(path: str, why: str) -> Rejected:
    message = f"{ECB}: {path} was not what the bank publishes ({why}); nothing of it was taken"
    return Rejected(message, system=ECB)
