"""What all tables share: the naming of constraints and the columns that recur."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, MetaData, String, func
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.types import UserDefinedType

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def instant(name: str, **options: object) -> Column[object]:
    return Column(name, DateTime(timezone=True), **options)  # type: ignore[arg-type]


def now(name: str) -> Column[object]:
    return instant(name, nullable=False, server_default=func.now())


def key(name: str, *arguments: object, **options: object) -> Column[str]:
    return Column(name, String(100), *arguments, **options)  # type: ignore[arg-type]


def item(**options: object) -> Column[object]:
    return Column("item", UUID(as_uuid=True), ForeignKey("feedback.id"), nullable=False, **options)  # type: ignore[arg-type]


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Xid8(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id, which orders consumers of the event log (DESIGN 4.4)."""

    cache_ok = True

    def get_col_spec(self, **options: Any) -> str:
        return "xid8"
