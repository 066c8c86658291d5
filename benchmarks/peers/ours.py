"""The workload as files of llmrules, and its answers as decisions of ours."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import tomli_w
from benchmarks.peers.workload import (
    CHOICES,
    CONCLUDED,
    FLAGS,
    MODEL_CHOICES,
    MODEL_FLAGS,
    MODEL_NUMBERS,
    NUMBERS,
    Answer,
)

from llmrules import Advisor
from llmrules.decision.knowledge import load_knowledge
from llmrules.reading.files import parse_toml

if TYPE_CHECKING:
    from benchmarks.peers.workload import Case, Rule, Test, Workload

    from llmrules import Decision
    from llmrules.engine.firing import EngineName

DAY = date(2026, 11, 1)
SOURCE = {"id": "made-up", "title": "A workload that was made up", "date": DAY}


def advisor(work: Workload, engine: EngineName) -> Advisor:
    """Return an advisor that knows the workload and nothing else."""
    texts = ("rules.toml", _rules(work)), ("models.toml", _models(work))
    rules, models = (parse_toml(tomli_w.dumps(data), name) for name, data in texts)
    return Advisor(load_knowledge([rules], [models]), engine=engine)


def stated(case: Case) -> dict[str, Any]:
    """Return a case as requirements."""
    return {"as_of": DAY, **case}


def answer(decision: Decision) -> Answer:
    """Return what was decided in the words of the workload."""
    return Answer(
        tuple(one.model for one in decision.excluded),
        tuple((one.place, one.model, int(one.points)) for one in decision.ranking),
    )


def _rules(work: Workload) -> dict[str, Any]:
    flag = {"type": "flag"}
    return {
        "language": 1,
        "pack": "workload",
        "document": [SOURCE],
        "requirement": {
            **dict.fromkeys((*FLAGS, *CONCLUDED), flag),
            **{name: _choice(choices) for name, choices in CHOICES.items()},
            **{key: {"type": "number", "unit": "1"} for key in NUMBERS},
        },
        "model": {
            **dict.fromkeys(MODEL_FLAGS, flag),
            **{name: _choice(choices) for name, choices in MODEL_CHOICES.items()},
            **{key: {"type": "number", "unit": "1"} for key in MODEL_NUMBERS},
        },
        "rule": [_rule(rule) for rule in work.rules],
    }


def _choice(choices: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "choice", "choices": {name: name for name in choices}}


def _rule(rule: Rule) -> dict[str, Any]:
    found: dict[str, Any] = {"id": rule.id, "source": "made-up", "because": {"en": f"Because of {rule.id}."}}
    found["when"] = dict(_condition(test) for test in rule.when)
    if rule.test is None:
        return found | {"conclude": {rule.concludes: True}}
    name, test = _condition(rule.test)
    return found | ({"prefer": {name: test}, "weight": rule.points} if rule.points else {"require": {name: test}})


def _condition(test: Test) -> tuple[str, Any]:
    value = list(test.value) if isinstance(test.value, tuple) else test.value
    return test.attribute, {test.operator: value}


def _models(work: Workload) -> dict[str, Any]:
    return {
        "language": 1,
        "document": [SOURCE | {"id": "made-up-too"}],
        "model": [
            {"id": name, "name": name, **model, "sources": dict.fromkeys(model, "made-up-too")}
            for name, model in work.models.items()
        ],
    }
