"""What the shipped knowledge says of random cases: how often it decides, by what, and for whom.

    python -m benchmarks.outcomes [--cases 300] [--seed 1] [--rules FILE]… [--catalog FILE]…

Without a catalogue it measures twice: the article's twelve as of March 2026 and the releases of November 2026. Nothing
here is right or wrong by itself. It is read as an expert would: a decision should tell models apart, by what is known
of them and not by what happens to be missing elsewhere, and no topic should drown the others.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from datetime import date
from random import Random
from typing import TYPE_CHECKING

from benchmarks.random_cases import random_case

from llmrules.advisor import Advisor
from llmrules.catalog.candidates import bits
from llmrules.language.sources import Claim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from llmrules.advisor import Decision
    from llmrules.decision.knowledge import Knowledge

TWELVE, NOVEMBER = date(2026, 3, 1), date(2026, 11, 24)
"""The days on which the two catalogues are asked."""

TOLD_APART = "by what is known of both"
KINDS = {
    "value": "a value that is missing elsewhere",
    "board": "not being measured elsewhere",
    "article": "what the article says of its family alone",
}
"""Why a model can lead without being better by what is known of both: the other's value is not stated, it is on no
board, or the article says something of some families and nothing of the other's."""


class Outcomes:
    """Counts over all decisions; ``points`` are those of the winners, a shared place counted in parts."""

    def __init__(self, advisor: Advisor) -> None:
        """Start at nothing."""
        ruleset = advisor.knowledge.ruleset
        self.rules = ruleset.rules
        self.kinds = _kinds(advisor.knowledge)
        self.models = {model.id: Counter[str]() for model in advisor.knowledge.catalog.listed}
        self.ties: list[int] = []
        self.unverified: list[float] = []
        self.leads = Counter[str]()
        self.cases = Counter[str]()
        self.fired = Counter[str]()
        self.points: defaultdict[str, float] = defaultdict(float)
        self.decides = Counter[str]()

    def add(self, decision: Decision) -> None:
        """Count one decision; one of a case that contradicts itself or is refused tells nothing and is left out."""
        if decision.conflicts or decision.refused:
            self.cases["left out"] += 1
            return
        self.cases["all"] += 1
        self.fired.update(decision.fired)
        for model in self.models:
            self.models[model][decision.verdict(model)] += 1
        self.unverified.append(len(decision.unverified) / len(self.models))
        if not decision.best:
            self.cases["nothing eligible"] += 1
        else:
            self._add_winners(decision)

    def _add_winners(self, decision: Decision) -> None:
        best = decision.best
        kind = "first alone" if len(best) == 1 else "first shared"
        self.cases[kind] += 1
        self.ties.append(len(best))
        self.cases["only one eligible"] += len(decision.ranking) == 1
        gained = points_by_rule(decision)
        scale = decision.criteria.scale
        for model in best:
            self.models[model][kind] += 1
            for rule, points in gained.items():
                self.points[rule] += max(points.get(model, 0), 0) / scale / len(best)
        if len(best) == 1 and len(decision.ranking) > 1:
            self.leads[_lead(decision, self.kinds)] += 1
        for key in {*gained, *(self.rules[rule].pack for rule in gained)}:
            without = {
                placed.model: placed.points * scale
                - sum(points.get(placed.model, 0) for rule, points in gained.items() if key in self._keys(rule))
                for placed in decision.ranking
            }
            most = max(without.values())
            self.decides[key] += {model for model, points in without.items() if points == most} != set(best)

    def _keys(self, rule: str) -> tuple[str, str]:
        return rule, self.rules[rule].pack

    @property
    def mean_tie(self) -> float:
        """How many models share the first place on average."""
        return sum(self.ties) / (len(self.ties) or 1)

    @property
    def unverified_share(self) -> float:
        """Which share of the models is unverified on average."""
        return sum(self.unverified) / (len(self.unverified) or 1)

    def report(self) -> Iterator[str]:
        """Yield the tables, line by line."""
        total = self.cases["all"]
        yield f"{total} random cases ({self.cases['left out']} that contradict themselves or are refused left out)"
        yield f"  models at the first place, on average {self.mean_tie:>20.2f}"
        yield f"  of all models unverified, on average {100 * self.unverified_share:>19.1f} %"
        for name in ("first alone", "first shared", "only one eligible", "nothing eligible"):
            yield f"  {name:<30}{self.cases[name]:>6}{100 * self.cases[name] / total:>7.1f} %"
        yield "first alone before others, and ahead"
        for name in (TOLD_APART, *KINDS.values()):
            yield f"  {name:<44}{self.leads[name]:>6}"
        columns = ("first alone", "first shared", "eligible", "unverified", "excluded")
        yield ""
        width = max(map(len, (*self.models, "model"))) + 1
        yield f"{'model':<{width}}" + "".join(f"{column:>14}" for column in columns)
        for model, counts in sorted(self.models.items(), key=lambda item: (-item[1]["first alone"], item[0])):
            yield f"{model:<{width}}" + "".join(f"{counts[column]:>14}" for column in columns)
        yield ""
        yield "share of the winners' points, and how often the best would be another without it"
        packs: defaultdict[str, float] = defaultdict(float)
        for rule, points in self.points.items():
            packs[self.rules[rule].pack] += points
        yield from self._shares("pack", packs)
        yield ""
        yield from self._shares("rule", self.points)
        yield ""
        silent = [name for name, rule in self.rules.items() if not rule.classifies and not self.fired[name]]
        yield f"never fired: {', '.join(silent) or 'none'}"

    def _shares(self, what: str, points: Mapping[str, float]) -> Iterable[str]:
        whole = sum(points.values()) or 1
        yield f"{what:<46}{'points':>8}{'decides':>9}{'fired':>7}"
        for name, gained in sorted(points.items(), key=lambda item: (-item[1], item[0])):
            fired = f"{self.fired[name]:>7}" if name in self.rules else ""
            yield f"{name:<46}{100 * gained / whole:>6.1f} %{self.decides[name]:>9}{fired}"


