"""Choose a large language model the way an expert does, and prove it."""

from llmrules.advisor import Advisor, Decision
from llmrules.errors import LlmrulesError, LoadError

__all__ = ["Advisor", "Decision", "LlmrulesError", "LoadError", "__version__"]

__version__ = "0.1.0"
