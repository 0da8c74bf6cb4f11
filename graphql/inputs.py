"""Reading input objects: Strawberry finds out anew for every value how each field of an input is converted; this does
so once for each input type, by the hook that Strawberry gives to types that build their own values.

graphql-core has coerced and checked the values before. Invariant: the objects are those that Strawberry would make.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLSchema, get_nullable_type, is_leaf_type
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryObjectDefinition

_Read = Callable[[type, Mapping[str, Any], InputContext], Any]


def make_ready(schema: GraphQLSchema) -> None:
    """Have all input types of the schema read so."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            definition: StrawberryObjectDefinition = type_.extensions["strawberry-definition"]
            definition.from_input = _reading(type_, definition)


def _reading(type_: GraphQLInputObjectType, definition: StrawberryObjectDefinition) -> _Read:
    own = {name: field.extensions["strawberry-definition"] for name, field in type_.fields.items()}
    names = {name: field.python_name for name, field in own.items()}
    nested = {
        name: own[name].resolve_type(type_definition=definition)
        for name, field in type_.fields.items()
        if not is_leaf_type(get_nullable_type(field.type))
    }
    not_given: dict[str, Any] = {
        field.python_name: None
        for field in own.values()
        if field.default_value is MISSING and field.default_factory is MISSING
    }

    def read(made: type, value: Mapping[str, Any], context: InputContext) -> Any:
        given = not_given.copy()
        for name, item in value.items():
            given[names[name]] = context.convert(item, nested[name], name) if name in nested else item
        return made(**given)

    return read
