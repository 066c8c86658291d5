"""The catalogue: models and their offers, each value with its sources, what it replaced and what disputes it."""

from llmrules.catalog.entries import Catalog, Dated, Entry, Model, Offer, Stated
from llmrules.catalog.reading import read_catalog

__all__ = ["Catalog", "Dated", "Entry", "Model", "Offer", "Stated", "read_catalog"]
