"""What is different in another version of a document, in sentences that its owner reads before she publishes it."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import islice, zip_longest

from voxloop.domain.documents import Kind
from voxloop.domain.problems import InvalidDocument
from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.rules import GoldenCase, Occasion, Rule, RuleSet
from voxloop.domain.texts import LANGUAGES, say
from voxloop.rules.sentences import action_sentence, condition_sentence, sentence

Body = Mapping[str, object]


def differences_between(kind: Kind, before: Body | None, after: Body, language: str) -> list[str]:
    """What is different in a document of that kind; rule sets that can be read are told rule by rule."""
    if kind is Kind.RULE_SET:
        with contextlib.suppress(InvalidDocument):
            return differences(None if before is None else read_rule_set(before), read_rule_set(after), language)
    return document_differences(before or {}, after, language)


def differences(before: RuleSet | None, after: RuleSet, language: str) -> list[str]:
    """What is different in a rule set, in the order of its rules; of a first version, all that it says."""
    before = before or RuleSet(after.key, Occasion.RECEIVED, ())
    return [*_heads(before, after, language), *_rules(before, after, language), *_cases(before, after, language)]


def _heads(before: RuleSet, after: RuleSet, language: str) -> Iterator[str]:
    for title in _titles(before.title, after.title, language):
        yield say(language, "difference.set_title", **title)
    if before.on != after.on:
        occasions = {"before": say(language, f"occasion.{before.on}"), "after": say(language, f"occasion.{after.on}")}
        yield say(language, "difference.on", **occasions)


def _titles(before: Mapping[str, str], after: Mapping[str, str], language: str) -> Iterator[dict[str, str]]:
    for each in LANGUAGES:
        old, new = before.get(each, ""), after.get(each, "")
        if old != new:
            yield {"before": old, "after": new, "in_language": say(language, f"language.{each}")}


def _rules(before: RuleSet, after: RuleSet, language: str) -> Iterator[str]:
    old, new = ({rule.key: (place, rule) for place, rule in enumerate(set_.rules, 1)} for set_ in (before, after))
    moved = _moved([key for key in old if key in new], [key for key in new if key in old])
    for key, (place, rule) in new.items():
        name = _name(rule, language)
        if key not in old:
            yield say(language, "difference.rule_added", rule=name, place=place, sentence=sentence(rule, language))
            continue
        if key in moved:
            yield say(language, "difference.rule_moved", rule=name, before=old[key][0], after=place)
        yield from _rule(old[key][1], rule, language)
    for key, (place, rule) in old.items():
        if key not in new:
            gone = {"rule": _name(rule, language), "place": place, "sentence": sentence(rule, language)}
            yield say(language, "difference.rule_removed", **gone)


def _name(rule: Rule, language: str) -> str:
    return say(language, "difference.rule", title=rule.title.get(language, rule.key), rule=rule.key)


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The keys that left the order in which all others stay."""
    kept = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return set(after) - {key for block in kept for key in after[block.b : block.b + block.size]}


def _rule(before: Rule, after: Rule, language: str) -> Iterator[str]:
    name = _name(after, language)
    for title in _titles(before.title, after.title, language):
        yield say(language, "difference.rule_title", rule=name, **title)
    if before.when != after.when:
        was, is_ = (condition_sentence(rule.when, language) for rule in (before, after))
        yield say(language, "difference.rule_when", rule=name, before=was, after=is_)
    yield from _actions(before, after, language)
    if before.stop != after.stop:
        yield say(language, "difference.rule_stops" if after.stop else "difference.rule_goes_on", rule=name)


def _actions(before: Rule, after: Rule, language: str) -> Iterator[str]:
    old, new = ([action_sentence(action, language) for action in rule.then] for rule in (before, after))
    added, gone = [each for each in new if each not in old], [each for each in old if each not in new]
    for word, actions in (("does", added), ("does_not", gone), ("order", [] if added or gone or old == new else new)):
        if actions:
            joined = say(language, "rule.also").join(actions)
            yield say(language, f"difference.rule_{word}", rule=_name(after, language), actions=joined)


