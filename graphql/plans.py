"""Plans of documents: what an executor finds out for every object again, found out once for the document.

A plan completes an object with all that is selected below it, by closures over what the schema's fields read.
Invariant: it gives what graphql-core's executor would give, or it raises. Whatever it raises is dropped: the executor
then completes the same object, finds what is wrong once more, and words and places the error. So a plan knows no
errors, and nothing is asked of the database a second time.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from types import NoneType
from typing import Any, TypeAlias, cast

from graphql import (
    GraphQLEnumType,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationDefinitionNode,
    VariableNode,
    get_argument_values,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.executor import to_nodes
from graphql.language import DirectiveNode, Visitor, visit
from graphql.pyutils import Path
from strawberry import Info
from strawberry.schema.schema_converter import get_arguments
from strawberry.types.field import StrawberryField

Group: TypeAlias = list[FieldDetails]
Resolve = Callable[[Any], Any]  # an object to the value of a field that is worked out
Run = Sequence[Resolve]  # those of one request, each at the place that its plan has given it
Complete = Callable[[Any, Run], Any]  # an object, or a value, to what is answered

_MOST = 256
_SMALL = 256
_NEVER_NONE = ("String", "ID", "Boolean", "Float", "DateTime")  # they raise at None, and answer nothing with it
_ANSWERED_AS_THEY_ARE: dict[str, type] = {"String": str, "ID": str, "Boolean": bool}


class NoPlan(Exception):
    """Something is selected that only the executor can complete, or a value is missing where one must be."""


class Plans:
    """The plans of one document: for each group of fields that select from an object, made when first needed.

    What ``@include`` and ``@skip`` let through is part of a plan, so there is one for each combination of their
    variables. Nodes are known by their ``id``, so whatever is kept holds those that its key speaks of.
    """

    def __init__(self) -> None:
        self._conditions: dict[int, tuple[OperationDefinitionNode, list[str]]] = {}
        self.dropped = 0  # how often what a plan had begun was left to the executor
        self.known: dict[tuple[object, ...], tuple[Group, Plan | None]] = {}

    def of(self, executor: Executor[Any], type_: GraphQLObjectType, group: Group) -> "Plan | None":
        """The plan to complete an object of ``type_`` by what ``group`` selects; None if there can be none."""
        given = map(executor.variable_values.coerced.get, self._variables(executor))
        key = (type_.name, *(id(details.node) for details in group), *given)
        if key not in self.known:
            if len(self.known) >= _MOST:
                self.known.clear()
            try:
                self.known[key] = group, Plan(executor, type_, group)
            except NoPlan:
                self.known[key] = group, None
        return self.known[key][1]

    def _variables(self, executor: Executor[Any]) -> list[str]:
        """The variables on which it depends what the operation selects."""
        operation = executor.operation
        if id(operation) not in self._conditions:
            conditions = _Conditions()
            for node in (operation, *executor.fragment_definitions.values()):
                visit(node, conditions)
            self._conditions[id(operation)] = operation, sorted(conditions.names)
        return self._conditions[id(operation)][1]


class Plan:
    """How objects of one type are completed by one selection."""

    def __init__(self, executor: Executor[Any], type_: GraphQLObjectType, group: Group) -> None:
        self._worked_out: list[_Field] = []
        self.complete = self._object(executor, type_, group)

    def run(self, executor: Executor[Any]) -> Run:
        """What ``complete`` needs for one request: its resolvers with their arguments."""
        return [field.resolve(executor) for field in self._worked_out]

    def _object(self, executor: Executor[Any], type_: GraphQLObjectType, group: Group) -> Complete:
        selected = executor.collect_subfields(type_, group).grouped_field_set
        fields = {name: _Field(executor, type_, below) for name, below in selected.items()}
        leaves = [(name, _Leaf(field)) for name, field in fields.items() if field.is_leaf]
        others = [(name, self._field(executor, field)) for name, field in fields.items() if not field.is_leaf]
        order = dict.fromkeys(fields)
        read = _reader([leaf.python_name for _, leaf in leaves])
        answers = [(name, leaf.as_they_are, leaf.answer) for name, leaf in leaves]

        def complete(source: Any, run: Run) -> dict[str, Any]:  # most values of an answer are read here
            if source is None:
                raise NoPlan(type_.name)
            completed: dict[str, Any] = order.copy()
            for (name, as_they_are, answer), value in zip(answers, read(source), strict=True):
                completed[name] = value if type(value) in as_they_are else answer(value)
            for name, get in others:
                completed[name] = get(source, run)
            return completed

        return complete

    def _field(self, executor: Executor[Any], field: "_Field") -> Complete:
        if field.name == "__typename":
            return lambda source, run: field.parent.name
        if field.own is None or field.own.is_async or field.own.extensions:
            raise NoPlan(field.name)
        complete = self._value(executor, field.type, field.group)
        if field.own.is_basic_field:
            read = attrgetter(field.own.python_name)
            return lambda source, run: complete(read(source), run)
        place = len(self._worked_out)
        self._worked_out.append(field)
        return lambda source, run: complete(run[place](source), run)

    def _value(self, executor: Executor[Any], type_: GraphQLOutputType, group: Group) -> Complete:
        complete = self._present(executor, get_nullable_type(type_), group)
        if is_non_null_type(type_):
            return complete
        return lambda value, run: None if value is None else complete(value, run)

    def _present(self, executor: Executor[Any], type_: Any, group: Group) -> Complete:
        """Raises when the value is None."""
        if is_leaf_type(type_):
            answer = _answer(type_)
            return lambda value, run: answer(value)
        if is_list_type(type_):
            item = self._value(executor, type_.of_type, group)
            return lambda values, run: [item(value, run) for value in _list(values)]
        if not is_object_type(type_):
            raise NoPlan(type_.name)
        return self._object(executor, type_, group)


class _Field:
    """A field that is selected, once or several times under one name."""

    def __init__(self, executor: Executor[Any], parent: GraphQLObjectType, group: Group) -> None:
        definition = executor.schema.get_field(parent, group[0].node.name.value)
        if definition is None or any(details.fragment_variable_values for details in group):
            raise NoPlan(parent.name)
        self.parent, self.group, self.definition = parent, group, definition
        self.name, self.type = group[0].node.name.value, definition.type
        self.own: StrawberryField | None = definition.extensions.get("strawberry-definition")

    @property
    def is_leaf(self) -> bool:
        """Whether it only reads one value of its object."""
        return self.own is not None and self.own.is_basic_field and is_leaf_type(get_nullable_type(self.type))

    def resolve(self, executor: Executor[Any]) -> Resolve:
        """The resolver with its arguments, coerced by graphql-core and converted by Strawberry as for the executor."""
        assert self.own is not None
        assert self.own.base_resolver is not None
        resolver, path = self.own.base_resolver, Path(None, self.name, self.parent.name)
        info = executor.build_resolve_info(self.definition, to_nodes(self.group), self.parent, path)
        own_info: Info[Any, Any] = Info(_raw_info=info, _field=self.own)
        arguments = get_argument_values(self.definition, self.group[0].node, executor.variable_values)
        schema = own_info.schema
        sources, given = get_arguments(
            field=self.own,
            source=None,
            info=own_info,
            kwargs=arguments,
            config=schema.config,
            scalar_registry=schema.schema_converter.scalar_registry,
        )
        call = cast(Callable[..., Any], resolver.wrapped_func)
        return (lambda source: call(source, **given)) if sources else (lambda source: call(**given))


class _Leaf:
    """How a field that only reads one value is answered: values of some types as they are, others by ``answer``."""

    def __init__(self, field: _Field) -> None:
        assert field.own is not None
        type_: Any = get_nullable_type(field.type)
        self.python_name, self.answer = field.own.python_name, _answer(type_)
        missing = () if is_non_null_type(field.type) else (NoneType,)
        self.as_they_are = frozenset((_ANSWERED_AS_THEY_ARE.get(type_.name), *missing))


def _reader(names: Sequence[str]) -> Callable[[Any], Sequence[Any]]:
    """From an object to the values of these attributes."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda source: [getattr(source, name) for name in names]


