"""A progress bar for a long loop, which leaves nothing behind, neither in a terminal nor in a saved notebook.

tqdm's own widget would stay in the notebook, with a time that differs at every run; here the bar is a display that is
emptied at the end. The environment variable TQDM_DISABLE=1 switches it off altogether.
"""

import contextlib
import sys

from rnn_helpers.page import on_page


def progress_bar(steps, show=True):
    """range(steps) as a context manager, with tqdm's bar once it has run for two seconds."""
    if not show:
        return contextlib.nullcontext(range(steps))
    from tqdm import tqdm  # NumPy alone is loaded until something is shown

    if sys.platform == "emscripten":
        tqdm.monitor_interval = 0  # its thread would not start, and it would warn of that
    return tqdm(range(steps), delay=2, leave=False, file=CellOutput() if on_page() else sys.stderr)


class CellOutput:
    """A file whose last line is shown in place under the cell, and nothing once that line is empty."""

    handle = None

    def write(self, text):
        from IPython.display import display

        line = text.strip("\r\n ")
        data = {"text/plain": line} if line else {}
        if self.handle is not None:
            self.handle.update(data, raw=True)
        elif line:
            self.handle = display(data, raw=True, display_id=True)

    def flush(self):
        """Nothing is held back."""
