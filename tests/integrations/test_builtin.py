"""The built-in target: a line of a file for each message, and honest about it."""

import asyncio
import json
from pathlib import Path

from voxloop.integrations.builtin import BuiltinChannel
from voxloop.integrations.ports import Outgoing, Sent


def outgoing(number: int) -> Outgoing:
    return Outgoing(f"vox-abc234-FB000001-{number}", "sms", "000", None, "第一行\n第二行")


async def test_each_message_is_one_line_that_is_found_by_its_key(tmp_path: Path) -> None:
    channel = BuiltinChannel(tmp_path / "outbox.jsonl")
    assert await channel.find(outgoing(1).key) is None
    results = await asyncio.gather(*(channel.send(outgoing(number)) for number in range(20, 40)))
    assert set(results) == {Sent("simulated")}
    lines = [json.loads(line) for line in (tmp_path / "outbox.jsonl").read_text("utf-8").splitlines()]
    assert {line["key"] for line in lines} == {outgoing(number).key for number in range(20, 40)}
    assert {line["text"] for line in lines} == {"第一行\n第二行"}
    assert await channel.find(outgoing(20).key) == Sent("simulated")
    assert await channel.find(outgoing(2).key) is None
