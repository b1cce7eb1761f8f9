"""The kernel: act, Entry, Record, permissions, register kit, imports, jobs, i18n. Every room stands on it."""
