# Works from a fresh clone with Python 3.10-3.13; make browser needs Chromium too, make grade bubblewrap.
python := .venv/bin/python
root := $(shell [ "$$(id -u)" = 0 ] && echo --allow-root)
# Not pinned: what torch pins by itself (its CUDA libraries on Linux), which a CPU build does not have; and uv.
leave_out := nvidia-|cuda-|triton==|uv==

# Modules are compiled once, not anew by each of the hundred processes that the tests start.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help lab test test-all browser browser-lite notebooks links matrix bench grade demo-class gradescope site print slides release newest lock

help:
	@echo "make lab                        install, open JupyterLab on the notebooks"
	@echo "make test                       install, run the quick tests, two to five minutes"
	@echo "make test-all                   the slow ones too, as CI does"
	@echo "make browser                    play with every notebook in a real browser"
	@echo "make browser-lite               the same in a browser's own Python, without a server"
	@echo "make notebooks                  build both tracks from notebooks/solutions"
	@echo "make links REPO=o/n BRANCH=b    point every link to your repository (owner/name, or its address)"
	@echo "make matrix                     both tracks in every supported environment"
	@echo "make grade SUBMISSIONS=folder   grade a class; DRY=1 shows first what is recognised"
	@echo "make demo-class                 a made-up class of twelve, to try grading on"
	@echo "make gradescope NAMES=03_bptt   an autograder to upload to Gradescope"
	@echo "make bench                      speed, side by side"
	@echo "make site                       pages to read, and to run in a browser, in site/"
	@echo "make print                      PDFs to print, in dist/print/; needs Chromium"
	@echo "make slides                     a lecture of each notebook, in dist/slides/"
	@echo "make release VERSION=1.2.0      all that is handed out, with checksums, in dist/; needs Chromium"
	@echo "make newest                     the tests with the newest packages, unpinned"
	@echo "make lock                       write constraints.txt anew"

lab:
	@sh tools/venv.sh lab
	@$(python) -m jupyter lab $(root) --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks $(ARGS)

test:
	@sh tools/venv.sh test
	@$(python) -m pytest $(ARGS)

test-all:
	@sh tools/venv.sh test
	@$(python) -m pytest -m "" $(ARGS)

browser:
	@sh tools/venv.sh browser
	@$(python) -m pytest tests/browser -n 2 $(ARGS)

browser-lite:
	@sh tools/venv.sh browser site grading
	@$(python) -m pytest tests/lite -n 2 --dist worksteal $(ARGS)

notebooks:
	@sh tools/venv.sh test
	@$(python) -m authoring.notebooks $(NAMES)

links:
	@sh tools/venv.sh test
	@$(python) -m authoring.links "$(REPO)" "$(BRANCH)"

matrix:
	@sh tools/venv.sh test
	@$(python) -m authoring.matrix $(NAMES)

grade:
	@sh tools/venv.sh grading
	@$(python) -m instructor grade $(if $(SUBMISSIONS),"$(SUBMISSIONS)") $(if $(ROSTER),--roster "$(ROSTER)") $(if $(ONLY),--only "$(ONLY)") $(if $(DRY),--dry)

demo-class:
	@sh tools/venv.sh grading
	@$(python) -m instructor demo-class

gradescope:
	@sh tools/venv.sh grading
	@$(python) -m instructor gradescope dist/gradescope.zip $(if $(NAMES),--notebooks $(NAMES))

bench:
	@sh tools/venv.sh bench
	@$(python) -m benchmarks

site:
	@sh tools/venv.sh test site
	@$(python) -m authoring.site $(ARGS)

print:
	@sh tools/venv.sh test site browser
	@$(python) -m authoring.printing

slides:
	@sh tools/venv.sh test site
	@$(python) -m authoring.slides

release:
	@sh tools/venv.sh test site browser release
	@$(python) -m authoring.publish $(VERSION) $(ARGS)

newest:
	@sh tools/venv.sh test
	@$(python) -m authoring.newest $(ARGS)

lock:
	@sh tools/venv.sh lock
	@$(python) -m uv pip compile pyproject.toml --universal --all-extras --python-version 3.10 --upgrade --no-header \
		--no-annotate --quiet --output-file constraints.all
	@{ head -1 constraints.txt; grep -vE '^($(leave_out))' constraints.all; } >constraints.new
	@mv constraints.new constraints.txt && rm constraints.all && wc -l constraints.txt
