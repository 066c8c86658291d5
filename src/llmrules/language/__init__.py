"""What people write: values, texts, sources, the vocabulary, conditions, rules, profiles, approvals and settings."""
