"""axe-core's rules on what a page shows, and how a picture stands out on it."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

axe = pytest.importorskip("axe_playwright_python", reason="make browser installs it")
SCRIPT = Path(axe.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
THEIRS = {  # what ipywidgets 8.1.9 and 7.7.1 lack, and no widget of ours can give: (rule, part of the element)
    ("aria-input-field-name", "noUi-handle"),
    ("aria-input-field-name", "widget-readout"),
    ("label", "widget-readout"),
    ("image-alt", "widget-image"),  # 7.7.1 alone
    ("scrollable-region-focusable", "jp-Cell-outputArea"),  # JupyterLab 4.4 alone, of its own box around all outputs
}


def violations(page, within="body"):
    """What axe-core finds inside the elements of a selector, of WCAG 2.1 A and AA: "rule: element", ours alone."""
    page.evaluate(SCRIPT)
    found = page.evaluate("""within => axe.run({include: [[within]]}, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations']}).then(found =>
        found.violations.flatMap(rule => rule.nodes.map(node => [rule.id, node.html, node.failureSummary])))""", within)
    return [f"{rule}: {html[:300]} ({why})" for rule, html, why in found
            if not any(rule == known and part in html for known, part in THEIRS)]


def suits_dark(picture):
    """Assert that a picture has no ground of its own on a dark page, and that its words stand out on it."""
    picture.scroll_into_view_if_needed()
    shot = np.asarray(Image.open(io.BytesIO(picture.screenshot())).convert("RGB"), float) / 255
    luminance = (np.where(shot <= 0.04045, shot / 12.92, ((shot + 0.055) / 1.055) ** 2.4)
                 @ (0.2126, 0.7152, 0.0722))
    ground = luminance[1, 1]
    assert ground < 0.02 and np.mean(np.abs(luminance - ground) < 0.01) > 0.6, "a ground of its own"
    assert (luminance.max() + 0.05) / (ground + 0.05) > 3.5  # its words, whose edges are fainter
