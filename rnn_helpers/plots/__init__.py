"""Figures of the course, a module per subject: each function draws on the `ax` it is given; the look is in `style`."""
