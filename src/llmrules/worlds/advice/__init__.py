"""Advice: what to ask next, what it would take, and how firm an answer is. All of it is decided in other worlds."""
