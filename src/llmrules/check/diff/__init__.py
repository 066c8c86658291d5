"""What changed between two decisions, and which rule, value or requirement caused each change."""

from llmrules.check.diff.attribute import MOST_REPLAYS
from llmrules.check.diff.compare import Case, compare, compare_corpus, compare_decisions, decide_again, read_cases
from llmrules.check.diff.record import Change, Comparison, Corpus, Difference, Replay

__all__ = [
    "MOST_REPLAYS",
    "Case",
    "Change",
    "Comparison",
    "Corpus",
    "Difference",
    "Replay",
    "compare",
    "compare_corpus",
    "compare_decisions",
    "decide_again",
    "read_cases",
]
