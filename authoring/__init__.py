"""What authors run: build the notebooks, refuse what would mislead, stamp the links, make the site and a release."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
