"""Every profile at once: what holds of all cases is proved, and what does not is shown by one that is decided."""
