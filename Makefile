# Works from a fresh clone; Python 3.10-3.13 and make are all it needs.
python := .venv/bin/python
root := $(shell [ "$$(id -u)" = 0 ] && echo --allow-root)

.PHONY: help lab test browser notebooks links bench grade lock

help:
	@echo "make lab                        install, open JupyterLab on the notebooks"
	@echo "make test                       install, run the tests"
	@echo "make browser                    play with every notebook in a real browser"
	@echo "make notebooks                  build both tracks from notebooks/solutions"
	@echo "make links REPO=owner/name      point every link to your repository"
	@echo "make grade SUBMISSIONS=folder   grade a class"
	@echo "make bench                      speed, side by side"
	@echo "make lock                       write constraints.txt anew"

lab:
	@sh tools/venv.sh lab
	@$(python) -m jupyter lab $(root) --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks $(ARGS)

test:
	@sh tools/venv.sh test
	@$(python) -m pytest $(ARGS)

browser:
	@sh tools/venv.sh browser
	@$(python) -m pytest tests/browser -n 2 $(ARGS)

notebooks:
	@sh tools/venv.sh test
	@$(python) -m instructor.notebooks $(NAMES)

links:
	@sh tools/venv.sh test
	@$(python) -m instructor.links $(REPO)

grade:
	@sh tools/venv.sh grading
	@$(python) -m instructor grade $(SUBMISSIONS)

bench:
	@sh tools/venv.sh bench
	@$(python) -m benchmarks

lock:
	@sh tools/venv.sh lock
	@$(python) -m instructor.lock
