"""Why a model stands where it stands: one tree, from a trace alone, whatever the verdict."""

from llmrules.say.why.explainer import DECISIVE, Explainer, Reasons, why
from llmrules.say.why.explanation import Explanation, Judged, Known, Node, by_standing, row_name

__all__ = [
    "DECISIVE",
    "Explainer",
    "Explanation",
    "Judged",
    "Known",
    "Node",
    "Reasons",
    "by_standing",
    "row_name",
    "why",
]
