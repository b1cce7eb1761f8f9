"""What can be allowed in this room."""

from enum import StrEnum


class Permission(StrEnum):
    """The permissions of this room, alphabetical; `room.py` says which roles hold them."""

    DUTY_ADD = "duties:duty:add"
    DUTY_EDIT = "duties:duty:edit"
    DUTY_EXPORT = "duties:duty:export"
    DUTY_RETIRE = "duties:duty:retire"
    DUTY_VIEW = "duties:duty:view"
    TASK_EXEMPT = "duties:task:exempt"
    TASK_EXPORT = "duties:task:export"
    TASK_VIEW = "duties:task:view"
    TASK_VIEW_ALL = "duties:task:view_all"
