"""What is mounted into the sandbox: needs the standard library and NumPy, knows nothing of the course or the class."""
