"""Files of the personnel department, taken in by the import kit: people, units, sites, projects, roles."""