class _Answers(dict[Any, Any]):
    """What values of a leaf type are answered as: looked up where they are few, worked out where they are not."""

    def __init__(self, type_: GraphQLLeafType, values: Iterable[Any] = ()) -> None:
        super().__init__((value, type_.coerce_output_value(value)) for value in values)
        self._work_out = type_.coerce_output_value

    def __missing__(self, value: Any) -> Any:
        answer = self._work_out(value)
        if value is None or answer is None:
            raise NoPlan
        return answer


def _answer(type_: GraphQLLeafType) -> Callable[[Any], Any]:
    """From a value to what is answered; raises when one of both is None."""
    if isinstance(type_, GraphQLEnumType):
        return _Answers(type_, (value.value for value in type_.values.values())).__getitem__
    if type_.name == "Int":
        return _Answers(type_, range(_SMALL)).__getitem__
    return type_.coerce_output_value if type_.name in _NEVER_NONE else _Answers(type_).__missing__


def _list(values: Any) -> Sequence[Any]:
    if not isinstance(values, list | tuple):
        raise NoPlan
    return values


class _Conditions(Visitor):
    """Finds the variables on which it depends what is selected."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        if node.name.value in ("include", "skip"):
            values = [argument.value for argument in node.arguments or ()]
            self.names |= {value.name.value for value in values if isinstance(value, VariableNode)}
