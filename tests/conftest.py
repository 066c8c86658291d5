"""Settings of the whole suite."""

import os

from hypothesis import settings

# The same checkout gives the same result everywhere, however slow the machine is. To look for new counterexamples:
# pytest --hypothesis-profile=search, which also tries twice as many where a test does not say how many.
settings.register_profile("suite", derandomize=True, deadline=None, max_examples=30)
settings.register_profile("search", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("suite")

# No test reads or writes what large catalogues were read as elsewhere; those of the cache say where it is.
os.environ["LLMRULES_CACHE"] = ""
