"""Bytes become checked tables: files, TOML and JSON, where each key stands, and every problem of a load at once."""
