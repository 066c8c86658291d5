"""The door for those who import llmrules: load knowledge once, decide many cases."""

from llmrules.advisor.advisor import Advisor
from llmrules.advisor.decision import Decision

__all__ = ["Advisor", "Decision"]
