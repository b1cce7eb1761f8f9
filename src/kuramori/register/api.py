"""What other rooms may ask of the register: secrets in sight, and the paths that link log events to them."""

from kuramori.register.acts import scope_close, scope_open, secret_add
from kuramori.register.models import Place, Secret
from kuramori.register.queries import path_patterns, secret_by_number, secrets_visible_to, without_full_proof
from kuramori.register.rules import Audience

__all__ = [
    "Audience",
    "Place",
    "Secret",
    "path_patterns",
    "scope_close",
    "scope_open",
    "secret_add",
    "secret_by_number",
    "secrets_visible_to",
    "without_full_proof",
]
