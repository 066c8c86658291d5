"""The same case with something changed, and a decision made again."""
