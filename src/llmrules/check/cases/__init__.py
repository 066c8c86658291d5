"""Test cases: profiles with ``[expect]``, run, measured and kept up to date, so that rules can be trusted."""

from llmrules.check.cases.check import Mismatch, check, read_case
from llmrules.check.cases.run import Case, Result, collect, run

__all__ = ["Case", "Mismatch", "Result", "check", "collect", "read_case", "run"]
