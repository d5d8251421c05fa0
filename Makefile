# The short words. Everything real is in CMakePresets.json, tools/ and .ci/run.
#
#   make demo        install what is missing, build, and watch the main job against a pretend tenant on this machine
#   make test        install what is missing, build, run every test
#   make build       only build: build/release/bin/regent and regent-simulator
#   make test-browser  the status page in chromium, in both colour schemes and on phones; pictures in build/pages (needs Debian's chromium)
#   make deb         the Debian packages, into build/deb/
#   make test-system the packages on a Debian of their own, booted with systemd: installed, run, upgraded, purged (needs root)
#   make interop     Azure CLI, CLI for Microsoft 365, paconn and OpenTofu's azuread provider against the simulator (needs the network once)
#   make test-asan   the tests under the address and undefined-behaviour sanitizers
#   make lint        formatting, clang-tidy, and the rules of the house
#   make bench       the benchmarks; they print ratios
#   make format      rewrite sources as .clang-format says
#   make clean       remove build/

JOBS ?= $(shell nproc)
SHELL := /bin/bash
# Objects are shared between build folders and worktrees: ccache sees paths relative to the source.
export CCACHE_BASEDIR := $(CURDIR)

.PHONY: demo test build deps deb deps-package test-system test-browser interop test-asan lint format bench clean

# Only what it shows: the tests take as long to build as the programs.
demo: deps
	cmake --preset release
	cmake --build --preset release -j $(JOBS) --target regent regent-simulator
	@tools/demo build/release/bin

test: deps build
	ctest --preset release -j $(JOBS)

build: deps
	cmake --preset release
	cmake --build --preset release -j $(JOBS)

deps:
	@tools/install-dependencies

test-browser: deps
	cmake --preset release
	cmake --build --preset release -j $(JOBS) --target render_pages
	tests/browser/run.py build/release/bin --shots build/pages

deb: deps deps-package
	@JOBS=$(JOBS) tools/build-package

test-system: build deb
	@REGENT_ALL_SHELLS=1 tests/cli/run.py build/release/bin completions
	@tests/systemd/run.py build/deb

interop: build
	@tools/interop-clients build/interop
	@tests/interop/clients/run.py build/release/bin build/interop

deps-package:
	@tools/install-dependencies package

test-asan: deps
	cmake --preset asan
	cmake --build --preset asan -j $(JOBS)
	ctest --preset asan -j $(JOBS)

lint: deps
	cmake --preset lint
	@tools/lint build/lint

bench: build
	@bench/run build/release/bin

format:
	git ls-files '*.cpp' '*.hpp' | xargs clang-format -i

clean:
	rm -rf build
