"""From a document to a ``Form``: the fields of a step, each of a kind, and those that are only required by key."""

from voxloop.domain.forms import BOUNDED, WITH_OPTIONS, Field, FieldKind, Option
from voxloop.domain.reading import Place

_ONLY_FOR = {"options": WITH_OPTIONS, "min": BOUNDED, "max": BOUNDED}


def read_form(form: Place, require: Place) -> tuple[Field, ...]:
    """``form: [{key, title, kind, ...}]``; ``require: [key]`` is short for texts that must be filled in."""
    places = [(place, _field(place)) for place in form.items()]
    places += [(place, Field(place.key(), {}, required=True)) for place in require.items()]
    seen: set[str] = set()
    for place, field in places:
        if field.key in seen:
            place.wrong("process.duplicate_field", field=field.key)
        seen.add(field.key)
    return tuple(field for _, field in places)


def _field(place: Place) -> Field:
    places = place.fields(("key", "title", "kind"), ("required", "required_for", "options", "min", "max"))
    kind = places["kind"].word(FieldKind) or FieldKind.TEXT
    for name, kinds in _ONLY_FOR.items():
        if places[name].value is not None and kind not in kinds:
            places[name].wrong("process.useless_in_field", kind=kind)
    least, most = places["min"].number(), places["max"].number()
    if least is not None and most is not None and least > most:
        places["min"].wrong("process.empty_range")
    return Field(
        key=places["key"].key(),
        title=places["title"].translated(),
        kind=kind,
        required=places["required"].flag(),
        required_for=tuple(outcome.key() for outcome in places["required_for"].items()),
        options=_options(kind, places["options"]),
        min=least,
        max=most,
    )


def _options(kind: FieldKind, place: Place) -> tuple[Option, ...]:
    places = place.items()
    options = tuple(map(_option, places))
    if kind in WITH_OPTIONS and not options:
        place.wrong("process.needs_options")
    keys = [option.key for option in options]
    for number, each in enumerate(places):
        if keys[number] in keys[:number]:
            each.wrong("process.duplicate_option", option=keys[number])
    return options


def _option(place: Place) -> Option:
    places = place.fields(("key", "title"))
    return Option(places["key"].key(), places["title"].translated())
