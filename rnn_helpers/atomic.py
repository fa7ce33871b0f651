"""A file is there whole or not at all: no reader sees half of it, and no crash leaves half of it."""

import os
import tempfile
from pathlib import Path


def write(path, data, mode=0o644):
    """Write a file in one step, and the folders above it that are missing.

    path : where; data : bytes, or text, which is written as UTF-8
    mode : permissions of the file
    Raises OSError : the folder cannot be written to; what stood there is untouched, and nothing is left beside it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data.encode("utf-8") if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
