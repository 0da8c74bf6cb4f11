"""The hosted form, as a browser without scripts uses it."""

import logging
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from PIL import Image
from starlette.types import Message

from voxloop.tests.web.site import Site, fill, hidden, picture, problems


async def test_what_is_sent_is_thanked_for_and_can_be_looked_at(site: Site) -> None:
    async with site.visit() as visitor:
        entered = await fill(
            visitor,
            text="The basket rattles",
            product="air_fryer_p3",
            rating="2",
            contact="Kim@example.com",
            name="Kim",
        )
        sent = await visitor.post("/f/feedback?lang=en", data=entered)
        assert sent.status_code == 303
        thanks = await visitor.get(sent.headers["location"])
        row = (await site.rows("form:feedback"))[-1]
        assert row["code"] in thanks.text
        status = await visitor.get(f"/s/{sent.headers['location'].partition('thanks/')[2]}")
    assert status.status_code == 200
    assert "The basket rattles" in status.text
    shown = {name: row[name] for name in ("text", "product", "rating", "channel", "form", "language")}
    assert shown == {
        "text": "The basket rattles",
        "product": "air_fryer_p3",
        "rating": 2,
        "channel": "web",
        "form": "feedback",
        "language": "en",
    }


@pytest.mark.parametrize(("language", "title"), [("zh-CN", "意见反馈"), ("en", "Your feedback")])
async def test_it_speaks_the_visitors_language(site: Site, language: str, title: str) -> None:
    async with site.visit(language) as visitor:
        form = await visitor.get("/f/feedback")
        other = await visitor.get("/f/feedback", params={"lang": "en" if language == "zh-CN" else "zh-CN"})
    assert f'<html lang="{language}">' in form.text
    assert title in form.text
    assert title not in other.text


async def test_sent_twice_it_arrives_once(site: Site) -> None:
    async with site.visit() as visitor:
        entered = await fill(visitor, text="Once only")
        first, second = [await visitor.post("/f/feedback", data=entered) for _ in range(2)]
    assert first.status_code == second.status_code == 303
    assert [row["text"] for row in await site.rows("form:feedback")].count("Once only") == 1


