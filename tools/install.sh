#!/bin/sh
# Set up a virtual environment from a lock file: every package pinned, every download checked by its hash.
#
#   tools/install.sh VENV LOCK [PYTHON]
#
# Needs Python 3.11 or newer with pip and venv, and no root. uv does the work because it is fast;
# where it cannot run or cannot reach the index that pip is set up for, pip installs the same lock.
set -eu

venv=$1
lock=$2
python=${3:-python3}

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Kuramori needs Python 3.11 or newer. Point to one with: make PYTHON=/path/to/python3"
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv" ||
    fail "The virtual environment could not be made. On Debian or Ubuntu: apt install python3-venv"

pip() {
    "$venv/bin/python" -m pip --disable-pip-version-check --quiet "$@" </dev/null
}

uv() {
    "$venv/bin/uv" --quiet pip "$@" --python "$venv/bin/python" </dev/null
}

if ! [ -x "$venv/bin/uv" ]; then
    # The lock holds uv's own version and hashes too: its block is the first requirement we install.
    sed -n '/^uv==/,/[^\\]$/p' "$lock" >"$venv/uv.lock"
    pip install --no-deps --require-hashes --requirement "$venv/uv.lock" ||
        echo "uv could not be installed; going on with pip" >&2
fi

echo "Installing the packages of $lock into $venv …" >&2
if ! uv sync --require-hashes "$lock"; then
    echo "uv did not manage; going on with pip" >&2
    pip install --no-deps --require-hashes --requirement "$lock"  # the lock is whole
fi
# Kuramori itself: the source as it lies here, built with the locked tools.
uv install --no-deps --no-build-isolation --editable . ||
    pip install --no-deps --no-build-isolation --editable .
