"""Whether a notebook run in a browser shows what is stored: texts to the digit; pictures, drawn by another matplotlib,
have the same size and look alike from afar.
"""

import base64
import io

import numpy as np
from PIL import Image

from authoring import ROOT, files, normalise

ALIKE = 0.05  # RMS of what is left of two pictures at 48 x 32 pixels, black 0 and white 1


def seen_from_afar(png):
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGBA")
    image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("L")
    return image.size, np.asarray(image.resize((48, 32), Image.Resampling.BOX), float) / 255


def said_and_shown(output):
    """What an output says, by MIME type or field, and the PNGs of the <img>s in it."""
    said = dict(output.get("data", {}), **{key: output[key] for key in ("name", "text", "ename") if key in output})
    return ({kind: normalise.PNG.sub("", text) for kind, text in said.items()},
            [png for text in said.values() for png in normalise.PNG.findall(text)])


def differences(stored, found):
    """What two lists of outputs do not have in common, in words."""
    stored, found = (normalise.outputs(outputs, pictures=False) for outputs in (stored, found))
    if len(stored) != len(found):
        yield f"{len(found)} outputs, {len(stored)} are stored"
    for old, new in zip(stored, found, strict=False):
        (texts, before), (others, after) = said_and_shown(old), said_and_shown(new)
        if texts != others or len(before) != len(after):
            yield f"{others}, stored is {texts}"
        for was, now in zip(map(seen_from_afar, before), map(seen_from_afar, after), strict=False):
            if was[0] != now[0] or np.sqrt(np.mean((was[1] - now[1]) ** 2)) > ALIKE:
                yield f"another picture, {now[0]}, stored is {was[0]}"


def unlike_stored(path, cells):
    """What differs from the outputs of notebooks/`path` in these cells, run elsewhere."""
    stored = files.read(ROOT / "notebooks" / path).cells
    return [f"{cell.id}: {what}" for cell, run_here in zip(stored, cells, strict=True) if cell.cell_type == "code"
            for what in differences(cell.outputs, run_here["outputs"])]