async def test_sent_again_with_other_words_it_asks_and_then_takes_both(site: Site) -> None:
    async with site.visit() as visitor:
        entered = await fill(visitor, text="The first of two")
        await visitor.post("/f/feedback", data=entered)
        asked = await visitor.post("/f/feedback", data=entered | {"text": "The second of two"})
        assert asked.status_code == 422
        assert "sent this form before" in asked.text
        assert "The second of two" in asked.text
        again = await visitor.post("/f/feedback", data=entered | hidden(asked.text) | {"text": "The second of two"})
    assert again.status_code == 303
    assert [row["text"] for row in await site.rows("form:feedback")][-2:] == ["The first of two", "The second of two"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_what_is_wrong_is_said_at_its_field_and_what_was_entered_stays(site: Site, language: str) -> None:
    before = len(await site.rows())
    async with site.visit(language) as visitor:
        entered = await fill(visitor, text="", contact="kim@", rating="9" * 5000, product="spaceship", name="Kim <b>")
        answer = await visitor.post("/f/feedback", data=entered)
    assert answer.status_code == 422
    assert problems(answer.text).keys() == {"text", "contact", "rating", "product"}
    assert 'value="kim@"' in answer.text
    assert "Kim &lt;b&gt;" in answer.text
    assert 'role="alert" tabindex="-1"' in answer.text
    assert 'href="#contact"' in answer.text
    assert hidden(answer.text)["key"] == entered["key"]
    assert len(await site.rows()) == before


async def test_a_telephone_number_and_an_address_are_told_apart(site: Site) -> None:
    async with site.visit() as visitor:
        for contact in ("１３８ 0000 0000", "someone@example.com", "12"):
            answer = await visitor.post("/f/feedback", data=await fill(visitor, text="Call me", contact=contact))
    assert problems(answer.text) == {"contact": "This is not a telephone number."}
    by_phone, by_mail = [row["customer"] for row in await site.rows("form:feedback")][-2:]
    assert by_phone != by_mail


@pytest.mark.parametrize("name", ["k" * 61, "Win at http://example.com", "WWW.example.com"])
async def test_a_name_carries_no_advertisement(site: Site, name: str) -> None:
    async with site.visit() as visitor:
        answer = await visitor.post("/f/feedback", data=await fill(visitor, text="Hello", name=name))
    assert problems(answer.text).keys() == {"name"}


async def test_the_same_address_is_the_same_customer(site: Site) -> None:
    async with site.visit() as visitor:
        for contact in ("again@example.com", " Again@Example.com "):
            await visitor.post("/f/feedback", data=await fill(visitor, text="Me again", contact=contact))
    first, second = [row["customer"] for row in await site.rows("form:feedback")][-2:]
    assert first == second is not None


async def test_a_code_on_the_box_says_which_product_batch_and_part(site: Site) -> None:
    query = "?product=air_fryer_p3&batch=P3-20260815&part=H-220&channel=qr"
    async with site.visit() as visitor:
        shown = (await visitor.get(f"/f/feedback{query}")).text
        assert '<option value="air_fryer_p3" selected>' in shown
        assert "Part: H-220" in shown
        await visitor.post("/f/feedback", data=await fill(visitor, query, text="From the box", product="air_fryer_p3"))
    row = (await site.rows("form:feedback"))[-1]
    assert (row["product"], row["batch"], row["part"]) == ("air_fryer_p3", "P3-20260815", "H-220")
    assert row["channel"] == "qr_code"


async def test_who_fills_the_trap_is_asked_to_send_again(site: Site) -> None:
    before = len(await site.rows())
    async with site.visit() as visitor:
        entered = await fill(visitor, text="Cheap watches", website="http://example.com")
        answer = await visitor.post("/f/feedback", data=entered)
        assert answer.status_code == 422
        assert "press “Send” once more" in answer.text
        assert len(await site.rows()) == before
        again = await visitor.post("/f/feedback", data=entered | {"website": ""})
    assert again.status_code == 303


async def test_an_address_cannot_send_without_end(site: Site) -> None:
    async with site.visit() as visitor:
        for _ in range(20):
            assert (await visitor.post("/f/feedback", data={"text": ""})).status_code == 422
        answer = await visitor.post("/f/feedback", data={"text": "One more"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) <= 600
    async with site.visit() as somebody_else:
        assert (await somebody_else.post("/f/feedback", data={"text": ""})).status_code == 422


async def test_pictures_are_kept_without_what_the_camera_told(site: Site) -> None:
    exif = picture_exif()
    async with site.visit() as visitor:
        files = [
            ("images", ("a.jpg", picture(size=(3000, 1000), exif=exif), "text/html")),
            ("images", ("b.png", picture("PNG"), "image/png")),
        ]
        sent = await visitor.post("/f/feedback", data=await fill(visitor, text="Look"), files=files)
    assert sent.status_code == 303
    row = (await site.rows("form:feedback"))[-1]
    first, second = await site.files(row["id"])
    assert (first["media_type"], second["media_type"]) == ("image/jpeg", "image/png")
    assert b"Exif" not in first["body"]
    assert b"GPSCAMERA" not in first["body"]
    assert size_of(first["body"]) == (853, 2560)  # upright, and no larger than needed


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "no picture"),
        (b"\xff\xd8\xff" + b"0" * 1000, "no picture"),
        (picture("BMP"), "no picture"),
        (picture("PNG", (9000, 9000)), "no picture"),
        (b"0" * 10_000_001, "at most 10 MB"),
    ],
    ids=["svg", "broken", "other kind", "too many pixels", "too many bytes"],
)
async def test_what_is_no_good_picture_is_refused(site: Site, body: bytes, said: str) -> None:
    before = len(await site.rows())
    async with site.visit() as visitor:
        files = [("images", ("a.jpg", body, "image/jpeg"))]
        answer = await visitor.post("/f/feedback", data=await fill(visitor, text="Kept words"), files=files)
    assert answer.status_code == 422
    assert said in problems(answer.text)["images"]
    assert "Kept words" in answer.text
    assert len(await site.rows()) == before


