"""What can be allowed in this room. Who decides is no permission: each request has its own deciders (CLS-13)."""

from enum import StrEnum


class Permission(StrEnum):
    """The permissions of this room, alphabetical; `room.py` says which roles hold them."""

    DEPUTY_ADD = "approvals:deputy:add"
    DEPUTY_ADD_ALL = "approvals:deputy:add_all"
    DEPUTY_EXPORT = "approvals:deputy:export"
    DEPUTY_RETIRE = "approvals:deputy:retire"
    DEPUTY_VIEW = "approvals:deputy:view"
    DEPUTY_VIEW_ALL = "approvals:deputy:view_all"
    REQUEST_ASK = "approvals:request:ask"
    REQUEST_EXPORT = "approvals:request:export"
    REQUEST_VIEW = "approvals:request:view"
    REQUEST_VIEW_ALL = "approvals:request:view_all"
