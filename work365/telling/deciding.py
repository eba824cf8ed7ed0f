"""From occasions to the notices that tell them: who gets one, with which words, under which key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.documents.deliveries import DeliveryState
from work365.documents.letter import SUBJECT_MAX, one_line
from work365.documents.recipients import recipients
from work365.errors import Refused
from work365.ids import derived
from work365.telling.choosing import audiences
from work365.telling.notice import Audience, Notice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from work365.documents.formats import Formats
    from work365.ports.documents import Catalogues
    from work365.telling.notice import Addressee, NoticeKind, Occasion, Wording


@dataclass(frozen=True, slots=True)
class Telling:
    """What one recipient is to be told together.

    Attributes:
        address: of a customer; "" for staff, and for a customer without a usable one, whose `problem` says why.
    """

    occasions: tuple[Occasion, ...]
    to: Addressee
    audience: Audience
    writing: Formats
    address: str = ""
    problem: str = ""

    def key(self, part: int) -> str:
        """What the id of its notice is derived from; the first part has no number."""
        one = self.occasions[0]
        where = f"{one.contract}:{one.bundle}"
        return ":".join([one.kind.value, where, self.audience.value, self.address.casefold(), *([str(part)] if part > 1 else [])])

    def id(self, part: int) -> str:
        """The id of its notice."""
        return derived("notice", self.key(part))

    def without(self, events: Collection[str]) -> Telling:
        """What is left of it once these events were told."""
        return replace(self, occasions=tuple(one for one in self.occasions if one.event not in events))

    def notice(self, part: int) -> Notice:
        """The row of it."""
        first, to = self.occasions[0], self.to
        words = [one.worded(self.writing, to.zone) for one in self.occasions]
        more = len(words) - 1
        subject = self.writing.labels.notice_and_more.format(subject=words[0].subject, more=more) if more else words[0].subject
        return Notice(
            id=self.id(part),
            recipient=self.address,
            state=DeliveryState.FAILED if self.problem else DeliveryState.QUEUED,
            message=self.problem,
            key=self.key(part),
            events=tuple(one.event for one in self.occasions),
            kind=first.kind,
            audience=self.audience,
            subject=one_line(subject)[:SUBJECT_MAX],
            body=_letter(words, to, self.writing) if self.audience is Audience.CUSTOMER else _memo(words, to, self.writing),
            language=self.writing.labels.language,
            why=f"{first.why} And {more} more." if more else first.why,
            until=min(one.until for one in self.occasions),
            contract=to.contract,
            account=to.account,
            subscription="" if more else first.subscription,
            owner=to.owner,
        )


def bundled(occasions: Iterable[Occasion]) -> Iterator[tuple[Occasion, ...]]:
    """What belongs together, each event once, in the order of the events."""
    groups: dict[tuple[NoticeKind, str, str], dict[str, Occasion]] = {}
    for one in occasions:
        groups.setdefault((one.kind, one.contract, one.bundle), {})[one.event] = one
    for group in groups.values():
        yield tuple(one for _, one in sorted(group.items()))


def tellings(occasions: tuple[Occasion, ...], to: Addressee, catalogues: Catalogues) -> Iterator[Telling]:
    """Everyone who is told a group of occasions.

    Shape: a customer without a usable address is told nothing but why; once it is mended, the next run tells them.
    """
    told = audiences(occasions[0].kind, to)
    if Audience.STAFF in told:
        yield Telling(occasions, to, Audience.STAFF, catalogues.formats(to.languages[1]))
    if Audience.CUSTOMER in told:
        writing = catalogues.formats(*to.languages)
        try:
            for address in _addresses(to):
                yield Telling(occasions, to, Audience.CUSTOMER, writing, address)
        except Refused as error:
            yield Telling(occasions, to, Audience.CUSTOMER, writing, problem=str(error))


def _addresses(to: Addressee) -> tuple[str, ...]:
    if to.problem:
        raise Refused(to.problem)
    return recipients(to.addresses, to.customer)


def _letter(words: Sequence[Wording], to: Addressee, writing: Formats) -> str:
    labels = writing.labels
    paragraphs = (
        labels.mail_hello.format(buyer=one_line(to.customer)),
        *_said(words, (labels.notice_contract.format(contract=to.number),), writing),
        "\n".join((labels.mail_goodbye, *(one_line(text) for text in to.sender if text))),
    )
    return "\n\n".join(paragraphs) + "\n"


def _memo(words: Sequence[Wording], to: Addressee, writing: Formats) -> str:
    labels = writing.labels
    about = (
        labels.notice_customer.format(customer=one_line(to.customer)),
        labels.notice_contract.format(contract=to.number),
    )
    return "\n\n".join(_said(words, about, writing)) + "\n"


def _said(words: Sequence[Wording], about: Sequence[str], writing: Formats) -> Iterator[str]:
    """Paragraphs: a sentence and its facts, or what they are all about and then each under its own heading."""
    if len(words) == 1:
        yield words[0].sentence
        yield "\n".join((*about, *words[0].facts))
        return
    yield writing.labels.notice_several
    yield "\n".join(about)
    for one in words:
        yield "\n".join((one.subject, *one.facts))
