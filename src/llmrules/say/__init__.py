"""Everything that tells a decision, in one language at a time: sentences, explanations, reports and page."""
