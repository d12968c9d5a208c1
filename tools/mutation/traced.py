"""A pytest plugin: which lines of the modules under test each test runs, and how long it takes, as JSON.

And which ran while tests were imported, before any of them: functions a constant is made with, for instance."""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tools.mutation import settings_of_tests  # noqa: F401 - the profile of property tests
from tools.mutation.running import Unaided

ROOT = Path(os.environ["MUTATION_ROOT"])
FILES = {str(ROOT / file): file for file in os.environ["MUTATION_FILES"].split(os.pathsep)}


class Traced:
    def __init__(self) -> None:
        self.tests: dict[str, dict[str, Any]] = {}
        self.imported: dict[str, list[int]] = {}
        self._lines: set[tuple[str, int]] = set()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_collection(self) -> Iterator[None]:
        sys.settrace(self._call)
        try:
            yield
        finally:
            sys.settrace(None)
        self.imported = self._by_file()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._lines = set()
        began = time.perf_counter()
        yield
        self.tests[item.nodeid] = {"seconds": time.perf_counter() - began, "lines": self._by_file()}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Iterator[None]:
        sys.settrace(self._call)
        try:
            yield
        finally:
            sys.settrace(None)

    def pytest_sessionfinish(self) -> None:
        Path(os.environ["MUTATION_TRACE"]).write_text(json.dumps({"tests": self.tests, "imported": self.imported}))

    def _by_file(self) -> dict[str, list[int]]:
        lines: dict[str, list[int]] = {}
        for file, line in sorted(self._lines):
            lines.setdefault(file, []).append(line)
        return lines

    def _call(self, frame: FrameType, *_: object) -> Any:
        file = FILES.get(frame.f_code.co_filename)
        if file is None:
            return None

        def line(frame: FrameType, *_: object) -> Any:
            self._lines.add((file, frame.f_lineno))
            return line

        return line(frame)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Unaided())
    config.pluginmanager.register(Traced())
