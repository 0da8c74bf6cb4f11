"""Arguments that several fields share, each described once."""

from typing import Annotated

import strawberry

from voxloop.graphql.enums import Language



InLanguage = Annotated[
    Language | None, strawberry.argument(description="The language wanted; else the member's, else that of the request.")
]
First = Annotated[int | None, strawberry.argument(description="How many entries from the start: 0 to 100, 25 if not said.")]
After = Annotated[str | None, strawberry.argument(description="Only entries behind this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many entries from the end: 0 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="Only entries before this cursor.")]
