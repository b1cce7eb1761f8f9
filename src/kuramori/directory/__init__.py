"""Who people are, where they work and when: people, engagements, assignments, units, sites, projects, roles."""
