"""What is handed out: nothing that should not be in it, the same bytes from anywhere; it works on its own."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import nbformat
import pytest

import rnn_helpers
from authoring import files, handouts
from rnn_helpers import course

ROOT = handouts.ROOT
RUN = """
import sys, nbclient, nbformat
nb = nbformat.read(sys.argv[1], 4)
nb.cells.append(nbformat.v4.new_code_cell("import rnn_helpers; print(rnn_helpers.__file__)"))
nbclient.NotebookClient(nb, timeout=120, kernel_name="python3", resources={"metadata": {"path": sys.argv[2]}}).execute()
nbformat.write(nb, sys.argv[3])
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    return handouts.write_zip(folder), handouts.write_wheel(folder)


@pytest.fixture(scope="module")
def unpacked(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    zipfile.ZipFile(made[0]).extractall(folder)
    return folder / handouts.FOLDER


def environment(folder, *packages):
    """A Python in `folder` that sees `packages` of this environment, or all of them, but not this repository."""
    venv.create(folder, symlinks=os.name != "nt")
    python = next(path for path in (folder / "bin" / "python", folder / "Scripts" / "python.exe") if path.exists())
    here = Path(sysconfig.get_path("purelib"))
    site = Path(subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
                               capture_output=True, text=True,
                               check=True).stdout.strip())
    if packages:
        for name in packages:
            for path in here.glob(f"{name}*"):
                (site / path.name).symlink_to(path)
    else:
        # a folder named in a .pth has its own .pth files, an editable install's, ignored
        (site / "all.pth").write_text(f"{here}\n")
    return python


def run(python, *arguments, cwd):
    env = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    return subprocess.run([str(python), *map(str, arguments)], cwd=cwd, env=env, capture_output=True, text=True,
                          timeout=300)


def test_the_zip_holds_the_learners_course_and_nothing_else(made):
    names = {name.removeprefix(f"{handouts.FOLDER}/") for name in zipfile.ZipFile(made[0]).namelist()}
    assert {f"notebooks/{name}.ipynb"
            for name in (*files.all_names(), *course.PAGES)} == {name for name in names if name.endswith(".ipynb")}
    rest = {name for name in names if not name.startswith("rnn_helpers/") and not name.endswith(".ipynb")}
    assert rest == {"README.md", "requirements.txt", "constraints.txt", "LICENSE", "LICENSE-CONTENT", "CITATION.cff",
                    "CHANGELOG.md"}
    assert {name for name in names if name.startswith("rnn_helpers/")} == {
        path.relative_to(ROOT).as_posix() for kind in ("*.py", "*.json", "*.md")
        for path in (ROOT / "rnn_helpers").rglob(kind)}


def test_no_solution_is_in_the_zip(unpacked):
    for name in files.all_names():
        handed = nbformat.read(unpacked / "notebooks" / f"{name}.ipynb", 4)
        assert "SOLUTION" not in "".join(cell.source for cell in handed.cells)
        for cell in handed.cells:
            if cell.metadata.get("nbgrader", {}).get("solution"):
                assert "NotImplementedError" in cell.source or "YOUR ANSWER HERE" in cell.source


def test_links_in_the_zip_lead_somewhere(unpacked):
    texts = {path: path.read_text(encoding="utf-8") for path in unpacked.glob("*.md")}
    texts |= {path: "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")
              for path in (unpacked / "notebooks").glob("*.ipynb")}
    for path, text in texts.items():
        for link in re.findall(r"\]\(([^)#\s]+)", text):
            assert link.startswith("https://") or (path.parent / link).is_file(), f"{path.name}: {link}"
    for command in ("make ", "authoring", "instructor", "CONTRIBUTING", "notebooks/solutions", "OWNER/REPO"):
        assert command not in texts[unpacked / "README.md"]


@pytest.mark.slow
def test_a_notebook_runs_from_the_zip_alone(unpacked, tmp_path):
    python, done = environment(tmp_path / "env"), tmp_path / "done.ipynb"
    path = unpacked / "notebooks" / "02_forward_pass.ipynb"
    said = run(python, "-m", "rnn_helpers", cwd=unpacked)
    assert said.returncode == 0, said.stdout + said.stderr
    assert f"{len(files.all_names())} notebooks in {unpacked / 'notebooks'}" in said.stdout
    said = run(python, "-c", RUN, path, path.parent, done, cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    *cells, last = nbformat.read(done, 4).cells
    assert last.outputs[0].text.strip() == str(unpacked / "rnn_helpers" / "__init__.py")
    for cell, kept in zip(cells, nbformat.read(path, 4).cells, strict=True):
        printed, stored = ("".join(o.get("text", "") for o in c.get("outputs", ())) for c in (cell, kept))
        assert printed == stored


def test_the_wheel_is_pure_whole_and_holds_the_package_alone(made):
    wheel = zipfile.ZipFile(made[1])
    assert made[1].name == f"rnn_helpers-{rnn_helpers.__version__}-py3-none-any.whl"
    info = f"rnn_helpers-{rnn_helpers.__version__}.dist-info"
    assert {name.split("/")[0] for name in wheel.namelist()} == {"rnn_helpers", info}
    assert "Root-Is-Purelib: true" in wheel.read(f"{info}/WHEEL").decode()
    for line in wheel.read(f"{info}/RECORD").decode().split():
        name, digest, size = line.rsplit(",", 2)
        if digest:
            content = wheel.read(name)
            assert digest == "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
            assert len(content) == int(size)


def test_the_wheel_installs_and_needs_numpy_alone_to_be_imported(made, tmp_path):
    python = environment(tmp_path / "env", "numpy")
    said = run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", made[1],
               cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    said = run(python, "-c",
               "import rnn_helpers.bptt, rnn_helpers.check, rnn_helpers.model; print(rnn_helpers.__file__)",
               cwd=tmp_path)
    assert said.returncode == 0 and str(tmp_path) in said.stdout, said.stderr
    assert run(python, "-c", "import matplotlib", cwd=tmp_path).returncode != 0
    said = run(python, "-m", "rnn_helpers", "notebooks", "mine", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    for name in (*files.all_names(), *course.PAGES):
        assert (tmp_path / "mine" / f"{name}.ipynb").read_bytes() == files.learner_path(name).read_bytes()


def test_another_folder_another_day_and_other_permissions_give_the_same_bytes(made, tmp_path):
    copy = tmp_path / "a copy"
    for name in (*handouts.PLAIN, "pyproject.toml", "README.md"):
        copy.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, copy)
    for name in ("notebooks", "rnn_helpers"):
        shutil.copytree(ROOT / name, copy / name)
    (copy / "rnn_helpers" / "__pycache__").mkdir(exist_ok=True)
    (copy / "build" / "lib" / "rnn_helpers").mkdir(parents=True)
    (copy / "build" / "lib" / "rnn_helpers" / "left_over.py").write_text("")
    for path in copy.rglob("*"):
        os.utime(path, (1e9, 1e9))
        path.chmod(0o700)
    before = os.umask(0o077)
    try:
        again = handouts.write_zip(tmp_path, copy), handouts.write_wheel(tmp_path, copy)
    finally:
        os.umask(before)
    for one, other in zip(made, again, strict=True):
        assert {member.date_time for member in zipfile.ZipFile(one).infolist()} == {(2026, 1, 1, 0, 0, 0)}
        assert one.name == other.name and one.read_bytes() == other.read_bytes()
