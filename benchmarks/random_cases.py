"""Random cases as people have them: each says what the model is to do, most say where it runs, some a great deal more.

A case is drawn from the vocabulary, so a new requirement takes part by itself. What contradicts itself or is refused is
not left out here; whoever decides the cases does that.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from math import exp, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from llmrules.language.vocabulary import Attribute, Vocabulary

STATED = (0.15, 0.3, 0.5)
"""How likely a requirement is stated, drawn once for a case: some people say little and some a great deal."""

ALMOST_ALWAYS = {"tasks": 1.0, "deployment": 0.8, "modalities": 0.7, "languages": 0.5}
"""What people say first. Without a task nothing tells models apart."""

SELDOM = {
    **dict.fromkeys(("data_region", "redistribution", "unfiltered", "interpretability", "no_training_on_data"), 0.1),
    **dict.fromkeys(("cached_input_share", "batch_share", "ends_on"), 0.1),
    **dict.fromkeys(("certifications_needed", "retention_limit", "live_social_data", "long_request_tokens"), 0.05),
    **dict.fromkeys(("input_price_ceiling", "output_price_ceiling", "long_request_share"), 0.05),
    "outputs": 0.0,
}
"""Special needs; a flag among them is true where it is stated, and nobody asks here for anything but text."""

TRUE = 0.3
"""How likely any other stated flag is true."""

RANGES = {
    "context_tokens": (1_000, 1_000_000),
    "hardware_parameters": (3, 1_000),
    "monthly_input_tokens": (1_000_000, 5_000_000_000),
    "monthly_output_tokens": (100_000, 500_000_000),
    "monthly_budget": (20, 50_000),
    "long_request_tokens": (10_000, 1_000_000),
    "input_price_ceiling": (0.1, 10),
    "output_price_ceiling": (0.5, 50),
    "retention_limit": (1, 90),
    "hardware_memory": (8, 2_000),
}
"""Smallest and largest value of each number, drawn log-uniformly."""

SHARES = (Decimal("0.1"), Decimal("0.5"))
"""What is drawn of a number that is a share."""

MEMBERS: dict[str, dict[str, float]] = {
    "modalities": {"text": 1.0, "image": 0.3, "audio": 0.06, "video": 0.06},
    "languages": {"en": 1.0, "zh": 0.1, "ko": 0.2, "other": 0.2},
}
"""How likely each member is in these sets; uniform ones would be a study of Chinese films."""

MOST_TASKS = 2
"""Tasks that a case states at most; of any other set it states one member."""

WEIGHTS = {"deployment": {"cloud-api": 6, "on-premise": 3, "edge": 1}, "data_region": {"eu": 2, "us": 1}}
"""How often each of these choices is drawn; those that are not named here, never."""

DAYS_AHEAD = (30, 1_500)
"""How many days after the day of the decision a date lies."""


def random_case(random: Random, vocabulary: Vocabulary, as_of: date) -> dict[str, object]:
    """Draw the requirements of one case, decided on a day."""
    stated = random.choice(STATED)
    likely = {**SELDOM, **ALMOST_ALWAYS}
    asked = [one for one in vocabulary if one.scope == "requirement" and one.ask]
    drawn = [one for one in asked if random.random() < likely.get(one.name, stated)]
    return {"as_of": as_of, **{one.name: _value(random, one, as_of) for one in drawn}}


def _value(random: Random, attribute: Attribute, as_of: date) -> object:
    match attribute.type:
        case "flag":
            return attribute.name in SELDOM or random.random() < TRUE
        case "set":
            return _members(random, attribute)
        case "date":
            return as_of + timedelta(days=random.randint(*DAYS_AHEAD))
        case "number":
            return _number(random, attribute)
        case _:
            weights = WEIGHTS.get(attribute.name, dict.fromkeys(attribute.choice_ids, 1))
            return random.choices([*weights], [*weights.values()])[0]


def _members(random: Random, attribute: Attribute) -> list[str]:
    if attribute.name in MEMBERS:
        return [name for name, likelihood in MEMBERS[attribute.name].items() if random.random() < likelihood]
    most = MOST_TASKS if attribute.name == "tasks" else 1
    return random.sample(attribute.choice_ids, random.randint(1, most))


def _number(random: Random, attribute: Attribute) -> object:
    if attribute.maximum == 1:
        return random.choice(SHARES)
    low, high = RANGES[attribute.name]
    drawn = exp(random.uniform(log(low), log(high)))
    return round(drawn) if low >= 1 else Decimal(str(round(drawn, 2)))
