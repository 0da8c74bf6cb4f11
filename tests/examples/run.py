"""``make examples``: the starter's rules shown live. One item each through real processes, explained by the API.

Each example hands in what it takes (three of one batch, five alike, a picture), and the explanation of the last item
must name the rule. Exit code 1 when one does not.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from voxloop.tests.chaos.processes import Installation
from voxloop.tests.web.site import fill, picture

_PATIENCE_SECONDS = 60
_HASTE = 1440
SUBMIT = """mutation ($input: SubmitFeedbackInput!) {
  submitFeedback(input: $input) { feedback { code } userErrors { message } } }"""
EXPLAIN = """query ($id: ID!, $code: String!) { feedback(code: $code) { step { step } stage outcome }
  explainDecision(id: $id) { ruleSet { key version }
    fired { rule { key title sentence } effects { sentence tookEffect } }
    nearest { rule { title } condition } decision { engine } } }"""
CANCEL = "mutation ($input: CancelInput!) { done: cancel(input: $input) { userErrors { message } } }"
REOPEN = "mutation ($input: ReopenInput!) { done: reopen(input: $input) { userErrors { message } } }"
NEWEST = """{ feedbacks(first: 1, where: {channel: {eq: WEB}}) { nodes { code } } }"""


@dataclass(frozen=True)
class Example:
    """``times`` items like ``item``; the last one must be decided by ``rule``. ``picture``: it comes by the form."""

    rule: str
    item: Mapping[str, Any]
    times: int = 1
    picture: bool = False
    reopened: bool = False
    rule_set: str = "intake"
    customer: str | None = None
    alike: Sequence[str] = field(default=("",))


def _item(text: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "channel": "OFFICIAL_ACCOUNT", "language": "ZH_CN", **more}


EXAMPLES = (
    Example("advertising", _item("加微信领红包，刷单日结，名额有限")),
    Example("legal_threat", _item("三天内不退款，我的律师会发律师函", rating=1)),
    Example("safety", _item("取暖器插头冒烟，差点着火", rating=1, product="heater_w4", module="plug")),
    Example("serious", _item("更新以后完全无法使用，问题严重", rating=3)),
    Example("key_customer_unhappy", _item("交付晚了两周，很不满意", rating=2), customer="C0001"),
    Example("key_customer", _item("想了解一下延保怎么办理"), customer="C0004"),
    Example("app_defect", _item("配网一直失败，连不上", scenario="defect", product="app_ios", module="pairing")),
    Example("hardware_defect", _item("炸锅加热管坏了", scenario="defect", product="air_fryer_p3", module="heating")),
    Example("product_defect", _item("用了两天就坏了", scenario="defect")),
    Example("low_rating", _item("一般般吧", rating=2)),
    Example("low_rating_complaint", _item("服务态度差，投诉", scenario="complaint", rating=1)),
    Example("price_enquiry", _item("洗碗机批量采购请给个报价")),
    Example("repeated_customer", _item("售后第 {n} 次放我鸽子", scenario="complaint"), times=3, customer="C0021"),
    Example("spike", _item("今天更新之后App一打开就闪退{n}", scenario="defect", product="app_android"), times=5),
    Example(
        "region_impact",
        _item("第 {n} 位邻居也说净化器噪音大，{w}", scenario="complaint", product="air_purifier_a6", region="西南"),
        times=10,
        alike=("晚上睡不着", "像拖拉机", "孩子被吵醒", "开二挡就响", "换滤芯也没用"),
    ),
    Example(
        "version_impact",
        _item("{w}，扫地机第 {n} 次绕圈", scenario="defect", product="robot_vacuum_x5", module="navigation",
              productVersion="5.1.2"),
        times=8,
        alike=("客厅里转个不停", "地图丢了", "回不去充电座", "撞门框"),
    ),
    Example(
        "repeated_batch",
        _item("炸篮掉漆，{w}", scenario="defect", product="air_fryer_p3", module="basket", batch="P3-20260815"),
        times=3,
        alike=("第一次用就掉", "刷洗后成片脱落", "吃到黑色碎屑"),
    ),
    Example(
        "repeated_batch",
        _item("门封漏水 {w}", scenario="defect", product="dishwasher_d1", module="door", part="seal_22"),
        times=3,
        alike=("左下角", "整圈都渗", "洗完一地水"),
    ),
    Example("praise_with_photo", _item("颜值高，做饭香，强烈推荐！", rating="5"), picture=True),
    Example("frequent_suggestion", _item("希望App增加定时预约开机的功能{n}", scenario="suggestion"), times=3),
    Example("label_high", _item("急！马上要用，请尽快处理", rating=2)),
    Example("label_suggestion", _item("建议说明书字大一点", scenario="suggestion")),
    Example("label_normal", _item("请问滤芯多久换一次？", scenario="question")),
    Example("key_customer_again", _item("空调还是不冷", scenario="complaint"), customer="C0005", reopened=True,
            rule_set="reopened"),
)  # fmt: skip


async def main() -> int:
    """Show every example, and count those that hold."""
    failed = 0
    async with _installation() as http:
        for number, example in enumerate(EXAMPLES):
            code = await _hand_in(http, number, example)
            told = await _explained(http, code, example)
            holds = _fires(told, example)
            failed += not holds
            _print(example, code, told, holds)
    print(f"\n{len(EXAMPLES) - failed} passed, {failed} failed")
    return int(failed > 0)


@contextlib.asynccontextmanager
async def _installation() -> AsyncIterator[httpx.AsyncClient]:
    installation = Installation(_HASTE)
    try:
        await installation.start()
        headers = {"Authorization": f"Bearer {installation.token()}", "Accept-Language": "zh-CN"}
        async with httpx.AsyncClient(base_url=installation.url, headers=headers, trust_env=False, timeout=20) as http:
            yield http
    finally:
        await installation.stop()
        installation.end()
        installation.forget()


async def _hand_in(http: httpx.AsyncClient, number: int, example: Example) -> str:
    """The code of the last item."""
    if example.picture:
        return await _by_form(http, example)
    code = ""
    for time in range(example.times):
        word = example.alike[time % len(example.alike)]
        text = example.item["text"].format(n=time + 1, w=word)
        customer = {"ref": example.customer or f"live-{number}-{time}"}
        given = {**example.item, "text": text, "key": f"{number}-{time}", "customer": customer}
        answer = (await _ask(http, SUBMIT, input=given))["submitFeedback"]
        if answer["feedback"] is None:
            raise RuntimeError(answer["userErrors"])
        code = answer["feedback"]["code"]
        await _decided(http, code, 1)
    if example.reopened:
        why = {"closingReason": "registered_elsewhere"}
        await _ask(http, CANCEL, input={"id": code, "key": f"cancel-{code}", **why})
        await _ask(http, REOPEN, input={"id": code, "key": f"reopen-{code}"})
    return code


async def _by_form(http: httpx.AsyncClient, example: Example) -> str:
    entered = {"text": example.item["text"], "rating": example.item["rating"], "contact": "hua@example.com"}
    files = [("images", ("a.jpg", picture(), "image/jpeg"))]
    page = await http.post("/f/feedback", data=await fill(http, **entered), files=files)
    if page.status_code >= 400:
        raise RuntimeError(f"the form answers {page.status_code}")
    code: str = (await _ask(http, NEWEST))["feedbacks"]["nodes"][0]["code"]
    return code


async def _explained(http: httpx.AsyncClient, code: str, example: Example) -> Any:
    return await _decided(http, code, 1 + example.reopened)


async def _decided(http: httpx.AsyncClient, code: str, decisions: int) -> Any:
    """What the API says of an item once it stands somewhere, with so many decisions about it."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            told = await _ask(http, EXPLAIN, id=code, code=code)
            stands = told["feedback"] and (told["feedback"]["step"] or told["feedback"]["stage"] == "CLOSED")
            if stands and len(told["explainDecision"]) >= decisions:
                return told
            await asyncio.sleep(0.1)


def _fires(told: Any, example: Example) -> bool:
    last = told["explainDecision"][-1]
    fired = [each["rule"]["key"] for each in last["fired"]]
    by_engine = last["decision"]["engine"] == "durable-rules"
    return example.rule in fired and last["ruleSet"]["key"] == example.rule_set and by_engine


def _print(example: Example, code: str, told: Any, holds: bool) -> None:
    last, item = told["explainDecision"][-1], told["feedback"]
    where = item["outcome"] or (item["step"] or {}).get("step")
    print(f"\n{'  ' if holds else '! '}{example.rule}: {code} -> {where}")
    for each in last["fired"]:
        print(f"     {each['rule']['sentence']}")
        for words, counted in {effect["sentence"]: effect["tookEffect"] for effect in each["effects"]}.items():
            print(f"       {'+' if counted else '-'} {words}")
    if last["nearest"]:
        print(f"     最接近但未命中：{last['nearest']['rule']['title']}（{last['nearest']['condition']}）")


async def _ask(http: httpx.AsyncClient, document: str, **variables: Any) -> Any:
    answer = (await http.post("/graphql", json={"query": document, "variables": variables})).json()
    if "errors" in answer:
        raise RuntimeError(answer["errors"])
    return answer["data"]


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
