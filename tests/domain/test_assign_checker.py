"""How steps find their owners, as a process says it: what never finds anybody is told."""

import pytest
import yaml

from voxloop.domain.problems import Known
from voxloop.domain.process_checker import check_process
from voxloop.domain.texts import LANGUAGES, say

KNOWN = Known(teams=frozenset({"service"}), templates=frozenset({"question"}), skills=frozenset({"service.gas"}))
HEAD = "key: p\ntitle: {zh-CN: 流程, en: Process}\nreopen_for: 7d\nsteps: "
ASK = "{key: a, kind: customer, wait: 3d, send: question, outcomes: {answered: b, silent: b}, "
DO = "{key: a, kind: task, outcomes: {done: b}, "
END = "{key: b, kind: reply, team: service, outcomes: {sent: close}, "


@pytest.mark.parametrize(
    ("first", "last", "path", "code"),
    [
        (f"{DO}team: service, assign: {{skills: [gas]}}}}", f"{END}assign: {{same_as: a}}}}", "", ""),
        (f"{DO}team: service, assign: manual}}", f"{END}}}", "", ""),
        (f"{ASK}}}", f"{END}assign: {{same_as: a}}}}", "steps[1].assign.same_as", "not_earlier"),
        (f"{ASK}assign: round_robin}}", f"{END}}}", "steps[0].assign", "idle_assign"),
        (f"{DO}team: service, assign: skill}}", f"{END}}}", "steps[0].assign", "no_skills"),
        (f"{DO}team: service, assign: {{skills: [gas, law]}}}}", f"{END}}}", "steps[0].assign.skills[1]", "unskilled"),
    ],
)
def test_each_problem(first: str, last: str, path: str, code: str) -> None:
    problems = check_process(yaml.safe_load(f"{HEAD}[{first}, {last}]"), KNOWN)
    assert [(problem.path, problem.code) for problem in problems] == ([(path, f"process.{code}")] if code else [])
    for problem in problems:
        assert problem.warning is (code != "not_earlier")
        for language in LANGUAGES:
            assert say(language, f"problem.{problem.code}", **problem.params)
