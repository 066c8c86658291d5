"""Settings of the whole suite."""

from __future__ import annotations

import os
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest
import time_machine
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# The same checkout gives the same result everywhere, however slow the machine is. To look for new counterexamples:
# pytest --hypothesis-profile=search, which also tries five times as many where a test does not say how many.
settings.register_profile("suite", derandomize=True, deadline=None, max_examples=20)
settings.register_profile("search", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def parsed_once() -> Iterator[None]:
    """Parse each TOML text once: most tests load what is shipped, and nobody changes what was parsed."""
    from llmrules.reading import files, syntax

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "toml_data", lru_cache(maxsize=256)(syntax.toml_data))
        yield


def pytest_configure(config: pytest.Config) -> None:
    """Run the whole suite at midnight of the day that CLOCK names, as if it had come: `make test CLOCK=2027-04-01`."""
    if clock := os.environ.get("CLOCK"):
        travel = time_machine.travel(date.fromisoformat(clock), tick=True)
        travel.start()
        config.add_cleanup(travel.stop)
