"""What people are, read for those who look for one."""

from sqlalchemy import insert, update

from voxloop.store import people, references
from voxloop.store.sessions import Sessions
from voxloop.store.tables import member, team, team_member

NAME = {"zh-CN": "某", "en": "Somebody"}


async def test_the_skills_of_a_team_are_those_of_its_active_members(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await session.execute(insert(team).values(key="able", title=NAME))
        for key, skills in {"ab": ["gas", "law"], "ac": ["gas"], "ad": ["music"]}.items():
            await session.execute(insert(member).values(key=key, name=NAME, skills=skills))
            await session.execute(insert(team_member).values(team="able", member=key))
        await session.execute(update(member).where(member.c.key == "ad").values(active=False))
        found = await people.team_skills(session)
        assert {skill for skill in found if skill.startswith("able.")} == {"able.gas", "able.law"}
        assert "able.law" in (await references.known(session)).skills
        await session.rollback()
