"""The forms that browsers send, read with a limit."""

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from voxloop.web.limits import limited_body
from voxloop.web.visitors import Unreadable

_MOST_PARTS = 30
LARGEST_WITHOUT_FILES = 1_000_000  # an empty field is one byte to send, and far more work to read


async def read_form(request: Request, most: int) -> FormData:
    """The form in a body of ``most`` bytes at most, of a million where none can be a file's.

    Files lie on disk until it is closed.

    Raises:
        TooLarge: it is larger.
        Unreadable: it is no form, or breaks off.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        most = min(most, LARGEST_WITHOUT_FILES)
    try:
        return await limited_body(request, most).form(max_files=_MOST_PARTS, max_fields=_MOST_PARTS)
    except (ClientDisconnect, HTTPException, LookupError, UnicodeError) as error:
        raise Unreadable from error


def words(form: FormData, name: str) -> str:
    """The text of a field; empty where there is none. Halves of surrogate pairs, which no page can hold, are ``?``."""
    value = form.get(name, "")
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""
