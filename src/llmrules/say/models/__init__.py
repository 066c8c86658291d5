"""What is loaded: models found by words and conditions, one shown with everything known of it, several compared.

Nothing here decides: a condition is true, false or unknown of an offer, as in a decision, and the three are kept apart.
"""

from llmrules.say.models.comparison import Comparison, compare
from llmrules.say.models.listing import Listing, list_found
from llmrules.say.models.selection import Match, Selection, select
from llmrules.say.models.sheet import Fact, Sheet, sheet_of

__all__ = [
    "Comparison",
    "Fact",
    "Listing",
    "Match",
    "Selection",
    "Sheet",
    "compare",
    "list_found",
    "select",
    "sheet_of",
]
