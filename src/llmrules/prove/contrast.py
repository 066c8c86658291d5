"""What differs between two sides, in words and as JSON: each difference by a profile that shows it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from llmrules.language.values import encode
from llmrules.prove.telling import profile_text
from llmrules.say.teller import Line, Teller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.advisor import Decision
    from llmrules.language.texts import Language
    from llmrules.prove.everywhere import Difference, Everywhere, Level, Part

FORMAT = "llmrules.everywhere/1"

MOST_NAMES = 6


def everywhere_lines(found: Everywhere, language: Language) -> Iterator[Line]:
    """Yield what came of each level, and each profile in which both sides differ, with what changes there."""
    sides = [side.advisor.knowledge for side in (found.old, found.new)]
    attributes = {one.name: one for knowledge in sides for one in knowledge.ruleset.vocabulary}
    teller = Teller(language, attributes.values(), [*sides[0].catalog, *sides[1].catalog])
    for difference in found.differences:
        yield Line("heading", _said(difference, teller), mark="=" if difference.alike == "alike" else "≠")
        for part in difference.parts:
            first, *stated = profile_text(part.new.profile).splitlines()[1:]
            yield Line("line", first, 2, "-")
            yield from (Line("line", line, 4) for line in stated)
            yield from (Line("line", line, 4, "→") for line in changes(difference.level, part, teller))
    yield Line("blank")
    if found.left_open and any(one.alike == "differ" for one in found.differences):
        yield Line("line", teller.say("everywhere-left-out", names=", ".join(map(teller.label, found.left_open))))
    if found.unshared:
        yield Line("line", teller.say("everywhere-unshared", names=", ".join(map(teller.label, found.unshared))))
    yield Line("line", teller.say("proved-by", solver=found.solver))


def _said(difference: Difference, teller: Teller) -> str:
    more = "-more" if difference.alike == "differ" and not difference.complete else ""
    return teller.say(f"alike.{difference.alike}{more}", what=teller.say(f"everywhere.{difference.level}"))


def changes(level: Level, part: Part, teller: Teller) -> Iterator[str]:
    """Yield what changes from one side to the other in a profile."""
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
    profiles = [
        {
            "profile": {
                one.attribute: encode(one.value) for one in part.new.profile.requirements if one.origin == "stated"
            },
            "old": _outcome(part.old),
            "new": _outcome(part.new),
        }
        for part in difference.parts
    ]
    return {"alike": difference.alike, "complete": difference.complete, "profiles": profiles}


def _outcome(decision: Decision) -> dict[str, Any]:
    eligible = [one.model for one in decision.ranking]
    return {"fired": list(decision.fired), "eligible": eligible, "best": list(decision.best)}
