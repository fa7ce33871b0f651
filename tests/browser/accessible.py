"""axe-core's rules on what a page shows."""

from pathlib import Path

import pytest

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
