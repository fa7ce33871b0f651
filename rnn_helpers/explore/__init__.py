"""Pictures that answer when you move their controls: one module per subject, the machinery is in `control`."""

from rnn_helpers.explore.control import choice, explore, int_slider, slider, steps

__all__ = ["choice", "explore", "int_slider", "slider", "steps"]
