"""The atlas: well-known wrong implementations, one module per notebook."""
