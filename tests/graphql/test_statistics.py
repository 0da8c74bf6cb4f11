"""Statistics and figures as a frontend asks for them: labelled, compared, refused in words, within its rights."""

from datetime import UTC, datetime, timedelta
from typing import Any

import plotly.graph_objects as go
import pytest
from sqlalchemy import update

from voxloop.store import statistics
from voxloop.store.item_tables import feedback
from voxloop.tests.graphql.api import Api, statements
from voxloop.tests.items import hand_in

NOW = datetime.now(UTC)
REGION = {"region": {"eq": "counted"}}
ASK = """query ($dims: [Dimension!], $where: FeedbackWhere, $period: PeriodInput, $compare: CompareTo, $first: Int,
               $search: String, $language: Language) {
  statistics(by: $dims, where: $where, period: $period, compareTo: $compare, first: $first, search: $search,
             language: $language) {
    groupCount timeZone period { from to } previousPeriod { from to }
    rows { keys { dimension value label } ...numbers previous { count averageRating } }
    totals { keys { value } ...numbers previous { count } } } }
  fragment numbers on StatisticsRow { count ratings averageRating nps npsAnswers firstResponseP50 firstResponseP90
    resolutionP50 resolutionP90 breachShare }"""
DRAW = """query ($kind: FigureKind!, $dims: [Dimension!], $metric: Metric, $where: FeedbackWhere,
              $period: PeriodInput) {
  figure(kind: $kind, by: $dims, metric: $metric, where: $where, period: $period) {
    kind title description plotly statistics { totals { count } rows { keys { label } count } } } }"""
ITEMS: list[dict[str, Any]] = [
    {"days": 0, "channel": "web", "type": "defect", "team": "quality", "rating": 2, "nps": 10},
    {"days": 0, "channel": "web", "type": "defect", "team": "quality", "rating": 5, "nps": 3},
    {"days": 1, "channel": "app", "type": "praise", "team": "rd_bugfix", "rating": None, "nps": None},
    {"days": 9, "channel": "web", "type": None, "team": None, "rating": 4, "nps": None},
]


@pytest.fixture(scope="module")
async def counted(still: Api) -> Api:
    """Four items: three of the last seven days, one of the seven before."""
    async with still.sessions.begin() as session:
        for described in ITEMS:
            columns = {name: value for name, value in described.items() if name != "days"}
            received = NOW - timedelta(days=described["days"])
            item = await hand_in(session, received, region="counted", **columns)
            answered = {"first_responded_at": received + timedelta(seconds=90)}
            await session.execute(update(feedback).where(feedback.c.id == item).values(answered))
    return still


async def ask(api: Api, *by: str, viewer: str = "admin", **variables: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await api.ask(ASK, viewer, dims=list(by), where=REGION, **variables))["statistics"]
    return answer


def labels(answer: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(*(key["label"] for key in row["keys"]), row["count"]) for row in answer["rows"]]


async def test_without_dimensions_there_are_totals_only(counted: Api) -> None:
    answer = await ask(counted)
    assert (answer["rows"], answer["groupCount"], answer["timeZone"]) == ([], 0, "Asia/Shanghai")
    assert answer["totals"] == {
        "keys": [],
        "count": 4,
        "ratings": 3,
        "averageRating": 11 / 3,
        "npsAnswers": 2,
        "nps": 0,
        "firstResponseP50": 90,
        "firstResponseP90": 90,
        "resolutionP50": None,
        "resolutionP90": None,
        "breachShare": None,
        "previous": None,
    }


async def test_rows_are_labelled_in_the_language_asked_for(counted: Api) -> None:
    english = await ask(counted, "TEAM", "TYPE")
    assert labels(english) == [
        ("Quality", "Defect", 2),
        ("No team", "Not classified yet", 1),
        ("R&D bug-fix group", "Praise", 1),
    ]
    assert english["rows"][1]["keys"][0] == {"dimension": "TEAM", "value": None, "label": "No team"}
    chinese = await ask(counted, "TEAM", "TYPE", language="ZH_CN")
    assert labels(chinese)[0] == ("质量部", "缺陷", 2)


async def test_the_largest_rows_are_kept_and_all_groups_are_counted(counted: Api) -> None:
    answer = await ask(counted, "CHANNEL", first=1)
    assert (labels(answer), answer["groupCount"], answer["totals"]["count"]) == ([("Web form", 3)], 2, 4)


async def test_a_period_is_compared_with_the_one_before(counted: Api) -> None:
    answer = await ask(counted, "CHANNEL", period={"days": 7}, compare="PREVIOUS_PERIOD")
    compared = [(row["keys"][0]["value"], row["count"], row["previous"]) for row in answer["rows"]]
    assert compared == [("web", 2, {"count": 1, "averageRating": 4}), ("app", 1, {"count": 0, "averageRating": None})]
    assert (answer["totals"]["count"], answer["totals"]["previous"]) == (3, {"count": 1})
    ends = [datetime.fromisoformat(answer[name]["to"]) for name in ("period", "previousPeriod")]
    assert ends[0] - ends[1] == timedelta(days=7)


