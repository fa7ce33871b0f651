"""Speed, side by side with what else one could use: `make bench`, or `python -m benchmarks`."""
