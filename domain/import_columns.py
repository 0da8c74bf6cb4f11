"""Columns of a table that somebody else made, as fields of submissions: which means which, and how its cells read.

A field is named as in ``domain/submission``; those of the customer are ``customer.<name>``, and ``key`` is the row's
own id. A cell is what a reader of files gives: a text, a number, a date, or None.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any, TypeAlias

from voxloop.domain.feedback import Channel
from voxloop.domain.texts import LANGUAGES, texts

Cell: TypeAlias = "str | int | float | datetime | date | None"

COLUMN_MARK = "#"  # begins the columns of our own reports, and those without a heading: they mean nothing by themselves

# Headings that people write, without spaces, signs and capitals; a field's own name is always one. An id of the row is
# never guessed: whoever names one says that a row is known by it.
_HEADINGS = {
    "text": "content comment comments review feedback message body 内容 反馈内容 反馈 评价内容 评价 评论 评论内容 意见 "
    "建议内容 问题描述 描述 留言 正文 投诉内容",
    "rating": "stars star score 评分 星级 打分 评价星级 满意度",
    "nps": "npsscore 推荐意愿 推荐分 推荐值",
    "product": "productkey sku model 产品 产品编号 产品编码 产品名称 产品型号 型号 商品 商品名称 机型",
    "module": "component 模块 功能 功能模块",
    "product_version": "version release firmware 版本 版本号 产品版本 软件版本 固件版本",
    "batch": "lot batchno lotno 批次 批号 批次号 生产批次",
    "part": "partno partnumber partcode sparepart 零件 零件号 零件编号 部件 部件号 部件编号 零部件 配件 配件号 物料号 "
    "料号",
    "region": "area province city 地区 区域 省份 城市 大区",
    "order_ref": "order orderid orderno ordernumber 订单 订单号 订单编号 单号",
    "form": "formname 表单",
    "scenario": "reason subject category 场景 反馈类型 分类 类别",
    "channel": "source 渠道 来源 反馈渠道 来源渠道",
    "language": "lang locale 语言",
    "received_at": "date time datetime createdat created submittedat timestamp 时间 日期 反馈时间 提交时间 创建时间 "
    "评价时间 评论时间 接收时间 填写时间",
    "customer.ref": "customer customerid customerno userid user openid 客户 客户编号 客户号 会员号 用户 用户编号",
    "customer.name": "customername name username contact 姓名 客户姓名 客户名称 用户名 昵称 联系人",
    "customer.email": "email mail emailaddress 邮箱 电子邮箱 邮件 电子邮件",
    "customer.phone": "phone mobile tel telephone phonenumber 手机 手机号 手机号码 电话 联系电话 电话号码",
    "customer.language": "customerlang 客户语言",
}
FIELDS = (*_HEADINGS, "key")
_LANGUAGES = {"zh": "zh-CN", "zh-cn": "zh-CN", "zh_cn": "zh-CN", "中文": "zh-CN", "chinese": "zh-CN"} | {
    "en": "en", "en-us": "en", "en_us": "en", "英文": "en", "英语": "en", "english": "en"
}  # fmt: skip
_DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九十")}
_NUMBER = re.compile(r"([0-9]{1,4})(?:\.0+)?\s*(?:星|分|stars?|/\s*(?:5|10))?", re.IGNORECASE)
_WRITTEN_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[\sT]+(\d.*))?")
_CLOCKS = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%H时%M分", "%H时%M分%S秒", "%H点%M分")


@dataclass(frozen=True)
class Wrong:
    """Why a row is refused: by which field (empty: as a whole), the code, the key of the sentence and its values."""

    name: str
    code: str
    sentence: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Mapped:
    """How a table is to be read.

    ``columns``: column to field. ``values``: of a field, what is written to what is meant. ``constants``: fields that
    are the same in each row and fill empty cells. ``dates``: forms for ``strptime`` that are tried first. ``zone``: of
    instants that name none; None: this machine's.
    """

    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    zone: tzinfo | None = None

    def submission(self, cells: Mapping[str, Cell]) -> tuple[dict[str, Any], list[Wrong]]:
        """The row as values of a submission, and what of it cannot be read."""
        given: dict[str, Cell] = dict(self.constants)
        given |= {self.columns[name]: cell for name, cell in cells.items() if name in self.columns and not _empty(cell)}
        values: dict[str, Any] = {}
        customer: dict[str, Any] = {}
        wrong: list[Wrong] = []
        for name, cell in given.items():
            found = self._read(name, cell)
            if isinstance(found, Wrong):
                wrong.append(found)
            elif name.startswith("customer."):
                customer[name.partition(".")[2]] = found
            else:
                values[name] = found
        return values | {"customer": _identified(customer) if customer else None}, wrong

    def _read(self, name: str, cell: Cell) -> Any:
        """The value that a cell means, or what is wrong with it."""
        written = as_text(cell)
        meant: Cell = self.values.get(name, {}).get(_plain(written), cell)
        match name:
            case "rating" | "nps":
                return _number(name, meant)
            case "received_at":
                return self._instant(meant)
            case "channel":
                return _word(name, meant, _channels(), [channel.value for channel in Channel])
            case "language" | "customer.language":
                return _word(name, meant, _LANGUAGES, LANGUAGES)
        return as_text(meant)

    def _instant(self, cell: Cell) -> datetime | Wrong:
        if isinstance(cell, date) and not isinstance(cell, datetime):
            cell = datetime(cell.year, cell.month, cell.day)
        found = cell if isinstance(cell, datetime) else _written_instant(as_text(cell).strip(), self.dates)
        if found is None:
            return Wrong("received_at", "BAD_INSTANT", "import.bad_instant", {"value": _shown(cell)})
        try:
            if found.tzinfo is None and self.zone is not None:
                return found.replace(tzinfo=self.zone)
            return found.astimezone()
        except (OverflowError, ValueError, OSError):  # a year that no clock shows
            return Wrong("received_at", "BAD_INSTANT", "import.bad_instant", {"value": _shown(cell)})


def guess(columns: Iterable[str]) -> dict[str, str]:
    """Column to field, where a heading says it; the first column that means a field has it."""
    known = {_plain(word): name for name, words in _HEADINGS.items() for word in [name, *words.split()]}
    found: dict[str, str] = {}
    for column in columns:
        name = None if column.startswith(COLUMN_MARK) else known.get(_plain(column))
        if name is not None and name not in found.values():
            found[column] = name
    return found


def as_text(cell: Cell) -> str:
    """The cell as it is read: a whole number without a point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def plain_values(values: Mapping[str, str]) -> dict[str, str]:
    """``values`` by what is written, whatever its capitals and spaces: the form that ``Mapped.values`` takes."""
    return {_plain(written): meant for written, meant in values.items()}


