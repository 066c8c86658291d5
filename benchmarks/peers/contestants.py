"""What people would use instead: each gets the workload in its own words, and fires its rules in its own way.

Where a contestant only fires rules, the models are tested by the same Python loop, which keeps every reason. Whoever
cannot be had here is left out with a sentence.
"""

from __future__ import annotations

import json
from collections import defaultdict
from importlib import import_module
from typing import TYPE_CHECKING, Any

from benchmarks.peers import ours
from benchmarks.peers.workload import Answer, fired, oracle, placed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benchmarks.peers.workload import Case, Rule, Test, Workload

    Deciding = tuple[Callable[[Case], Any], Callable[[Any], Answer]]


def plain_loop(work: Workload) -> Deciding:
    """Say nothing of why: what all others are measured by."""
    return lambda case: oracle(work, case), lambda answer: answer


def loop_with_reasons(work: Workload) -> Deciding:
    """Keep, for each model, every rule that it fails and every one that gives it points."""
    return lambda case: judged(work, fired(work.rules, case)), _answer


def judged(work: Workload, rules: Iterable[Rule]) -> tuple[Any, ...]:
    """Test every model by the rules that fired, and keep why it is out and where its points are from."""
    applied = [(rule.id, rule.test, rule.points) for rule in rules if rule.test is not None]
    failed: defaultdict[str, list[str]] = defaultdict(list)
    scored: dict[str, list[tuple[str, int]]] = {}
    for name, model in work.models.items():
        scores = []
        for rule, test, points in applied:
            holds = test.holds(model[test.attribute])
            if points and holds:
                scores.append((rule, points))
            elif not points and not holds:
                failed[name].append(rule)
        scored[name] = scores
    sums = {name: sum(its for _, its in scores) for name, scores in scored.items() if name not in failed}
    return failed, scored, placed(sums)


def _answer(found: tuple[Any, ...]) -> Answer:
    return Answer(tuple(found[0]), found[2])


def numpy_columns(work: Workload) -> Deciding:
    """Add up arrays of what each rule says of each model, made once; they say nothing of why."""
    numpy = import_module("numpy")
    names = list(work.models)
    columns = {
        rule.id: numpy.array([rule.test.holds(model[rule.test.attribute]) for model in work.models.values()])
        for rule in work.rules
        if rule.test is not None
    }

    def decide(case: Case) -> tuple[Any, ...]:
        standing, points = numpy.ones(len(names), bool), numpy.zeros(len(names), numpy.int64)
        for rule in fired(work.rules, case):
            if rule.points:
                points += columns[rule.id] * rule.points
            elif rule.test is not None:
                standing &= columns[rule.id]
        (who,) = numpy.nonzero(standing)
        order = who[numpy.argsort(-points[who], kind="stable")]
        return standing, points, order

    def answer(found: tuple[Any, ...]) -> Answer:
        standing, points, order = found
        out = tuple(name for name, stands in zip(names, standing, strict=True) if not stands)
        return Answer(out, placed({names[index]: int(points[index]) for index in order}))

    return decide, answer


def pandas_frame(work: Workload) -> Deciding:
    """Make a column of each rule that fires, in a frame of models: these are the reasons."""
    pandas = import_module("pandas")
    frame = pandas.DataFrame.from_dict(work.models, orient="index")

    def tested(test: Test) -> Any:  # noqa: ANN401 - a library without types
        column = frame[test.attribute]
        if test.operator == "any_of":
            return column.isin(test.value)
        if test.operator == "is":
            return column == test.value
        return column >= test.value if test.operator == "at_least" else column <= test.value

    def decide(case: Case) -> tuple[Any, ...]:
        applied = [rule for rule in fired(work.rules, case) if rule.test is not None]
        held = pandas.DataFrame({rule.id: tested(rule.test) for rule in applied if rule.test}, index=frame.index)
        hard = held[[rule.id for rule in applied if not rule.points]].all(axis=1)
        weights = pandas.Series({rule.id: rule.points for rule in applied if rule.points}, dtype="int64")
        points = held[weights.index].dot(weights) if len(weights) else pandas.Series(0, index=frame.index)
        ranked = points[hard].sort_values(ascending=False, kind="stable")
        return held, hard, ranked, ranked.rank(method="min", ascending=False)

    def answer(found: tuple[Any, ...]) -> Answer:
        _, hard, ranked, _ = found
        return Answer(tuple(hard.index[~hard]), placed({name: int(points) for name, points in ranked.items()}))

    return decide, answer


def clips(work: Workload) -> Deciding:
    """Fire the rules over facts with CLIPS; the loop keeps the reasons of models."""
    environment = import_module("clips").Environment()
    environment.build("(deftemplate fact (slot name) (slot value))")
    environment.build("(deftemplate fired (slot rule))")
    for rule in work.rules:
        environment.build(_clips_rule(rule))
    template, rules = environment.find_template("fact"), {rule.id: rule for rule in work.rules}

    def decide(case: Case) -> tuple[Any, ...]:
        environment.reset()
        for name, value in case.items():
            template.assert_fact(name=name, value=str(value) if isinstance(value, bool) else value)
        environment.run()
        found = (fact["rule"] for fact in environment.facts() if fact.template.name == "fired")
        return judged(work, [rules[name] for name in sorted(found)])

    return decide, _answer


