"""The command ``voxloop``. Each command imports what it needs when it runs, so that help is quick."""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from voxloop.domain.texts import say
from voxloop.domain.viewer import Role
from voxloop.settings import BadSetting, Settings, read_settings

_ENDS_WITHIN_SECONDS = 8


class Wrong(Exception):
    """What was asked for is not possible; worded in ``texts`` under ``cli.<key>``."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key, self.params = key, params


def main(arguments: list[str] | None = None) -> int:
    """Run one command; answers the exit code: 1 with one sentence on standard error for whatever the user can put right."""
    try:
        settings = read_settings()
    except BadSetting as bad:
        print(bad, file=sys.stderr)
        return 1
    given = _parser(settings.language).parse_args(arguments)
    if getattr(given, "attached", False):
        _end_with_standard_input()
    from voxloop.embedded import CannotStart

    try:
        given.run(settings, given)
    except CannotStart as reason:
        print(say(settings.language, f"cannot_start.{reason.key}", **reason.params), file=sys.stderr)
        return 1
    except Wrong as wrong:
        print(say(settings.language, f"cli.{wrong.key}", **wrong.params), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
