"""The sentences of each language, one module a language, named by its code: ``SENTENCES`` by name, and ``chosen``.

``chosen`` takes what stands in a slot and the two forms between which it decides.
"""