def _clips_rule(rule: Rule) -> str:
    tests = []
    for number, test in enumerate(rule.when):
        if test.operator == "any_of" and isinstance(test.value, tuple):
            wanted = "|".join(f'"{one}"' for one in test.value)
        elif test.operator == "is":
            wanted = f'"{test.value}"'
        else:
            compared = ">=" if test.operator == "at_least" else "<="
            wanted = f"?v{number}&:({compared} ?v{number} {test.value})"
        tests.append(f'(fact (name "{test.attribute}") (value {wanted}))')
    concluded = f' (assert (fact (name "{rule.concludes}") (value "True")))' if rule.concludes else ""
    return f'(defrule {rule.id} {" ".join(tests)} => (assert (fired (rule "{rule.id}"))){concluded})'


def zen(work: Workload) -> Deciding:
    """Evaluate one decision table of all rules with zen, again while something new is concluded."""
    engine = import_module("zen").ZenEngine()
    names = sorted({test.attribute for rule in work.rules for test in rule.when})
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": name, "name": name, "field": name} for name in names],
        "outputs": [{"id": "rule", "name": "rule", "field": "rule"}],
        "rules": [
            {"_id": rule.id, "rule": json.dumps(rule.id)} | {test.attribute: _zen_test(test) for test in rule.when}
            for rule in work.rules
        ],
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": table, "position": {"x": 0, "y": 0}},
        {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 0, "y": 0}},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
    ]
    decision = engine.create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    rules = {rule.id: rule for rule in work.rules}

    def decide(case: Case) -> tuple[Any, ...]:
        known = dict.fromkeys(names) | case
        while True:
            found = [rules[one["rule"]] for one in decision.evaluate(known)["result"]]
            new = {rule.concludes for rule in found if rule.concludes and known.get(rule.concludes) is None}
            if not new:
                return judged(work, found)
            known |= dict.fromkeys(sorted(new), True)

    return decide, _answer


def _zen_test(test: Test) -> str:
    if test.operator == "any_of" and isinstance(test.value, tuple):
        return ", ".join(json.dumps(one) for one in test.value)
    if test.operator == "is":
        return json.dumps(test.value)
    return f"$ != null and $ {'>=' if test.operator == 'at_least' else '<='} {test.value}"


def clingo(work: Workload) -> Deciding:
    """Ground and solve the rules with the facts of each case; the loop keeps the reasons of models."""
    module = import_module("clingo")
    lines = []
    for rule in work.rules:
        body = ", ".join(_clingo_test(test, number) for number, test in enumerate(rule.when))
        lines.append(f'fired("{rule.id}") :- {body}.')
        if rule.concludes:
            lines.append(f'fact("{rule.concludes}", "True") :- fired("{rule.id}").')
    program, rules = "\n".join(lines), {rule.id: rule for rule in work.rules}

    def decide(case: Case) -> tuple[Any, ...]:
        control = module.Control(["--warn=none"])
        facts = "".join(f'fact("{name}", {_clingo_value(value)}).' for name, value in case.items())
        control.add("base", [], program + facts)
        control.ground([("base", [])])
        found: list[str] = []
        control.solve(
            on_model=lambda model: found.extend(
                one.arguments[0].string for one in model.symbols(atoms=True) if one.name == "fired"
            )
        )
        return judged(work, [rules[name] for name in sorted(found)])

    return decide, _answer


def _clingo_value(value: object) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else f'"{value}"'


def _clingo_test(test: Test, number: int) -> str:
    if test.operator == "any_of" and isinstance(test.value, tuple):
        choices = "; ".join(f'"{one}"' for one in test.value)
        return f'1 {{ fact("{test.attribute}", ({choices})) }}'
    if test.operator == "is":
        return f'fact("{test.attribute}", "{test.value}")'
    compared = ">=" if test.operator == "at_least" else "<="
    return f'fact("{test.attribute}", V{number}), V{number} {compared} {test.value}'


def llmrules_plain(work: Workload) -> Deciding:
    """Decide with the plain evaluator: values checked, verdicts, points and places; reasons on demand."""
    return _llmrules(work, "plain")


def llmrules_durable(work: Workload) -> Deciding:
    """Decide with durable-rules, certified: the same."""
    return _llmrules(work, "durable")


def llmrules_reasons(work: Workload) -> Deciding:
    """Decide with the plain evaluator, and give each reason why the first model and the last stand where they stand."""
    decide, answer = _llmrules(work, "plain")
    first, *_, last = work.models

    def explain(case: Case) -> Any:  # noqa: ANN401 - a decision
        decision = decide(case)
        for name in (first, last):
            list(decision.why(name).root.children)  # each is made when somebody looks at it; there may be none
        return decision

    return explain, answer


def _llmrules(work: Workload, engine: Any) -> Deciding:  # noqa: ANN401 - one of three texts
    advisor = ours.advisor(work, engine)

    def decide(case: Case) -> Any:  # noqa: ANN401 - a decision
        decision = advisor.decide(ours.stated(case))
        assert len(decision.ranking.places) == len(decision.ranking)  # noqa: S101 - everyone has a place now
        return decision

    return decide, ours.answer


CONTESTANTS: dict[str, tuple[Callable[[Workload], Deciding], str]] = {
    "plain Python loop": (plain_loop, "nothing"),
    "NumPy columns": (numpy_columns, "nothing"),
    "llmrules, plain": (llmrules_plain, "all, on demand"),
    "llmrules, plain, with why of two models": (llmrules_reasons, "all, of two"),
    "llmrules, durable, certified": (llmrules_durable, "all, on demand"),
    "plain Python loop with reasons": (loop_with_reasons, "which rules"),
    "pandas": (pandas_frame, "which rules"),
    "zen (GoRules) and a loop": (zen, "which rules"),
    "CLIPS and a loop": (clips, "which rules"),
    "clingo and a loop": (clingo, "which rules"),
}
"""Each with what it can explain of a model afterwards."""
