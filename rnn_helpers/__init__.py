"""A course on vanilla RNNs and backpropagation through time, from scratch, in NumPy."""

__version__ = "1.0.0"
