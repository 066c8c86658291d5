"""The trace: one document that holds everything a decision rests on and everything that follows from it."""
