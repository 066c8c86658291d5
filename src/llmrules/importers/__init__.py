"""Importers: public catalogue files become catalogue entries, each value with its source, and a report of the rest.

They read files that are at hand, never a network, and guess nothing: what a file does not state stays unknown.
"""
