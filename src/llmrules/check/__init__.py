"""What is held against rules, catalogues, cases and traces: lint, cases, differences, audits and schemas."""
