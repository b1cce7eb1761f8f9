"""What can be allowed on the site itself."""

from enum import StrEnum


class Permission(StrEnum):
    """Permissions of the site's own pages."""

    HEALTH_VIEW = "site:health:view"
