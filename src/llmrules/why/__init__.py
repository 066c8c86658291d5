"""Why a model stands where it stands: one tree, from a trace alone, whatever the verdict."""

from llmrules.why.explainer import Explainer, why
from llmrules.why.explanation import Explanation, Node
from llmrules.why.outcomes import DECISIVE, LEVELS, OUTCOMES, VERDICTS
from llmrules.why.rows import Rows, by_standing, grouped, row_name

__all__ = [
    "DECISIVE",
    "LEVELS",
    "OUTCOMES",
    "VERDICTS",
    "Explainer",
    "Explanation",
    "Node",
    "Rows",
    "by_standing",
    "grouped",
    "row_name",
    "why",
]
