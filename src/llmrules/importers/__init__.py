"""Importers: public catalogue files become catalogue entries, each value with its source, and a report of the rest.

They guess nothing, and only ``fetching`` goes to the network: what a file does not state stays unknown.
"""
