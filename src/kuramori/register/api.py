"""What other rooms may ask of the register: secrets in sight, and the paths that link log events to them."""

from kuramori.register.acts import scope_close, scope_open, secret_add
from kuramori.register.figures import Figures, figures, recently_changed, registered_by_month
from kuramori.register.models import Place, Scope, Secret
from kuramori.register.queries import (
    path_patterns,
    rooms_and_scopes,
    secret_by_number,
    secret_seen,
    secrets_visible_to,
    without_full_proof,
)
from kuramori.register.rules import Audience, Permission

__all__ = [
    "SECRET_PROVE",
    "Audience",
    "Figures",
    "Place",
    "Scope",
    "Secret",
    "figures",
    "path_patterns",
    "recently_changed",
    "registered_by_month",
    "rooms_and_scopes",
    "scope_close",
    "scope_open",
    "secret_add",
    "secret_by_number",
    "secret_seen",
    "secrets_visible_to",
    "without_full_proof",
]

SECRET_PROVE = Permission.SECRET_PROVE
"""Who may take proof of a secret out of the house: asked again when its bundle is made."""
