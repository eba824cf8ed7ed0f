"""From an occasion to the notices that tell it: one per recipient, with words and key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.documents.deliveries import DeliveryState
from work365.documents.letter import SUBJECT_MAX, one_line
from work365.documents.recipients import recipients
from work365.errors import Refused
from work365.ids import derived
from work365.telling.choosing import audiences
from work365.telling.notice import Audience, Notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from work365.documents.formats import Formats
    from work365.ports.documents import Catalogues
    from work365.telling.notice import Addressee, Occasion, Wording


def notices(occasion: Occasion, to: Addressee, catalogues: Catalogues) -> Iterator[Notice]:
    """Everyone's notice about one occasion.

    Shape: a customer without a usable address has a failed notice that says so; once it is mended, the next run tells them.
    """
    told = audiences(occasion.kind, to)
    if Audience.STAFF in told:
        yield _notice(occasion, to, catalogues.formats(to.languages[1]), Audience.STAFF)
    if Audience.CUSTOMER in told:
        writing = catalogues.formats(*to.languages)
        try:
            for address in _addresses(to):
                yield _notice(occasion, to, writing, Audience.CUSTOMER, address)
        except Refused as error:
            yield _notice(occasion, to, writing, Audience.CUSTOMER, problem=str(error))


def _addresses(to: Addressee) -> tuple[str, ...]:
    if to.problem:
        raise Refused(to.problem)
    return recipients(to.addresses, to.customer)


def _notice(
    occasion: Occasion, to: Addressee, writing: Formats, audience: Audience, address: str = "", *, problem: str = ""
) -> Notice:
    words = occasion.worded(writing, to.zone)
    key = f"{occasion.kind.value}:{occasion.event}:{audience.value}:{address.casefold()}"
    return Notice(
        id=derived("notice", key),
        recipient=address,
        state=DeliveryState.FAILED if problem else DeliveryState.QUEUED,
        message=problem,
        key=key,
        kind=occasion.kind,
        audience=audience,
        subject=one_line(words.subject)[:SUBJECT_MAX],
        body=_letter(words, to, writing) if audience is Audience.CUSTOMER else _memo(words, to, writing),
        language=writing.labels.language,
        why=occasion.why,
        until=occasion.until,
        contract=to.contract,
        account=to.account,
        subscription=occasion.subscription,
        owner=to.owner,
    )


def _letter(words: Wording, to: Addressee, writing: Formats) -> str:
    labels = writing.labels
    paragraphs = (
        labels.mail_hello.format(buyer=one_line(to.customer)),
        words.sentence,
        "\n".join((labels.notice_contract.format(contract=to.number), *words.facts)),
        "\n".join((labels.mail_goodbye, *(one_line(text) for text in to.sender if text))),
    )
    return "\n\n".join(paragraphs) + "\n"


def _memo(words: Wording, to: Addressee, writing: Formats) -> str:
    labels = writing.labels
    about = (
        labels.notice_customer.format(customer=one_line(to.customer)),
        labels.notice_contract.format(contract=to.number),
    )
    return "\n\n".join((words.sentence, "\n".join((*about, *words.facts)))) + "\n"
