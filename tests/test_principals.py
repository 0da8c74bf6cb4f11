"""What is remembered of principals is read once for all who ask at the same time."""

import asyncio

import pytest

from voxloop.principals import Remembered


async def test_one_read_answers_all_who_ask_meanwhile() -> None:
    reads, go = [], asyncio.Event()

    async def read() -> str:
        reads.append("read")
        await go.wait()
        return "value"

    remembered: Remembered[str] = Remembered(60)
    asking = [asyncio.create_task(remembered.get("key", read)) for _ in range(100)]
    asking[0].cancel()
    go.set()
    answers = await asyncio.gather(*asking[1:])
    assert (set(answers), reads) == ({"value"}, ["read"])
    assert await remembered.get("key", read) == "value"
    assert reads == ["read"]


async def test_what_fails_is_read_again() -> None:
    async def fail() -> str:
        raise OSError("away")

    async def read() -> str:
        return "value"

    remembered: Remembered[str] = Remembered(60)
    with pytest.raises(OSError, match="away"):
        await remembered.get("key", fail)
    assert await remembered.get("key", read) == "value"
