"""Why a model stands where it stands: one tree, from a trace alone, whatever the verdict."""

from llmrules.say.why.explainer import Explainer, why
from llmrules.say.why.explanation import Explanation, Node
from llmrules.say.why.outcomes import DECISIVE, LEVELS, OUTCOMES, VERDICTS
from llmrules.say.why.rows import Rows, by_standing, grouped, row_name

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
