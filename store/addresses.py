"""Where a message goes: the address that its recipient has for its way, looked up when it is sent."""

from sqlalchemy import select

from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row, Session
from voxloop.store.tables import customer, member


async def of_receipt(session: Session, receipt: Row) -> str | None:
    """The e-mail address or telephone number behind a receipt; None where its way needs none, or there is none."""
    column = {"email": "email", "sms": "phone"}.get(receipt["via"])
    if column is None:
        return None
    if receipt["member"] is not None:
        wanted = select(member.c[column]).where(member.c.key == receipt["member"])
    else:
        wanted = select(customer.c[column]).join(feedback, feedback.c.customer == customer.c.id)
        wanted = wanted.where(feedback.c.id == receipt["item"])
    return (await session.execute(wanted)).scalar_one_or_none()