def _kinds(knowledge: Knowledge) -> dict[str, str]:
    """Return, for each rule, what it is unknown by where it is unknown: a key of KINDS.

    The article's are lists, which are never complete, what mostly rests on it, and what rules conclude from those.
    """
    ruleset = knowledge.ruleset
    claims = {name for name, one in ruleset.citable.items() if isinstance(one, Claim)}
    stated: defaultdict[str, list[bool]] = defaultdict(list)
    for model in knowledge.catalog:
        for name, entry in model.entries.items():
            stated[name].append(claims.issuperset(entry.stated.sources))
    told = {name for name, by_claims in stated.items() if 2 * sum(by_claims) > len(by_claims)}
    told |= {one.name for one in ruleset.vocabulary if one.partial}
    concluded = [(rule.effect.conclusion, rule) for rule in ruleset.rules.values() if rule.classifies]
    for _ in concluded:  # a class may rest on another one
        for conclusion, rule in concluded:
            if conclusion is not None and rule.reads() & told:
                told.add(conclusion.attribute.name)
    kinds = {}
    for rule in ruleset.rules.values():
        board = any(name.startswith("rank_") for name in rule.reads())
        kinds[rule.id] = "board" if board else "article" if rule.reads() & told else "value"
    return kinds


def _lead(decision: Decision, kinds: Mapping[str, str]) -> str:
    """Return by what the sole winner is ahead: what is known of both, or the first kind that it is ahead by alone."""
    best = best_offers(decision)
    first = best[decision.best[0]]
    seconds = [best[placed.model] for placed in decision.ranking if placed.place == 2]
    for kind, words in KINDS.items():
        for second in seconds:
            lead = decision.judgement.points[first] - decision.judgement.points[second]
            for score in decision.judgement.scores:
                known = score.outcome.true | score.outcome.false
                if kinds[score.criterion.rule.id] == kind and not known >> second & 1:
                    lead -= score.points(first) if score.outcome.true >> first & 1 else 0
            if lead <= 0:
                return words
    return TOLD_APART


def points_by_rule(decision: Decision) -> dict[str, dict[str, int]]:
    """Return what each fired rule gives the ranked models that it reaches, by their best offers; none reaches nobody.

    Points are in the units of the criteria.
    """
    best = best_offers(decision)
    found = {
        score.criterion.rule.id: {
            model: score.points(index) for model, index in best.items() if score.outcome.true >> index & 1
        }
        for score in decision.judgement.scores
    }
    return {rule: points for rule, points in found.items() if points}


def best_offers(decision: Decision) -> dict[str, int]:
    """Return the candidate by which each ranked model has its place."""
    judgement, masks = decision.judgement, dict(decision.candidates.models)
    return {
        placed.model: max(bits(masks[placed.model] & judgement.eligible), key=lambda index: judgement.points[index])
        for placed in decision.ranking
    }


def outcomes_of(advisor: Advisor, cases: int, seed: int, as_of: date) -> Outcomes:
    """Decide random cases until so many count."""
    random = Random(seed)
    outcomes = Outcomes(advisor)
    while outcomes.cases["all"] < cases:
        outcomes.add(advisor.decide(random_case(random, advisor.knowledge.ruleset.vocabulary, as_of)))
    return outcomes


def measure(advisor: Advisor, cases: int, seed: int, as_of: date, tell: Callable[[str], None] = print) -> None:
    """Decide random cases and report."""
    for line in outcomes_of(advisor, cases, seed, as_of).report():
        tell(line)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rules", action="append", default=[], help="a rule file on top of the shipped ones")
    parser.add_argument("--catalog", action="append", default=[], help="a catalogue on top of the shipped one")
    given = parser.parse_args()
    asked = [(given.catalog, NOVEMBER)] if given.catalog else [([], TWELVE), (["2026-11"], NOVEMBER)]
    for catalog, as_of in asked:
        print(f"{', '.join(catalog) or 'the twelve'}, as of {as_of}")
        measure(Advisor.load(rules=given.rules, catalog=catalog, engine="plain"), given.cases, given.seed, as_of)
        print()


if __name__ == "__main__":
    main()
