"""The sentences of each language, one module a language, named by its code: ``SENTENCES`` by name, ``chosen`` and ``settled``.

``chosen`` takes what stands in a slot and the two forms between which it decides; ``settled`` gives the words of a
whole sentence their forms.
"""
