"""The words of notices in one language; they stand in the same catalogue as those of documents."""

from __future__ import annotations

from dataclasses import dataclass

from work365.documents.figures import Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeWords(Figures):
    """What notices say. Words in braces are filled in with `str.format`; sentences follow the greeting of a mail."""

    moment: str
    notice_several: str
    notice_and_more: str
    notice_contract: str
    notice_customer: str
    notice_seats: str
    notice_days_left: str
    notice_price: str
    notice_price_after: str
    notice_then: str
    notice_change_until: str
    notice_renewal_subject: str
    notice_renewal: str
    then_renew: str
    then_extend: str
    then_end: str
    then_supplier: str
    price_missing: str
    notice_window_subject: str
    notice_window: str
    notice_returnable: str
    notice_refund: str
    notice_usage_subject: str
    notice_usage: str
    notice_used: str
    notice_threshold: str
    notice_payment_subject: str
    notice_payment: str
    notice_paid_invoice: str
    notice_paid_amount: str
    notice_paid_on: str
    notice_paid_with: str
    notice_still_open: str
    notice_card_subject: str
    notice_card: str
    notice_card_expires: str
    notice_card_contracts: str
    notice_question_subject: str
    notice_question: str
    notice_answer: str
    notice_was_asked: str
    means_card: str
    means_bank: str
    means_ending: str
    reminder_subject: str
    reminder_subject_ahead: str
    reminder_subject_several: str
    reminder_ahead: str
    reminder_late: str
    reminder_hold: str
    reminder_line: str
    reminder_disputed: str
    reminder_total: str
    reminder_crossed: str
    reminder_task: str
    reminder_held: str
    reminder_fee: str
    late_fee_line: str
    suspension_warning_subject: str
    suspension_overdue: str
    suspension_spend: str
    suspension_of: str
    suspension_proposed_subject: str
    suspension_proposed: str
    suspension_resume_subject: str
    suspension_resume: str
    suspension_reason: str
    suspension_cost: str
    approval_waits_subject: str
    approval_waits: str
    approval_last_day_subject: str
    approval_last_day: str
    approval_again_subject: str
    approval_again: str
    approval_approved_subject: str
    approval_approved: str
    approval_refused_subject: str
    approval_refused: str
    approval_expired_subject: str
    approval_expired: str
    approval_what: str
    approval_size: str
    approval_reason: str
    approval_until: str
    approval_where: str
