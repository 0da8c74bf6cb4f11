"""``voxloop import``: files as people have them, told row by row what is wrong, resumed where they were left."""

import asyncio
import csv
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import Select, func, select, update

from voxloop import importing
from voxloop.cli import main
from voxloop.store import acceptance, imports
from voxloop.store.item_tables import event, feedback, import_run, outbox
from voxloop.store.sessions import Row, open_sessions
from voxloop.store.tables import customer
from voxloop.tests.conftest import NewDatabase
from voxloop.tests.stock import stock

Write = Callable[[str, str | bytes], Path]
GOOD = "反馈内容,评分,产品,时间,手机号\n屏幕碎了,1,app_android,2026-03-02 09:30,+86 138 0013 8000\n很好,五星,,,\n"


@pytest.fixture(scope="module")
async def url(new_database: NewDatabase) -> str:
    url = await new_database("importing")
    sessions = open_sessions(url, size=0)
    async with sessions.begin() as session:
        await stock(session)
    return url


@pytest.fixture(autouse=True)
def environment(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOXLOOP_DATABASE_URL", url)
    monkeypatch.setenv("VOXLOOP_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("VOXLOOP_LANGUAGE", "en")


@pytest.fixture
def write(tmp_path: Path, request: pytest.FixtureRequest) -> Write:
    """Writes a file; its name is the running test's, so that each test has a source of its own."""

    def write(ending: str, content: str | bytes) -> Path:
        path = tmp_path / f"{request.node.name.replace('/', '-')}{ending}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def found(url: str, wanted: Select[Any]) -> Sequence[Row]:
    async def read() -> Sequence[Row]:
        sessions = open_sessions(url, size=0)
        async with sessions.begin() as session:
            rows: Sequence[Row] = (await session.execute(wanted)).mappings().all()
            return rows

    return asyncio.run(read())


def items(url: str, file: Path) -> Sequence[Row]:
    wanted = select(feedback).where(feedback.c.source == f"import:{file.stem}").order_by(feedback.c.number)
    return found(url, wanted)


def report(file: Path) -> list[dict[str, str]]:
    content = file.with_name(f"{file.stem}.refused.csv").read_text("utf-8-sig")
    return list(csv.DictReader(content.splitlines()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_every_encoding_reads_the_same(encoding: str, url: str, write: Write) -> None:
    file = write(".csv", GOOD.encode(encoding))
    assert main(["import", str(file)]) == 0
    first, second = items(url, file)
    assert (first["text"], first["rating"], first["product"]) == ("屏幕碎了", 1, "app_android")
    assert (second["text"], second["rating"], second["channel"]) == ("很好", 5, "api")


def test_an_imported_item_is_as_any_other(url: str, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    file = write(".csv", GOOD)
    main(["import", str(file), "--set", "channel=shop_review"])
    first, _ = items(url, file)
    assert (first["version"], first["stage"], first["channel"]) == (1, "received", "shop_review")
    assert "屏幕" in first["search_keys"]
    assert first["product_line"] is not None
    [told] = found(url, select(event).where(event.c.item == first["id"]))
    assert (told["kind"], told["actor_kind"], told["actor"]) == ("received", "integration", f"import:{file.stem}")
    assert (told["changes"]["rating"], "text" in told["changes"]) == (1, False)
    [start] = found(url, select(outbox).where(outbox.c.workflow == f"feedback/{first['id']}"))
    assert (start["command"], start["payload"]) == ("start_loop", {"code": first["code"]})
    [who] = found(url, select(customer).where(customer.c.id == first["customer"]))
    assert (who["ref"], who["phone"], who["language"]) == ("+86 138 0013 8000", "+86 138 0013 8000", "zh-CN")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters_are_seen(delimiter: str, url: str, write: Write) -> None:
    file = write(".txt", f'text{delimiter}rating\n"a, b; c\nd"{delimiter}4\n')
    name = f"delimited {ord(delimiter)}"
    assert main(["import", str(file), "--name", name]) == 0
    [item] = found(url, select(feedback).where(feedback.c.source == f"import:{name}"))
    assert (item["text"], item["rating"]) == ("a, b; c\nd", 4)


def test_a_workbook(url: str, write: Write) -> None:
    book = Workbook()
    sheet = book.create_sheet("评价", 0)
    sheet.append(["内容", "星级", "电话", "日期", "型号"])
    sheet.append(["漏水", 2.0, 13800138001, datetime(2026, 3, 2, 8), "app_android"])
    sheet.append([])
    sheet.append(["没有评分", "差", None, None, "app_android"])
    file = write(".xlsx", b"")
    book.save(file)
    assert main(["import", str(file)]) == 2
    [item] = items(url, file)
    assert (item["text"], item["rating"]) == ("漏水", 2)
    assert [(row["#row"], row["#field"], row["#code"]) for row in report(file)] == [("4", "rating", "BAD_NUMBER")]


def test_json_lines(url: str, write: Write) -> None:
    lines = [
        {"text": "It broke.", "rating": 2, "received_at": "2026-03-02T09:30:00+08:00", "customer": {"ref": "C1"}},
        "not an object",
        {"text": "", "nps": 11},
    ]
    file = write(".jsonl", "\n\n".join(map(json.dumps, lines)) + "\n{broken")
    assert main(["import", str(file)]) == 2
    [item] = items(url, file)
    assert (item["language"], item["received_at"]) == ("en", datetime(2026, 3, 2, 1, 30, tzinfo=UTC))
    told = [(row["#row"], row["#field"], row["#code"]) for row in report(file)]
    assert told == [("3", "", "BAD_ROW"), ("5", "text; nps", "REQUIRED; OUT_OF_RANGE"), ("6", "", "BAD_ROW")]


def test_refused_rows_are_told_in_the_readers_language_and_can_be_corrected(
    url: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOXLOOP_LANGUAGE", "zh-CN")
    content = "text,rating,product,email,备注\n好,9,no_such,me@x,=1+1\n坏,1,,,\n"
    file = write(".csv", content)
    assert main(["import", str(file)]) == 2
    [row] = report(file)
    assert (row["#row"], row["#field"]) == ("2", "rating; product; customer.email")
    assert "取值范围应为 1 到 5" in row["#message"]
    assert (row["text"], row["备注"]) == ("好", "'=1+1")
    corrected = file.with_name(f"{file.stem}.refused.csv")
    fixed = corrected.read_text("utf-8").replace("好,9,no_such,me@x", "好,5,app_android,me@x.cn")
    corrected.write_text(fixed, "utf-8")
    assert main(["import", str(corrected)]) == 0
    assert [item["text"] for item in items(url, file)] == ["坏"]
    assert [item["text"] for item in items(url, corrected)] == ["好"]


def test_a_row_without_a_form_is_refused_and_the_next_ones_are_read(url: str, write: Write) -> None:
    file = write(".csv", b"text,rating\na,1,2\nb\xff,2\nc\x07,3\nd,4\n")
    assert main(["import", str(file)]) == 2
    assert [item["text"] for item in items(url, file)] == ["d"]
    assert [(row["#row"], row["#code"]) for row in report(file)] == [
        ("2", "BAD_ROW"),
        ("3", "UNREADABLE"),
        ("4", "UNREADABLE"),
    ]


def test_a_mapping_file_says_what_headings_do_not(url: str, write: Write) -> None:
    file = write(".csv", "a,b,c,d\n漏水,很差,02.03.2026 08:00,京东\n")
    mapping = write(
        ".yaml",
        """
        columns: {text: a, rating: b, received_at: c, channel: d}
        values: {rating: {很差: 1}, channel: {京东: shop_review}}
        set: {region: 华东}
        dates: ["%d.%m.%Y %H:%M"]
        timezone: Asia/Shanghai
        """,
    )
    assert main(["import", str(file), "--mapping", str(mapping)]) == 0
    [item] = items(url, file)
    assert (item["rating"], item["channel"], item["region"]) == (1, "shop_review", "华东")
    assert item["received_at"] == datetime(2026, 3, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--map", "gone=text"], "no column “gone”"),
        (["--map", "a=text", "--map", "b=mood"], "no field “mood”"),
        ([], "--map COLUMN=text"),
        (["--map", "a=text", "--encoding", "klingon"], "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(
    options: list[str], sentence: str, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(write(".csv", "a,b\n1,2\n")), "--name", "unreadable", *options]) == 1
    assert sentence in capsys.readouterr().err


def test_a_dry_run_writes_no_item(url: str, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(".csv", "id,text,rating\n1,a,1\n2,b,7\n1,c,3\n1,a,1\n")
    assert main(["import", str(file), "--key", "id", "--dry-run"]) == 2
    assert "1 rows are good, 1 are there already, 2 would be refused" in capsys.readouterr().out
    assert [(row["#row"], row["#code"]) for row in report(file)] == [("3", "OUT_OF_RANGE"), ("4", "KEY_REUSED")]
    assert items(url, file) == []
    assert found(url, select(import_run).where(import_run.c.source == f"import:{file.stem}")) == []


def test_imported_again_no_row_is_taken_twice(url: str, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(".csv", GOOD)
    assert [main(["import", str(file)]) for _ in range(2)] == [0, 0]
    assert len(items(url, file)) == 2
    assert main(["import", str(file), "--map", "手机号="]) == 2  # read in another way, one row says something else
    assert [row["#code"] for row in report(file)] == ["KEY_REUSED"]
    assert len(items(url, file)) == 2


def test_another_file_under_the_same_name_is_a_mistake_unless_rows_have_ids(
    url: str, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(".csv", "id,text\n1,a\n2,b\n")
    main(["import", str(file)])
    write(".csv", "id,text\n1,a\n2,b\n3,c\n")
    assert main(["import", str(file)]) == 1
    assert "--key" in capsys.readouterr().err
    keyed = ["import", str(file), "--name", f"{file.stem} keyed", "--key", "id"]
    assert main(keyed) == 0
    write(".csv", "id,text\n3,c\n2,b\n4,d\n2,other\n,e\n")
    assert main(keyed) == 2
    source = f"import:{file.stem} keyed"
    texts = [row["text"] for row in found(url, select(feedback.c.text).where(feedback.c.source == source))]
    assert sorted(texts) == ["a", "b", "c", "d"]
    assert [(row["#row"], row["#code"]) for row in report(file)] == [("5", "KEY_REUSED"), ("6", "REQUIRED")]


class Killed(BaseException):
    """What a kill does: nothing after it happens."""


@pytest.mark.parametrize("moment", ["accept_all", "advance"])
def test_killed_between_report_and_commit_it_goes_on_exactly_where_it_was(
    moment: str, url: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"text {number},{9 if number % 3 == 0 else 3}" for number in range(10)]
    file = write(".csv", "\n".join(["text,rating", *rows]))
    monkeypatch.setattr(importing, "_BATCH", 4)
    batches = 0

    async def killed(*given: Any, **values: Any) -> Any:
        nonlocal batches
        batches += 1
        if batches == 2:
            raise Killed
        return await works(*given, **values)

    at = acceptance if moment == "accept_all" else imports
    works = getattr(at, moment)
    monkeypatch.setattr(at, moment, killed)
    with pytest.raises(Killed):
        main(["import", str(file)])
    assert len(report(file)) > 2  # the second batch stands there, and is not counted
    assert len(items(url, file)) == 2
    assert main(["import", str(file)]) == 2
    assert [item["text"] for item in items(url, file)] == [f"text {number}" for number in range(10) if number % 3]
    assert [row["#row"] for row in report(file)] == ["2", "5", "8", "11"]


def test_two_processes_do_not_import_the_same(
    url: str, write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(".csv", "text\na\nb\nc\n")
    monkeypatch.setattr(importing, "_BATCH", 1)
    works = acceptance.accept_all

    async def overtaken(session: Any, *given: Any) -> Any:
        mine = import_run.c.source == f"import:{file.stem}"
        await session.execute(update(import_run).where(mine).values(row=import_run.c.row + 1))
        return await works(session, *given)

    monkeypatch.setattr(acceptance, "accept_all", overtaken)
    assert main(["import", str(file)]) == 1
    assert "Another process" in capsys.readouterr().err


def test_loops_start_at_the_pace_that_is_asked_for(url: str, write: Write) -> None:
    file = write(".csv", "text\n" + "".join(f"t{number}\n" for number in range(50)))
    main(["import", str(file), "--pace", "10"])
    starts = select((func.max(outbox.c.next_attempt_at) - func.min(outbox.c.next_attempt_at)).label("span"))
    mine = select(func.concat("feedback/", feedback.c.id)).where(feedback.c.source == f"import:{file.stem}")
    [row] = found(url, starts.where(outbox.c.workflow.in_(mine)))
    assert row["span"].total_seconds() == pytest.approx(4.9)


def test_a_report_that_cannot_be_written_is_told_before_anything_is_imported(
    url: str, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(".csv", "text\nhello")
    place = file.parent / "nowhere" / "report.csv"
    assert main(["import", str(file), "--report", str(place)]) == 1
    assert f"{place}: No such file or directory" in capsys.readouterr().err
    assert items(url, file) == []