def _plain(words: str) -> str:
    """Words without capitals, spaces and signs between them."""
    return re.sub(r"[\W_]+", "", words.casefold()) or words.strip()


def _empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _identified(customer: dict[str, Any]) -> dict[str, Any]:
    """A customer is known by the reference, else by the telephone number, else by the address."""
    ref = customer.get("ref") or customer.get("phone") or customer.get("email")
    return customer | {"ref": ref}


def _number(name: str, cell: Cell) -> int | Wrong:
    written = as_text(cell).strip()
    form = _NUMBER.fullmatch(written)
    if form:
        return int(form[1])
    if written and set(written) <= {"★", "☆", "⭐", "\ufe0f"}:
        return written.count("★") + written.count("⭐")
    if written[:1] in _DIGITS and written[1:] in ("", "星", "分", "颗星"):
        return _DIGITS[written[0]]
    return Wrong(name, "BAD_NUMBER", "import.bad_number", {"value": _shown(cell)})


def _word(name: str, cell: Cell, meanings: Mapping[str, str], known: Iterable[str]) -> str | Wrong:
    written = as_text(cell).strip().casefold()
    if written in meanings:
        return meanings[written]
    return Wrong(name, "UNKNOWN_VALUE", "refusal.UNKNOWN_VALUE", {"value": _shown(cell), "known": ", ".join(known)})


def _channels() -> dict[str, str]:
    labels = {texts(language)[f"channel.{code}"].casefold(): code.value for language in LANGUAGES for code in Channel}
    return labels | {code.value: code.value for code in Channel}


def _written_instant(written: str, forms: Iterable[str]) -> datetime | None:
    for form in forms:
        if (found := _parsed(written, form)) is not None:
            return found
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        parts = _WRITTEN_DATE.fullmatch(written)
    if parts is None:
        return None
    year, month, day, clock = parts.groups()
    for form in _CLOCKS if clock else ("",):
        if (found := _parsed(f"{year}-{month}-{day} {clock or ''}".strip(), f"%Y-%m-%d {form}".strip())) is not None:
            return found
    return None


def _parsed(written: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(written, form)
    except ValueError:
        return None


def _shown(cell: Cell) -> str:
    text = as_text(cell)
    return text if len(text) <= 40 else text[:39] + "…"
