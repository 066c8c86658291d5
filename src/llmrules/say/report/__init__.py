"""A decision as people read it: one report, taken from a trace alone, and its formats."""
