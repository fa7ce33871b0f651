"""What authors and instructors run: build the notebooks, stamp the links, grade a class."""
