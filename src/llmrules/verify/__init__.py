"""The checker: whether a trace is what it claims to be, found out without the program that wrote it.

``kernel`` stands alone: it works on the plain JSON of the trace, has its own copy of what is true, and imports nothing
of ours. ``matched`` compares what it has read with files, and alone uses their readers.
"""

from llmrules.verify.kernel.refusal import Wrong
from llmrules.verify.levels import examine, verify
from llmrules.verify.report import LEVELS, Level, Report

__all__ = ["LEVELS", "Level", "Report", "Wrong", "examine", "verify"]
