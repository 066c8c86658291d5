"""Rules: their effects, how they are read from files, and the strata that make their meaning unique."""
