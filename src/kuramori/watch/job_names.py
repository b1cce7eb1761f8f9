"""The names of this room's jobs: pages ask for them, `jobs` runs them."""

COLLECT = "watch.collect"
DETECT = "watch.detect"
HARD_RULES = "watch.hard_rules"
INGEST = "watch.ingest"
NIGHT = "watch.night"
PURGE = "watch.purge"
SEAL = "watch.seal"