async def test_too_many_pictures_are_refused(site: Site) -> None:
    async with site.visit() as visitor:
        files = [("images", (f"{number}.jpg", picture(), "image/jpeg")) for number in range(4)]
        answer = await visitor.post("/f/feedback", data=await fill(visitor, text="Four"), files=files)
    assert problems(answer.text)["images"] == "At most 3 pictures are possible."


async def test_pictures_that_a_refusal_drops_are_asked_for_again(site: Site) -> None:
    async with site.visit() as visitor:
        files = [("images", ("a.jpg", picture(), "image/jpeg"))]
        answer = await visitor.post("/f/feedback", data=await fill(visitor, text=""), files=files)
    assert problems(answer.text)["images"] == "Please choose the pictures again."


async def test_all_that_is_wrong_is_said_at_once(site: Site) -> None:
    async with site.visit() as visitor:
        files = [("images", ("a.jpg", b"nothing", "image/jpeg"))]
        entered = await fill(visitor, text="", contact="x", name="www.example.com")
        answer = await visitor.post("/f/feedback", data=entered, files=files)
    assert problems(answer.text).keys() == {"images", "name", "text", "contact"}


async def test_too_much_is_refused_while_it_comes(site: Site) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="images"; filename="a"\r\n\r\n'
        for _ in range(50):
            yield b"0" * 1_000_000

    async with site.visit() as visitor:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = await visitor.post("/f/feedback", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert "at most 40 MB" in answer.text


HALF_A_PAIR = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n\\ud800\r\n--x--\r\n'
UNREADABLE_PART = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xff\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"no boundary", "multipart/form-data"),
        (UNREADABLE_PART, "multipart/form-data; boundary=x; charset=nope"),
        (HALF_A_PAIR, "multipart/form-data; boundary=x; charset=unicode_escape"),
        (b"&".join(b"a%d=1" % number for number in range(50)), "application/x-www-form-urlencoded"),
        (b"text=%00", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
    ],
)
async def test_what_is_no_form_is_answered_in_words(site: Site, content: bytes, kind: str) -> None:
    async with site.visit() as visitor:
        answer = await visitor.post("/f/feedback", content=content, headers={"Content-Type": kind})
    assert answer.status_code in (400, 422)
    assert "<h1>" in answer.text


async def test_without_files_a_form_is_small(site: Site) -> None:
    async with site.visit() as visitor:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await visitor.post("/f/feedback", content=b"&" * 1_000_001, headers=headers)
    assert answer.status_code == 413
    assert "at most 1 MB" in answer.text


async def test_a_form_that_breaks_off_is_nothing_unforeseen(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    for path in ("/f/feedback", "/feedback", "/graphql"):
        sent = await broken_off(site, path)
        assert sent < 500, path
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("contact", ["a,b@example.com", "<a@example.com>", "a@[example.com", "a:b@example.com;"])
async def test_a_contact_is_one_address(site: Site, contact: str) -> None:
    async with site.visit() as visitor:
        answer = await visitor.post("/f/feedback", data=await fill(visitor, text="Hello", contact=contact))
    assert problems(answer.text).keys() == {"contact"}


async def test_an_endless_contact_is_looked_at_once(site: Site) -> None:
    async with site.visit() as visitor:
        contact = "a@" + "." * 900_000 + "@"
        answer = await visitor.post("/f/feedback", data=await fill(visitor, text="Hello", contact=contact))
    assert "254" in problems(answer.text)["contact"]


async def test_pages_are_strict_and_kept_by_nobody(site: Site) -> None:
    async with site.visit() as visitor:
        headers = (await visitor.get("/f/feedback")).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "noindex" in headers["x-robots-tag"]
    assert "default-src 'none'" in headers["content-security-policy"]


async def broken_off(site: Site, path: str) -> int:
    """The status of a request whose client goes away while it sends."""
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        statuses.append(message.get("status", 0))

    kind = b"application/x-www-form-urlencoded" if path == "/f/feedback" else b"application/json"
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": [(b"content-type", kind)]}
    await site.app(scope | {"scheme": "http", "server": ("test", 80), "client": ("10.9.9.9", 1)}, receive, send)
    return statuses[0]


def picture_exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned
    exif[0x010F] = "GPSCAMERA"
    return exif.tobytes()


def size_of(body: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(body)) as image:
        return image.size
