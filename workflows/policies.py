"""Names of queues and workflows, time limits and retries: everything about Temporal that is a choice."""

from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy

LOOPS_QUEUE = "voxloop-loops"
DELIVERY_QUEUE = "voxloop-delivery"
DRAFTS_QUEUE = "voxloop-drafts"
STUDIES_QUEUE = "voxloop-studies"
OPERATIONS_QUEUE = "voxloop-operations"

FEEDBACK_LOOP = "FeedbackLoop"
LINKED_ITEM = "LinkedItem"
TARGET = "Target"
RECONCILER = "Reconciler"

# A turn touches only our own database. It is tried until it succeeds: an outage or a bug never fails a loop, so there
# is a limit on each attempt and none on all of them.
TURN: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=5),
    "local_retry_threshold": timedelta(seconds=10),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_interval=timedelta(seconds=60)
    ),
}

# An effect outside takes as long as its peer; what must not be retried is said by the activity itself.
EFFECT: dict[str, Any] = {
    "task_queue": DELIVERY_QUEUE,
    "start_to_close_timeout": timedelta(minutes=5),
    "heartbeat_timeout": timedelta(seconds=15),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(minutes=5)
    ),
}

# What owners try out: in no hurry, never in the way of an item, and as long as it takes. A lost worker is noticed by
# its heartbeat, and what is done already stands in the row.
STUDY: dict[str, Any] = {
    "task_queue": STUDIES_QUEUE,
    "start_to_close_timeout": timedelta(hours=12),
    "heartbeat_timeout": timedelta(seconds=15),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(minutes=1)
    ),
}

# What is done to many items: behind no study, and so few at a time that acts on single ones come through.
OPERATION: dict[str, Any] = {**STUDY, "task_queue": OPERATIONS_QUEUE}

# What an owner waits for: never behind a study that takes an hour.
DRAFT: dict[str, Any] = {**STUDY, "task_queue": DRAFTS_QUEUE, "start_to_close_timeout": timedelta(minutes=5)}

# What puts a version in force, or takes one back: never behind drafts that take their time.
PUBLICATION: dict[str, Any] = {**DRAFT, "task_queue": DELIVERY_QUEUE}

# What goes from one member to others: each item's loop is asked, one after the other.
HANDOVER: dict[str, Any] = {**PUBLICATION, "start_to_close_timeout": timedelta(hours=1)}

CALL = timedelta(seconds=5)
ANSWER_WITHIN = timedelta(seconds=10)
REMEMBERED_ANSWERS = 50
