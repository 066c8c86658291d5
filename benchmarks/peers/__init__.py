"""What a decision costs beside what people would use instead, on one neutral workload, side by side in one run."""
