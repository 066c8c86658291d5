"""Decides again from a trace: from what it was given alone, or under other rules and another catalogue.

What a trace was given is written back as the plain values of files and read by the real loader, with neither the rule
files nor the catalogue at hand. So a trace that lacks something, or holds what no file could say, cannot be replayed.
"""

from llmrules.worlds.replay.case import (
    approved,
    decide,
    read_requirements,
    replay,
    replay_under,
    stated,
    with_defaults,
)
from llmrules.worlds.replay.files import load_given, load_model, load_rule
from llmrules.worlds.replay.models import values

__all__ = [
    "approved",
    "decide",
    "load_given",
    "load_model",
    "load_rule",
    "read_requirements",
    "replay",
    "replay_under",
    "stated",
    "values",
    "with_defaults",
]
