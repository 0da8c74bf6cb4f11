"""Makes ``feedback.jsonl``: real app-store reviews and texts of our own, with an invented origin attached to each.

Run ``python starter/sample/generate.py PATH_TO_DATA`` where the folder holds ``sentiment_zh_train.jsonl.gz``. The same
input gives the same file, byte for byte. Which columns are real: ``README.md`` beside this file.
"""

import argparse
import gzip
import json
import random
from pathlib import Path
from typing import Any

import yaml

SEED = 20261122
HERE = Path(__file__).parent
COMPANY = HERE.parent / "company.yaml"
WRITTEN_FROM, WRITTEN_EVERY = 3, 9  # the first texts of our own come early, the rest are spread
KEY_CUSTOMER_SHARE = 0.03
RATINGS = {1: ((5, 4, 3), (60, 35, 5)), 0: ((1, 2, 3), (45, 35, 20))}
CHANNELS = {
    "app_ios": (("app", "shop_review", "email"), (60, 35, 5)),
    "app_android": (("app", "shop_review", "web"), (60, 30, 10)),
    "app_mini": (("mini_program", "official_account"), (80, 20)),
}
MODULES = (
    ("login", ("登", "注册", "账号", "密码", "验证码", "用户名")),
    ("camera", ("照", "图", "拍", "视频", "像素")),
    ("notification", ("广告", "推送", "通知", "短信")),
    ("pairing", ("联网", "网络", "连接", "链接")),
)
OTHER_MODULE = "general"


def main() -> None:
    """Reads the folder named on the command line and writes the sample."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("data", type=Path)
    rows = sample(arguments.parse_args().data)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (HERE / "feedback.jsonl").write_text("".join(lines), "utf-8")


def sample(data: Path) -> list[dict[str, Any]]:
    """All rows in their order."""
    chance = random.Random(SEED)
    company = yaml.safe_load(COMPANY.read_text("utf-8"))
    customers = {customer["ref"]: customer for customer in company["customers"]}
    rows = [_reviewed(review, company, chance) for review in _picked(data)]
    chance.shuffle(rows)
    for place, text in enumerate(yaml.safe_load((HERE / "written.yaml").read_text("utf-8"))):
        rows.insert(WRITTEN_FROM + place * WRITTEN_EVERY, {"language": "zh-CN"} | text | {"origin": "written"})
    return [
        {"id": f"s{number:04d}"} | row | {"region": customers[row["customer"]]["region"]}
        for number, row in enumerate(rows, start=1)
    ]


def _picked(data: Path) -> list[dict[str, Any]]:
    wanted = set((HERE / "picked.txt").read_text("utf-8").split())
    with gzip.open(data / "sentiment_zh_train.jsonl.gz", "rt", encoding="utf-8") as lines:
        reviews = [review for review in map(json.loads, lines) if review["id"] in wanted]
    missing = wanted - {review["id"] for review in reviews}
    if missing:
        raise SystemExit(f"{len(missing)} picked reviews are not in {data}, the first: {min(missing)}")
    return sorted(reviews, key=lambda review: str(review["id"]))


def _reviewed(review: dict[str, Any], company: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """One review as feedback on one of the apps."""
    text = review["text"].strip()
    apps = next(group["products"] for group in company["products"] if group["line"]["key"] == "app")
    app = chance.choice(apps)
    return {
        "text": text,
        "origin": "B",
        "label": review["label"],
        "channel": _one(CHANNELS[app["key"]], chance),
        "rating": _one(RATINGS[review["label"]], chance),
        "product": app["key"],
        "module": _module(text),
        "version": chance.choice(app["versions"]),
        "customer": _customer(company["customers"], chance),
        "language": "zh-CN",
    }


def _one(weighted: tuple[tuple[Any, ...], tuple[int, ...]], chance: random.Random) -> Any:
    values, weights = weighted
    return chance.choices(values, weights)[0]


def _module(text: str) -> str:
    return next((key for key, words in MODULES if any(word in text for word in words)), OTHER_MODULE)


def _customer(customers: list[dict[str, Any]], chance: random.Random) -> str:
    """Mostly ordinary Chinese-speaking customers, now and then a key one."""
    key_customer = chance.random() < KEY_CUSTOMER_SHARE
    fitting = [
        customer["ref"]
        for customer in customers
        if customer["language"] == "zh-CN" and (customer["level"] != "regular") == key_customer
    ]
    return str(chance.choice(fitting))


if __name__ == "__main__":
    main()
