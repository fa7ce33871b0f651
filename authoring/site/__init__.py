"""The course as static pages for reading: `make site`."""
