"""What other rooms may ask of requests: to declare a kind, to ask in somebody's name, to look at one in sight."""

from kuramori.approvals.acts import request_ask
from kuramori.approvals.kinds import Asked, Decides, Granted, RequestKind
from kuramori.approvals.models import Request
from kuramori.approvals.queries import requests_visible_to
from kuramori.approvals.rules.binding import Content
from kuramori.approvals.rules.permissions import Permission
from kuramori.approvals.rules.routing import Office

__all__ = [
    "REQUEST_ASK",
    "Asked",
    "Content",
    "Decides",
    "Granted",
    "Office",
    "Request",
    "RequestKind",
    "request_ask",
    "requests_visible_to",
]

REQUEST_ASK = Permission.REQUEST_ASK
"""Who may ask anything at all."""
