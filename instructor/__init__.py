"""What instructors run: grade a class."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
