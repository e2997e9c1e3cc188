# Every command is in scripts/dev.py, which also runs without make: python scripts/dev.py help
# Another Python: make run PYTHON=python3.12. Arguments: make lock ARGS=--upgrade
# What other providers need: make setup EXTRAS="deepgram anthropic", see docs/providers.md
ifeq ($(OS),Windows_NT)
PYTHON ?= python
else
PYTHON ?= python3
endif
ARGS ?=
EXTRAS ?=

.DEFAULT_GOAL := help
.PHONY: help run run-cluster check test faults setup manage bench lock clean
help run run-cluster check test faults setup manage bench lock clean:
	@$(PYTHON) scripts/dev.py $@ $(ARGS) $(addprefix --extra=,$(EXTRAS))
