"""What authors and instructors run: build the notebooks, stamp the links, grade a class."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
