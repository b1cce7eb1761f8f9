"""Settings of the tests: a fresh data folder, quick passwords, everything else as in an installation."""

import os
import tempfile

os.environ.setdefault("KURAMORI_DATA", tempfile.mkdtemp(prefix="kuramori-test-"))
os.environ.setdefault("KURAMORI_DEMO", "1")

from kuramori.site.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
# Rooms for the tests of what they stand on: the register kit, duties, and requests.
INSTALLED_APPS += [  # noqa: F405
    "kuramori.kernel.registers.tests.shelf",
    "kuramori.duties.tests.chores",
    "kuramori.approvals.tests.ringi",
]
LIST_COUNT_SECONDS = 3600.0  # however slow the machine, a test sees the same count
KURAMORI_DEPUTIES_OF = "kuramori.duties.tests.chores.room.deputies_of"
