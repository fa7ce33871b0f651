"""Small notebooks for the tests of the tools that build and grade them."""

import nbformat

PROJECT = '[project.urls]\nRepository = "https://github.com/ada/rnn-course/tree/trunk"\n'
TITLE = ("title", "# A small notebook")


def notebook(*cells):
    """A notebook of (id, source) or (id, source, nbgrader metadata); a source that starts with "# " is text."""
    made = []
    for cell_id, source, *data in cells:
        new = nbformat.v4.new_markdown_cell if source.startswith("# ") else nbformat.v4.new_code_cell
        cell = new(source, id=cell_id)
        if data:
            cell.metadata["nbgrader"] = {"grade": False, "locked": False, "schema_version": 3, "solution": False,
                                         "task": False, **data[0]}
        made.append(cell)
    nb = nbformat.v4.new_notebook()
    nb.cells = made  # as an argument, a duplicate id would be replaced
    return nb


def course(folder, **solved):
    """A folder like the repository's with the given solved notebooks (name -> notebook); returns the folder."""
    (folder / "notebooks" / "solutions").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PROJECT)
    for name, nb in solved.items():
        (folder / "notebooks" / "solutions" / f"{name}.ipynb").write_text(nbformat.v4.writes(nb))
    return folder
