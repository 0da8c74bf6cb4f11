"""What is attached to an item, as the schema shows it: where to fetch it, for as long as a look takes."""

import strawberry

from voxloop.graphql.nodes import made
from voxloop.signing import Links
from voxloop.store.sessions import Row


@strawberry.type(description="A file that came with an item.")
class Attachment:
    id: strawberry.ID = strawberry.field(description="Its own id.")
    media_type: str = strawberry.field(description="What kind of file it is: `image/jpeg`, `image/png`.")
    size: int = strawberry.field(description="Its size in bytes.")
    url: str = strawberry.field(
        description="Where to fetch it, without a token, within an hour. Whoever has this address sees the file."
    )


def attachment(row: Row, links: Links) -> Attachment:
    """An attachment from its row."""
    return made(Attachment, row, id=strawberry.ID(str(row["id"])), url=links.attachment(row["id"]))
