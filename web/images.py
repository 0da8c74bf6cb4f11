"""Pictures from strangers: what is kept is drawn anew from its pixels, so nothing else that a file holds survives.

Neither the name nor the media type that comes along is believed; place and camera (EXIF) are gone.
"""

import asyncio
from io import BytesIO

from PIL import Image, ImageOps

from voxloop.store.attachments import Attachment

KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
LARGEST_BYTES = 10_000_000
MOST_PIXELS = 60_000_000
_LONGEST_SIDE = 2560
_LARGEST_PNG = 2_000_000
_at_once = asyncio.Semaphore(2)


class BadImage(Exception):
    """This is no picture of the kinds that are taken, or a broken one, or one with too many pixels."""


async def redrawn(body: bytes) -> Attachment:
    """The picture, upright, of 2560 pixels a side at most, as JPEG or PNG.

    Raises:
        BadImage: it is none.
    """
    async with _at_once:
        return await asyncio.to_thread(_redrawn, body)


def _redrawn(body: bytes) -> Attachment:
    try:
        with Image.open(BytesIO(body), formats=list(KINDS)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise BadImage
            kind = opened.format
            opened.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
            opened.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
            upright = ImageOps.exif_transpose(opened)
            return _saved(upright, drawn=kind in ("PNG", "GIF"))
    except Exception as error:  # a broken file can make Pillow raise nearly anything
        raise BadImage from error


def _saved(image: Image.Image, drawn: bool) -> Attachment:
    see_through = image.has_transparency_data
    plain = image.convert("RGBA" if see_through else "RGB")
    plain.info.clear()
    if drawn or see_through:
        body = _bytes(plain, "PNG")
        if len(body) <= _LARGEST_PNG:
            return Attachment(KINDS["PNG"], body)
    if see_through:
        ground = Image.new("RGBA", plain.size, "white")
        plain = Image.alpha_composite(ground, plain).convert("RGB")
    return Attachment(KINDS["JPEG"], _bytes(plain, "JPEG"))


def _bytes(image: Image.Image, kind: str) -> bytes:
    written = BytesIO()
    image.save(written, kind, quality=85, optimize=True)
    return written.getvalue()
