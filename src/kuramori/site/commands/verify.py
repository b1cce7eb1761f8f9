"""`kuramori verify`: the offline verifier, as its own file would run it."""

import argparse
import subprocess
import sys


def run(arguments: argparse.Namespace) -> int:
    """Run the verifier in a process of its own, so that nothing of this installation can colour its verdict."""
    flags = ["--json"] if arguments.json else []
    command = [sys.executable, "-m", "kuramori_verify", arguments.path, *flags]
    return subprocess.run(command, check=False).returncode  # noqa: S603  (our own module, no shell)
