"""The course as lectures: `make slides`."""
