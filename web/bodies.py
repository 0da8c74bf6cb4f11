"""The forms that browsers send, read with a limit."""

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from voxloop.web.limits import limited
from voxloop.web.visitors import Unreadable

_MOST_PARTS = 30


async def read_form(request: Request, most: int) -> FormData:
    """The form in a body of ``most`` bytes at most; files lie on disk until it is closed.

    Raises:
        TooLarge: it is larger.
        Unreadable: it is no form.
    """
    try:
        return await limited(request, most).form(max_files=_MOST_PARTS, max_fields=_MOST_PARTS)
    except (HTTPException, LookupError, UnicodeError) as error:
        raise Unreadable from error


def words(form: FormData, name: str) -> str:
    """The text of a field; empty where there is none."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
