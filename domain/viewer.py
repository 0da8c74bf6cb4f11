"""Who looks or acts: the principal behind a token, and what that lets through."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a token may do. An ``intake`` token hands in feedback and speaks for the customers it brought."""

    ADMIN = "admin"
    MANAGER = "manager"
    HANDLER = "handler"
    INTAKE = "intake"


@dataclass(frozen=True)
class Viewer:
    """One principal: its token's id and name, its role, and the member it stands for with that member's teams.

    ``item``: the only one it sees, which is so for whoever comes by a customer's signed link.
    """

    token: str
    name: str
    role: Role
    member: str | None = None
    teams: tuple[str, ...] = ()
    language: str = "zh-CN"
    item: UUID | None = None

    @property
    def actor(self) -> str:
        """How events name it: ``member:<key>`` or ``integration:<token name>``."""
        return f"member:{self.member}" if self.member else f"integration:{self.name}"

    @property
    def sees_all(self) -> bool:
        return self.role in (Role.ADMIN, Role.MANAGER)