async def test_days_are_those_of_the_organisation(counted: Api) -> None:
    answer = await ask(counted, "DAY")
    eight_hours_ahead = [(NOW - timedelta(days=each["days"]) + timedelta(hours=8)).date() for each in ITEMS]
    assert [row["keys"][0]["value"] for row in answer["rows"]] == [str(day) for day in sorted({*eight_hours_ahead})]


async def test_a_period_by_instants_leaves_its_end_out(counted: Api) -> None:
    span = {"from": (NOW - timedelta(days=1)).isoformat(), "to": NOW.isoformat()}
    assert labels(await ask(counted, "CHANNEL", period=span)) == [("App", 1)]


async def test_a_handler_counts_what_she_sees(counted: Api) -> None:
    assert labels(await ask(counted, "TEAM", viewer="sun_yi", language="EN")) == [("Quality", 2)]


async def test_only_items_with_these_words_are_counted(counted: Api) -> None:
    assert (await ask(counted, search="按键不灵"))["totals"]["count"] == 4
    assert (await ask(counted, search="别的"))["totals"]["count"] == 0


async def test_what_is_not_selected_is_not_computed(counted: Api) -> None:
    with statements(counted.sessions) as sent:
        await counted.ask("{ statistics(by: [TEAM]) { rows { keys { label } count } } }")
    [counting] = [statement for statement in sent if "GROUPING" in statement]
    assert not {"percentile_cont", "clock", "avg"} & {word.strip("(), ") for word in counting.split()}
    with statements(counted.sessions) as sent:
        await ask(counted, "TEAM", period={"days": 7}, compare="PREVIOUS_PERIOD")
    assert len([statement for statement in sent if "GROUPING" in statement]) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"dims": ["TYPE", "TYPE"]},
        {"dims": ["TYPE", "TEAM", "CHANNEL", "REGION"]},
        {"first": 0},
        {"first": 1001},
        {"compare": "PREVIOUS_PERIOD"},
        {"period": {"days": 0}},
        {"period": {"days": 3661}},
        {"period": {"days": 3, "from": "2026-10-01T00:00:00Z"}},
        {"period": {"to": "2026-10-01T00:00:00Z"}},
        {"period": {"from": "2026-10-02T00:00:00Z", "to": "2026-10-01T00:00:00Z"}},
        {"period": {"from": "0001-01-01T00:00:00+14:00"}},
        {"period": {"from": "2026-01-01T00:00:00Z", "to": "9999-12-31T23:59:59Z"}},
        {"search": "x" * 201},
    ],
)
async def test_what_cannot_be_asked_is_refused(counted: Api, wrong: dict[str, Any]) -> None:
    assert await counted.fail(ASK, **wrong) == "BAD_USER_INPUT"


async def test_too_many_groups_and_too_slow_are_told_in_words(counted: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "MOST_GROUPS", 1)
    refusal = await counted.send(ASK, "admin", {"Accept-Language": "zh-CN"}, dims=["DAY"], where=REGION)
    [error] = refusal.json()["errors"]
    assert (error["extensions"]["code"], error["message"][:6]) == ("TOO_MANY_GROUPS", "分组将超过 ")


@pytest.mark.parametrize("kind", ["PIE", "TREND", "BAR", "SANKEY"])
async def test_figures_show_what_statistics_say(counted: Api, kind: str) -> None:
    drawn = (await counted.ask(DRAW, kind=kind, where=REGION, period={"days": 30}))["figure"]
    go.Figure(drawn["plotly"])
    assert drawn["statistics"]["totals"]["count"] == sum(row["count"] for row in drawn["statistics"]["rows"]) == 4
    assert drawn["description"].startswith("4 in all. Most: ")


async def test_a_trend_spans_its_period(counted: Api) -> None:
    drawn = (await counted.ask(DRAW, kind="TREND", where=REGION, period={"days": 30}))["figure"]
    [trace] = drawn["plotly"]["data"]
    assert (len(trace["x"]), sum(trace["y"])) == (30, 4)


async def test_an_unsuitable_figure_is_refused_in_words(counted: Api) -> None:
    refusal = (await counted.send(DRAW, "admin", {"Accept-Language": "zh-CN"}, kind="PIE", metric="NPS")).json()
    [error] = refusal["errors"]
    assert refusal["data"] == {"figure": None}
    assert error["extensions"]["code"] == "UNSUITABLE_FIGURE"
    assert error["message"].startswith("只有可以相加的指标")
    assert await counted.fail(DRAW, kind="TREND", period={"days": 3660}) == "UNSUITABLE_FIGURE"
