"""Choose a large language model the way an expert does, and prove it."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llmrules.advisor import Advisor, Decision
    from llmrules.errors import LlmrulesError, LoadError

__all__ = ["Advisor", "Decision", "LlmrulesError", "LoadError", "__version__"]

__version__ = "0.1.0"

_HOMES = {
    "Advisor": "llmrules.advisor",
    "Decision": "llmrules.advisor",
    "LlmrulesError": "llmrules.errors",
    "LoadError": "llmrules.errors",
}

if not TYPE_CHECKING:  # a type checker knows the names from above, and tells the others from them

    def __getattr__(name: str) -> object:
        """Load a name when it is first used: importing the package costs nothing."""
        if name not in _HOMES:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        found = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return found


def __dir__() -> list[str]:
    """Return the names of the module, those included that are not loaded yet."""
    return sorted({*globals(), *__all__})
