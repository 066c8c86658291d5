"""The checker: whether a trace is what it claims to be, found out without the program that wrote it.

It works on the plain JSON of the trace and has its own copy of what is true. It never imports the engine, the
decision, or anything that they use to tell true from false; only ``matched`` uses the readers of files.
"""

from llmrules.verify.levels import examine, verify
from llmrules.verify.report import LEVELS, Level, Report, Wrong

__all__ = ["LEVELS", "Level", "Report", "Wrong", "examine", "verify"]
