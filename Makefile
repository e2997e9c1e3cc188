# Every command is in scripts/dev.py, which also runs without make: python scripts/dev.py help
# Another Python: make run PYTHON=python3.12. Arguments: make lock ARGS=--upgrade
ifeq ($(OS),Windows_NT)
PYTHON ?= python
else
PYTHON ?= python3
endif
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run run-cluster check test faults setup manage bench lock clean
help run run-cluster check test faults setup manage bench lock clean:
	@$(PYTHON) scripts/dev.py $@ $(ARGS)
