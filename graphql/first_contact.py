"""First-contact resolution, as the schema shows it."""

from collections.abc import Sequence

import strawberry

from voxloop.domain.first_contact import FIRST_CONTACT, Said, at_first_contact
from voxloop.store.sessions import Row


@strawberry.type(
    description="Whether one answer was enough: one round, exactly one reply of a person, and afterwards nothing from "
    "the customer but her confirmation."
)
class FirstContactResolution:
    value: bool = strawberry.field(description="Whether it was.")
    final: bool = strawberry.field(description="Whether that is certain: the item can no longer be reopened.")
    version: int = strawberry.field(description="The version of this definition; compare only within one.")


def first_contact_resolution(item: Row, said: Sequence[Row]) -> FirstContactResolution | None:
    """That of an item, from its row and what was said about it."""
    value = at_first_contact(item["outcome"], item["round"], [Said(each["theirs"]) for each in said])
    if value is None:
        return None
    return FirstContactResolution(value=value, final=item["finished_at"] is not None, version=FIRST_CONTACT)
