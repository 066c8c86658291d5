"""Firing: which rules fire on a case, found by durable-rules or by the plain evaluator, and in which order."""
