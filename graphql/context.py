"""What every resolver of one request has at hand."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import strawberry

from voxloop.domain.viewer import Viewer
from voxloop.graphql.workload import Workload
from voxloop.reception import Parts

if TYPE_CHECKING:
    from voxloop.graphql.directory import Directory
    from voxloop.graphql.hub import Hub


@dataclass
class Context:
    """One request: who asks, in which language, and who and what exists. ``key``: its ``Idempotency-Key``.

    A stream that lives for hours asks ``viewer_now`` what the token stands for, and renews ``directory``.
    """

    parts: Parts
    hub: "Hub"
    viewer: Viewer
    language: str
    directory: "Directory"
    viewer_now: Callable[[], Awaitable[Viewer | None]]
    key: str | None = None

    @cached_property
    def workload(self) -> Workload:
        """How much work there is."""
        return Workload(self.parts.sessions)

    def title(self, titles: Mapping[str, str], language: str | None = None) -> str:
        """A title in ``language``, else in the request's."""
        return titles[language or self.language]


Info = strawberry.Info[Context, None]
