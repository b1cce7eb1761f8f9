"""What holds for duties, as pure functions: rhythm, reminders, escalation, calendars to take along."""
