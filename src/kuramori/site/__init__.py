"""The site: settings, urls, menu, home, search, set-up, demo, command line."""