def _cases(before: RuleSet, after: RuleSet, language: str) -> Iterator[str]:
    old, new = ({case.title: case for case in set_.cases} for set_ in (before, after))
    for title, case in new.items():
        if title not in old:
            yield say(language, "difference.case_added", title=title, case=_case(case, language))
        elif case != old[title]:
            sides = {"before": _case(old[title], language), "after": _case(case, language)}
            yield say(language, "difference.case_changed", title=title, **sides)
    for title, case in old.items():
        if title not in new:
            yield say(language, "difference.case_removed", title=title, case=_case(case, language))


def _case(case: GoldenCase, language: str) -> str:
    return say(language, "difference.case", facts=_written(case.facts), expect=_written(case.expect))


_NOTHING = object()
_MOST_TOLD, _MOST_PAIRS = 1_000, 10_000
_Change = tuple[str, str, object, object]  # what happened, where, before, after


def document_differences(before: Mapping[str, object], after: Mapping[str, object], language: str) -> list[str]:
    """What is different in a document of any kind, by place; entries of lists go by their keys if they have them.

    No more is told than somebody can read, so that two documents that have nothing in common cost nobody much.
    """
    found = list(islice(_changes("", before, after), _MOST_TOLD + 1))
    told = [
        say(language, f"difference.{what}", path=path, before=_written(old), after=_written(new))
        for what, path, old, new in found[:_MOST_TOLD]
    ]
    return told if len(found) <= _MOST_TOLD else [*told, say(language, "difference.more")]


def _changes(path: str, before: object, after: object) -> Iterator[_Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            inner = f"{path}.{key}" if path else str(key)
            yield from _changes(inner, before.get(key, _NOTHING), after.get(key, _NOTHING))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _list_changes(path, before, after)
    elif before is _NOTHING:
        yield "value_added", path, before, after
    elif after is _NOTHING:
        yield "value_removed", path, before, after
    elif repr(before) != repr(after):
        yield "value_changed", path, before, after


def _list_changes(path: str, before: list[object], after: list[object]) -> Iterator[_Change]:
    old, new = _by_key(before), _by_key(after)
    if old is not None and new is not None:
        yield from _changes(path, old, new)
        common = [key for key in old if key in new], [key for key in new if key in old]
        if common[0] != common[1]:
            yield "order_changed", path, *common
        return
    for what, start, end, begin, stop in _aligned(before, after):
        if what != "equal":
            pairs = zip_longest(before[start:end], after[begin:stop], fillvalue=_NOTHING)
            for number, (was, is_) in enumerate(pairs):
                yield from _changes(f"{path}[{(start if is_ is _NOTHING else begin) + number}]", was, is_)


def _aligned(before: list[object], after: list[object]) -> Sequence[tuple[str, int, int, int, int]]:
    """The stretches of both, as ``difflib`` names them; long lists, which take it too long, go by their places."""
    if len(before) * len(after) > _MOST_PAIRS:
        return [("replace", 0, len(before), 0, len(after))]
    return SequenceMatcher(None, list(map(repr, before)), list(map(repr, after)), autojunk=False).get_opcodes()


def _by_key(entries: list[object]) -> dict[str, object] | None:
    """The entries by their keys; None when one has none, or one that another has too."""
    keyed: dict[str, object] = {
        str(entry["key"]): entry for entry in entries if isinstance(entry, Mapping) and "key" in entry
    }
    return keyed if len(keyed) == len(entries) else None


def _written(value: object) -> str:
    """A value in one line, nearly as an author would write it; a dash for nothing."""
    if isinstance(value, Mapping | list | tuple):
        return _inner(value)[1:-1] or "–"
    return "–" if value is _NOTHING else _inner(value)


def _inner(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_inner(part)}' for name, part in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_inner, value))}]"
    return "–" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
