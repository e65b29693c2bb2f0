"""The executor of tests keeps the promises of the port."""

from __future__ import annotations

from neuronetra.testing.executor_contract import ExecutorContract
from neuronetra.testing.inline_executor import InlineExecutor


class TestInlineExecutor(ExecutorContract):
    """The contract, in this process."""

    def make(self) -> InlineExecutor:
        return InlineExecutor()
