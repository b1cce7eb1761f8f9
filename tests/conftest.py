"""The browser of the browser tests: Debian's chromium, as a Japanese office has it, without a way to any network."""

import os
from typing import Any

import pytest

# Playwright's loop runs in the test's own thread, and Django would take the test for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=ja",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the installed chromium instead of downloading one."""
    return {**browser_type_launch_args, "executable_path": "/usr/bin/chromium", "args": QUIET}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Sit in Tokyo in front of a desk screen."""
    screen = {"width": 1440, "height": 900}
    return {**browser_context_args, "locale": "ja-JP", "timezone_id": "Asia/Tokyo", "viewport": screen}
