"""The item: what kinds, priorities and stages one piece of feedback can have.

The values are the words that stand in rows, histories, documents and the API; their labels in both
languages are in ``texts``.
"""

from enum import StrEnum


class FeedbackType(StrEnum):
    """What the writer mainly does. Definitions: ``docs/feedback-types.md``."""

    DEFECT = "defect"
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    QUESTION = "question"
    OTHER = "other"


class Priority(StrEnum):
    """How soon the organisation wants to act, most urgent first."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    def raised(self) -> "Priority":
        """The next more urgent priority; ``urgent`` stays."""
        order = list(Priority)
        return order[max(0, order.index(self) - 1)]


class Stage(StrEnum):
    """Where the item stands, as a reader of a list wants to know it."""

    RECEIVED = "received"
    WORKING = "working"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_LINKED = "waiting_linked"
    ANSWERED = "answered"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a closed item ended."""

    SOLVED = "solved"
    ADOPTED = "adopted"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    WITHDRAWN = "withdrawn"
    SPAM = "spam"
    MERGED = "merged"
    CANCELLED = "cancelled"


class Channel(StrEnum):
    """The way in."""

    WEB = "web"
    APP = "app"
    MINI_PROGRAM = "mini_program"
    OFFICIAL_ACCOUNT = "official_account"
    QR_CODE = "qr_code"
    EMAIL = "email"
    HOTLINE = "hotline"
    SALES_VISIT = "sales_visit"
    SHOP_REVIEW = "shop_review"
    API = "api"
    INTERNAL = "internal"


class CustomerLevel(StrEnum):
    """How much attention a customer is promised."""

    STRATEGIC = "strategic"
    VIP = "vip"
    REGULAR = "regular"
