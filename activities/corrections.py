"""What a person puts right is kept beside what had been decided by itself, with the rule that had decided so."""

from voxloop.activities import owners
from voxloop.activities.scene import Scene
from voxloop.domain.decision import Correctable, read_decision
from voxloop.store import corrections, steps
from voxloop.store.corrections import Automatic


async def keep(scene: Scene, field: Correctable, corrected: str | None, actor: str) -> None:
    """Keep what a person makes of the item's type or priority, or of its step's team; asked before it is changed."""
    if field is Correctable.TEAM:
        automatic = await _team(scene)
    else:
        automatic = await corrections.last_decided(scene.session, scene.id, field)
    place = {"item": scene.id, "version": scene.turn.version, "at": scene.now, "field": field}
    by = {"rule": automatic.rule, "rule_set": automatic.rule_set or scene.item["rule_set"]}
    decided = {"automatic": automatic.value, "decision": automatic.decision, **by}
    await corrections.keep(scene.session, **place, **decided, corrected=corrected, actor=actor)


async def _team(scene: Scene) -> Automatic:
    """Which team the present step was given to on entering it: by a rule's route, else by the process."""
    run = await scene.run()
    if run is None:
        raise LookupError(f"{scene.id} stands at no step")
    team = await steps.first_team(scene.session, run)
    row = await owners.route_to(scene, await scene.step())
    if row is None or row["body"]["route"]["team"] != team:
        return Automatic(team)
    rule = read_decision(row["body"]).explanation.because.get(Correctable.TEAM.action)
    return Automatic(team, rule, row["rule_set"], row["version"])
