"""What becomes of errors: a caller of the loop always gets an answer, and no error carries words into a history."""

import functools
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, Concatenate, ParamSpec, TypeVar

from temporalio import workflow
from temporalio.api.failure.v1 import Failure
from temporalio.converter import DataConverter, DefaultFailureConverter, PayloadConverter
from temporalio.exceptions import ApplicationError, FailureError

from voxloop.domain.refusals import RefusalCode

_log = logging.getLogger(__name__)
Self = TypeVar("Self")
Given = ParamSpec("Given")
Result = TypeVar("Result")
Handler = Callable[Concatenate[Self, Given], Coroutine[Any, Any, Result]]


def answered(handler: Handler[Self, Given, Result]) -> Handler[Self, Given, Result]:
    """An update handler that refuses with ``INTERNAL`` where a bug would leave its caller without an answer.

    Refusals pass, and so does what Temporal itself raises.
    """

    async def handle(self: Self, /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return await handler(self, *args, **kwargs)
        except (FailureError, workflow.NondeterminismError):
            raise
        except Exception:
            _log.exception("an act failed")
            code = RefusalCode.INTERNAL
            raise ApplicationError(code, {}, type=code, non_retryable=True) from None

    functools.update_wrapper(handle, handler)
    return handle


class FailureCodes(DefaultFailureConverter):
    """Failures without messages of others: those of a database or a mail server quote rows and addresses."""

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        """Say what our own errors say; of others only the type and where it happened."""
        super().to_failure(exception, payload_converter, failure)
        if not isinstance(exception, FailureError):
            failure.message = failure.application_failure_info.type


CONVERTER = replace(DataConverter.default, failure_converter_class=FailureCodes)
