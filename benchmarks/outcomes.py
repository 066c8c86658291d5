"""What the shipped rules say over thousands of random cases: who wins, how often, and which rules decide it.

    python -m benchmarks.outcomes [--profiles 3000] [--seed 1] [--rules FILE]… [--catalog FILE]…

Nothing here is right or wrong by itself. It is read as an expert would: no topic should drown the others, and no
model should win by an accident of what happens to be known of it.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from math import exp, log
from random import Random
from typing import TYPE_CHECKING

from llmrules.advisor import Advisor
from llmrules.catalog.candidates import bits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from llmrules.advisor import Decision
    from llmrules.language.vocabulary import Attribute, Vocabulary

AS_OF = date(2026, 3, 1)

RANGES = {
    "context_tokens": (1_000, 2_000_000),
    "hardware_parameters": (1, 2_000),
    "monthly_input_tokens": (100_000, 10_000_000_000),
    "monthly_output_tokens": (10_000, 1_000_000_000),
    "monthly_budget": (10, 100_000),
    "long_request_tokens": (10_000, 1_000_000),
}
"""Smallest and largest value of each number, drawn log-uniformly."""

SHARES = {"long_request_share": (0, Decimal("0.1"), Decimal("0.5"))}
"""What is drawn of a number that is a share."""

DAYS_AHEAD = (30, 1_500)
"""How many days after the day of the decision a date lies."""

STATED = (0.2, 0.4, 0.7)
"""How likely each requirement is stated, drawn once for a profile: some users say little and some a great deal."""

TRUE = 0.25
"""How likely a stated flag is true. Most flags are special needs, and five of them mean own hosting: at one half,
nearly every case would be such a case."""

LIKELY: dict[str, dict[str, float]] = {
    "modalities": {"text": 1.0, "image": 0.3, "audio": 0.1, "video": 0.1},
    "languages": {"en": 0.8, "zh": 0.2, "ko": 0.3, "other": 0.3},
}
"""How likely each member is in these sets; uniform ones would be a study of Chinese films."""

MOST_MEMBERS = 3
"""Members of any other set that a profile states at most: a case of ten tasks is no case."""

WEIGHTS = {"deployment": {"cloud-api": 5, "on-premise": 3, "edge": 1}}
"""How often each choice is drawn, where it is not as often as any other; an edge device holds one of the twelve."""


def random_profile(random: Random, vocabulary: Vocabulary) -> dict[str, object]:
    """Draw requirements: each askable one is stated with some likelihood, and its value is uniform."""
    likelihood = random.choice(STATED)
    askable = [attribute for attribute in vocabulary if attribute.scope == "requirement" and attribute.ask]
    stated = {one.name: _value(random, one) for one in askable if random.random() < likelihood}
    return {"as_of": AS_OF, **stated}


def _value(random: Random, attribute: Attribute) -> object:
    if attribute.type == "flag":
        return random.random() < TRUE
    if attribute.type == "set":
        return _members(random, attribute)
    if attribute.type == "date":
        return AS_OF + timedelta(days=random.randint(*DAYS_AHEAD))
    if attribute.name in SHARES:
        return random.choice(SHARES[attribute.name])
    if attribute.type == "number":
        low, high = RANGES[attribute.name]
        return round(exp(random.uniform(log(low), log(high))))
    weights = WEIGHTS.get(attribute.name, {})
    return random.choices(attribute.choice_ids, [weights.get(choice, 1) for choice in attribute.choice_ids])[0]


def _members(random: Random, attribute: Attribute) -> list[str]:
    choices = attribute.choice_ids
    if attribute.name in LIKELY:
        return [name for name in choices if random.random() < LIKELY[attribute.name][name]] or [choices[0]]
    return random.sample(choices, random.randint(1, min(MOST_MEMBERS, len(choices))))


class Outcomes:
    """Counts over all decisions; ``points`` are those of the winners, a shared place counted in parts."""

    def __init__(self, advisor: Advisor) -> None:
        """Start at nothing."""
        self.rules = advisor.knowledge.ruleset.rules
        self.models = {name: Counter[str]() for name in advisor.knowledge.models}
        self.contradictory = 0
        self.cases = Counter[str]()
        self.fired = Counter[str]()
        self.points: defaultdict[str, float] = defaultdict(float)
        self.decides = Counter[str]()

    def add(self, decision: Decision) -> None:
        """Count one decision; one of a contradictory case tells nothing and is only counted as such."""
        if decision.conflicts:
            self.contradictory += 1
            return
        self.cases["all"] += 1
        self.fired.update(decision.fired)
        for model in self.models:
            self.models[model][decision.verdict(model)] += 1
        if decision.refused:
            self.cases["refused"] += 1
        elif not decision.best:
            self.cases["nothing eligible"] += 1
        else:
            self._add_winners(decision)

    def _add_winners(self, decision: Decision) -> None:
        best = decision.best
        own = "own" in decision.derivation.facts.get("hosting", ())
        kind = "first alone" if len(best) == 1 else "first shared"
        self.cases[kind] += 1
        self.cases["nobody has a point"] += all(placed.points <= 0 for placed in decision.ranking)
        self.cases["only one eligible"] += len(decision.ranking) == 1
        scale = decision.criteria.scale
        gained = points_by_rule(decision)
        for model in best:
            self.models[model][kind] += 1
            self.models[model]["alone, own"] += kind == "first alone" and own
            for rule, points in gained.items():
                self.points[rule] += max(points.get(model, 0), 0) / scale / len(best)
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

    def report(self) -> Iterable[str]:
        """Yield the tables, line by line."""
        total = self.cases["all"]
        yield f"{total} random cases, as of {AS_OF} ({self.contradictory} contradictory ones not counted)"
        for name, count in self.cases.most_common():
            yield f"  {name:<22}{count:>6}{100 * count / total:>7.1f} %"
        columns = ("first alone", "alone, own", "first shared", "eligible", "unverified", "excluded")
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


def points_by_rule(decision: Decision) -> dict[str, dict[str, int]]:
    """Return what each fired rule gives the ranked models that it reaches, by their best offers; none reaches nobody.

    Points are in the units of the criteria.
    """
    best = _best_offers(decision)
    found = {
        score.criterion.rule.id: {
            model: score.points(index) for model, index in best.items() if score.outcome.true >> index & 1
        }
        for score in decision.judgement.scores
    }
    return {rule: points for rule, points in found.items() if points}


def _best_offers(decision: Decision) -> dict[str, int]:
    """Return the candidate by which each ranked model has its place."""
    judgement, masks = decision.judgement, dict(decision.candidates.models)
    return {
        placed.model: max(bits(masks[placed.model] & judgement.eligible), key=lambda index: judgement.points[index])
        for placed in decision.ranking
    }


def measure(advisor: Advisor, profiles: int, seed: int, tell: Callable[[str], None] = print) -> None:
    """Decide random cases and report."""
    random = Random(seed)
    outcomes = Outcomes(advisor)
    while outcomes.cases["all"] < profiles:
        outcomes.add(advisor.decide(random_profile(random, advisor.knowledge.ruleset.vocabulary)))
    for line in outcomes.report():
        tell(line)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profiles", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rules", action="append", default=[], help="a rule file on top of the shipped ones")
    parser.add_argument("--catalog", action="append", default=[], help="a catalogue on top of the shipped one")
    given = parser.parse_args()
    advisor = Advisor.load(rules=given.rules, catalog=given.catalog, engine="plain")
    measure(advisor, given.profiles, given.seed)


if __name__ == "__main__":
    main()
