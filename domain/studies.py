"""Studies of rule sets: what another version would have decided about items that were, or are just coming in."""

from enum import StrEnum


class ShadowState(StrEnum):
    """What became of a draft that decides beside the active set."""

    RUNNING = "running"
    PROMOTED = "promoted"
    DROPPED = "dropped"
    FAILED = "failed"


class Field(StrEnum):
    """In what two decisions about one item can differ."""

    TYPE = "type"
    PRIORITY = "priority"
    PROCESS = "process"
    TEAM = "team"
    MEMBER = "member"
    TAGS = "tags"
    MESSAGES = "messages"
    LINKED_ITEMS = "linked_items"
    REWARDS = "rewards"
    HOLD = "hold"
    SPAM = "spam"
