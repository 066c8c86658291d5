"""From firings to a decision: effects become verdicts, points and places."""
