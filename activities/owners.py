"""Who gets a step: whom the process's strategy finds among its team (``domain/assignment``), with the reason kept."""

from collections.abc import Sequence
from typing import Any

from voxloop.activities import duty, notices
from voxloop.activities.scene import Scene
from voxloop.domain.assignment import Candidate, Choice, Code, Ground, Wish, choose
from voxloop.domain.decision import Route, Tell
from voxloop.domain.process import HOLD, Step, Strategy
from voxloop.domain.templates import ASSIGNED, UNASSIGNED
from voxloop.store import decisions, people, steps
from voxloop.store.sessions import Row

_TO_ASSIGNEE, _TO_LEAD = Tell("assignee"), Tell("team_lead")


async def routed(scene: Scene, step: Step) -> tuple[str | None, str | None]:
    """The team that the step is for, and the member if rules named one."""
    decision = await route_to(scene, step)
    route = Route(**decision["body"]["route"]) if decision else Route()
    return route.team or step.team, None if step.key == HOLD else route.member


async def route_to(scene: Scene, step: Step | None) -> Row | None:
    """The decision whose route stands in for the step's team: at the first task step, the first time round.

    Whoever looks at a held item is of that team too.
    """
    process = await scene.process()
    if process is None or step is None or step.key not in (HOLD, process.first_task and process.first_task.key):
        return None
    if scene.item["round"] > 1:
        return None
    return await decisions.of_rule_set(scene.session, scene.id, scene.item["rule_set"])


async def assign(scene: Scene, step: Step, run: Row, member: str | None = None, again: bool = False) -> None:
    """Give the step to ``member``, whom rules named or (``again``) who had it, else to whom the strategy finds.

    She is told. When that is nobody, the team's queue keeps it and the team's lead is told.
    """
    theirs = Ground.RETURNED if again else Ground.NAMED
    ground, person = (theirs, member) if member is not None else await _whose(scene, step)
    await _give(scene, step, run, ground, person)


async def _whose(scene: Scene, step: Step) -> tuple[Ground | None, str | None]:
    if step.assign.same_as is not None:
        given = await steps.last_given(scene.session, scene.id, step.assign.same_as)
        return Ground.SAME_AS, given["member"] if given else None
    if step.assign.strategy is Strategy.ACCOUNT_OWNER:
        customer = await scene.customer()
        return Ground.ACCOUNT_OWNER, customer["account_owner"] if customer else None
    return None, None


async def hand_on(scene: Scene, step: Step, run: Row, member: str) -> None:
    """Give the step of a ``member`` who is away to who stands in for her, else to whom the strategy finds."""
    found = await _give(scene, step, run, Ground.HANDED_OVER, member)
    scene.happened.detail |= {"team": run["team"], "member": found}


async def expected(scene: Scene, step: Step, again: bool) -> tuple[str | None, str | None, Sequence[str]]:
    """Of a step that the item enters: the team that it is for, whose it is if anybody's, and what has fired there.

    ``again``: the item comes back, so it is for the team and the member that had it. Under another version of its
    process that one says which team, and only from the same one a member has it still. Who works here no more, has
    nothing.
    """
    if not again:
        return *await routed(scene, step), ()
    run = await steps.left(scene.session, scene.id, step.key)
    same = None if run is None or run["moved"] else run
    team = same["team"] if same else (await routed(scene, step))[0]
    given = await steps.last_given(scene.session, scene.id, step.key)
    member = None if given is None or (same is None and given["team"] != team) else given["member"]
    works = member is not None and await people.active(scene.session, [member])
    return team, member if works else None, () if run is None else run["fired"]


async def hand(scene: Scene, run: Row, team: str | None, member: str | None, reason: dict[str, Any]) -> None:
    """The step belongs to this team and member from now on."""
    await steps.assign(scene.session, run, team=team, member=member, reason=reason, began_at=scene.now)
    scene.hand(run, team, member)


async def _give(
    scene: Scene, step: Step, run: Row, ground: Ground | None = None, person: str | None = None
) -> str | None:
    wish = await _wish(scene, step, ground, person)
    choice = await _choice(scene, wish, run["team"])
    await hand(scene, run, run["team"], choice.member, _reason(wish, choice))
    if choice.member is not None:
        scene.happened.detail["assigned"] = _in_short(choice)
        await notices.tell(scene, [_TO_ASSIGNEE], ASSIGNED)
    elif choice.strategy is not Strategy.MANUAL:
        scene.happened.detail["unassigned"] = True
        await notices.tell(scene, [_TO_LEAD], UNASSIGNED)
    return choice.member


async def _wish(scene: Scene, step: Step, ground: Ground | None, person: str | None) -> Wish:
    item, customer = scene.item, await scene.customer()
    return Wish(
        strategy=step.assign.strategy,
        skills=frozenset(step.assign.skills),
        products=frozenset(filter(None, (item["product"], item["product_line"]))),
        region=item["region"] or (customer["region"] if customer else None),
        ground=ground,
        person=person,
    )


async def _choice(scene: Scene, wish: Wish, team: str | None) -> Choice:
    """Nobody looks at candidates when none can come of it."""
    if wish.person is None and (team is None or wish.strategy is Strategy.MANUAL):
        return choose(wish, [])
    if team is not None:
        await people.choose_alone(scene.session, team)
    also = [wish.person] if wish.person else []
    rows = await people.candidates(scene.session, team, also, scene.now)
    return choose(wish, [await _candidate(scene, row) for row in rows])


async def _candidate(scene: Scene, row: Row) -> Candidate:
    return Candidate(
        key=row["key"],
        skills=frozenset(row["skills"]),
        products=frozenset(row["products"]),
        regions=frozenset(row["regions"]),
        capacity=row["capacity"],
        load=row["load"],
        last=row["last"],
        at_work=await duty.at_work(scene, row["calendar"], row["zone"]),
        away_until=row["away_until"],
        substitute=row["substitute"],
        of_team=row["of_team"],
    )


def _reason(wish: Wish, choice: Choice) -> dict[str, Any]:
    """What is kept of a choice: what was asked for, what decided, and of each candidate what spoke for or against."""
    return {
        "strategy": wish.ground or wish.strategy,
        "decided": choice.strategy,
        "person": wish.person,
        "skills": sorted(wish.skills),
        "why": [{"member": each.member, "code": each.code, **each.params} for each in choice.why],
    }


def _in_short(choice: Choice) -> dict[str, Any]:
    taken = next(each for each in choice.why if each.code is Code.TAKEN)
    return {"strategy": choice.strategy, "others": len(choice.why) - 1, **taken.params}
