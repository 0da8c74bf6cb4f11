"""Product lines and their products."""

from collections.abc import Sequence

from sqlalchemy import select

from voxloop.store.sessions import Row, Session
from voxloop.store.tables import product, product_line


async def lines(session: Session) -> Sequence[Row]:
    """All product lines, by key."""
    return (await session.execute(select(product_line).order_by(product_line.c.key))).mappings().all()


async def products(session: Session) -> Sequence[Row]:
    """All products, by key."""
    return (await session.execute(select(product).order_by(product.c.key))).mappings().all()
