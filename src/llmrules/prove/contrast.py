"""Where two sides differ, in words and as JSON: each cube by what its requirements may be, with an example."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from llmrules.language.operators import OPERATORS
from llmrules.language.texts import Text
from llmrules.language.values import Period, encode
from llmrules.prove.telling import profile_text
from llmrules.say.teller import Line, Teller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.advisor import Decision
    from llmrules.language.texts import Language
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute
    from llmrules.prove.everywhere import Difference, Everywhere, Level, Part
    from llmrules.prove.regions import Choice, Cube

FORMAT = "llmrules.everywhere/1"

MOST_CUBES = 6
"""Cubes that are told of one level; JSON has all."""

MOST_CHOICES = 4
"""Choices that are named one by one; of more those are named that are not among them."""

MOST_NAMES = 6


class CubeTeller:
    """Tells what the requirements of a cube may be."""

    def __init__(self, teller: Teller) -> None:
        """Take the names."""
        self._teller, self._say = teller, teller.say

    def cube(self, cube: Cube) -> str:
        """Return what all requirements of a cube may be: first those that must be stated, last those that must not."""
        absent = [one for one in cube.choices if one.values == (None,)]
        said = [
            f"{self._teller.label(one.asked.attribute.name)}: {self.choice(one)}"
            for one in sorted(cube.choices, key=lambda one: None in one.values)
            if one not in absent
        ]
        if absent:
            names = [self._teller.label(one.asked.attribute.name) for one in absent]
            said.append(f"{self._say('not-stated')}: {self._teller.several(names, MOST_NAMES)}")
        return "; ".join(said) or self._say("region-everywhere")

    def choice(self, choice: Choice) -> str:
        """Return what one requirement, or one member of a set, may be."""
        attribute = choice.asked.attribute
        if attribute.many:
            if choice.member is None:
                return self._say("not-stated") if choice.values == (None,) else self._tested("known", "")
            return self._tested("has" if choice.values == (True,) else "none_of", self._value(attribute, choice.member))
        values = [value for value in choice.values if value is not None]
        if not values:
            return self._say("not-stated")
        if attribute.type in {"number", "date"}:
            said = self._range(choice)
        elif len(values) > MOST_CHOICES:
            others = [value for value, _ in choice.options if value is not None and value not in values]
            said = self._tested("none_of", self._joined(choice, others)) if others else self._tested("known", "")
        else:
            said = self._joined(choice, values)
        return self._say("or-not-stated", said=said) if None in choice.values else said

    def _range(self, choice: Choice) -> str:
        """Return a range of bands by the values at which it begins and ends; one that has neither is known at all."""
        attribute, values = choice.asked.attribute, choice.asked.answers.values
        cuts = values if attribute.type == "date" else choice.asked.answers.cuts
        places = sorted(place for place in choice.taken if choice.options[place][0] is not None)
        first, last = places[0], places[-1]
        if first == last and values[first] in choice.asked.answers.cuts:
            return self._value(attribute, values[first])
        said = []
        if first > 0:
            inside = values[first] in cuts
            low = self._value(attribute, values[first - (not inside)])
            said.append(self._tested("at_least" if inside else "above", low))
        if last < len(values) - 1:
            inside = attribute.type == "date" or values[last] in cuts
            high = _before(values[last + 1]) if attribute.type == "date" else values[last + (not inside)]
            said.append(self._tested("at_most" if inside else "below", self._value(attribute, high)))
        return self._say("joined-tests").join(said) or self._tested("known", "")

    def _tested(self, operator: str, value: str) -> str:
        said = OPERATORS[operator]
        return self._say.read(Text(said.en, said.ko)).format(value)

    def _joined(self, choice: Choice, values: list[Value]) -> str:
        """Return values; the text that stands for all that no rule names is told as that."""
        attribute = choice.asked.attribute
        other = choice.asked.answers.values[-1] if attribute.type == "text" else None
        said = (self._say("any-other") if value == other else self._value(attribute, value) for value in values)
        return self._say("joined-choices").join(said)

    def _value(self, attribute: Attribute, value: Value) -> str:
        return self._teller.value(attribute, frozenset({str(value)}) if attribute.many else value)


def _before(value: Value) -> Value:
    assert isinstance(value, Period)  # noqa: S101 - as the caller saw
    day = value.first - timedelta(days=1)
    return Period(day, day, day.isoformat())


def everywhere_lines(found: Everywhere, language: Language) -> Iterator[Line]:
    """Yield what came of each level, and of what differs where, with an example each."""
    sides = [side.advisor.knowledge for side in (found.old, found.new)]
    attributes = {one.name: one for knowledge in sides for one in knowledge.ruleset.vocabulary}
    teller = Teller(language, attributes.values(), [*sides[0].catalog, *sides[1].catalog])
    cubes = CubeTeller(teller)
    for difference in found.differences:
        yield Line("heading", _said(difference, teller), mark="=" if difference.alike == "alike" else "≠")
        for part in difference.parts[:MOST_CUBES]:
            yield Line("line", cubes.cube(part.cube), 2, "-")
            yield Line("line", f"{teller.say('region-example')}:", 4)
            stated = profile_text(part.new.profile).splitlines()[1:]
            yield from (Line("line", line, 6) for line in stated)
            yield from (Line("line", line, 4, "→") for line in changes(difference.level, part, teller))
    yield Line("blank")
    if found.left_open and any(one.alike == "differ" for one in found.differences):
        yield Line("line", teller.say("region-left-out", names=", ".join(map(teller.label, found.left_open))))
    if found.unshared:
        yield Line("line", teller.say("region-unshared", names=", ".join(map(teller.label, found.unshared))))
    yield Line("line", teller.say("proved-by", solver=found.solver))


def _said(difference: Difference, teller: Teller) -> str:
    more = "-more" if difference.alike == "differ" and not difference.complete else ""
    return teller.say(f"alike.{difference.alike}{more}", what=teller.say(f"everywhere.{difference.level}"))


def changes(level: Level, part: Part, teller: Teller) -> Iterator[str]:
    """Yield what changes from one side to the other in the example of a cube."""
    old, new = part.old, part.new
    if level == "firings":
        gone, come = {*old.fired} - {*new.fired}, {*new.fired} - {*old.fired}
        for sentence, names in (("no-longer-fired", gone), ("now-fired", come)):
            if names:
                yield teller.say(sentence, names=teller.several(sorted(names), MOST_NAMES))
    elif level == "verdicts":
        before, after = _verdicts(old), _verdicts(new)
        for name in sorted(before.keys() | after.keys()):
            verdicts = [one.get(name, "excluded") for one in (before, after)]
            if verdicts[0] != verdicts[1]:
                was, now = (teller.say(f"verdict.{verdict}") for verdict in verdicts)
                yield f"{teller.name(name)}: {was} → {now}"
    else:
        first = (teller.names(one.best, MOST_NAMES) or teller.say("nothing") for one in (old, new))
        yield " → ".join(first)


def _verdicts(decision: Decision) -> dict[str, str]:
    return {row.name: decision.judgement.verdict(index) for index, row in enumerate(decision.candidates.rows)}


def as_json(found: Everywhere) -> str:
    """Return all that was found as one JSON document."""
    document = {
        "format": FORMAT,
        "as_of": [side.when.isoformat() for side in (found.old, found.new)],
        "solver": found.solver,
        "left_open": list(found.left_open),
        "unshared": list(found.unshared),
        "levels": {one.level: _level(one) for one in found.differences},
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _level(difference: Difference) -> dict[str, Any]:
    cubes = [
        {
            "share": str(part.cube.share),
            "whenever": [_choice(choice) for choice in part.cube.choices],
            "profile": {
                one.attribute: encode(one.value) for one in part.new.profile.requirements if one.origin == "stated"
            },
            "old": _outcome(part.old),
            "new": _outcome(part.new),
        }
        for part in difference.parts
    ]
    return {"alike": difference.alike, "complete": difference.complete, "cubes": cubes}


def _choice(choice: Choice) -> dict[str, Any]:
    values = [None if value is None else choice.asked.attribute.encode(value) for value in choice.values]
    record: dict[str, Any] = {"requirement": choice.asked.attribute.name, "among": values}
    return record if choice.member is None else {**record, "member": choice.member}


def _outcome(decision: Decision) -> dict[str, Any]:
    eligible = [one.model for one in decision.ranking]
    return {"fired": list(decision.fired), "eligible": eligible, "best": list(decision.best)}
