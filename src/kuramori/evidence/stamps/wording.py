"""Why there is no good token, and how an authority stands, in words with the next step."""

from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.evidence.models import Authority
from kuramori.evidence.rules.stamps import Problem, Standing, standing_of
from kuramori.evidence.stamps.queries import standing_authorities
from kuramori.kernel.columns import Mark, Text
from kuramori.kernel.permissions import Viewer

PROBLEMS: dict[str, Text] = {
    Problem.ADDRESS_REFUSED: _("The address lies in a network that may not be asked. Correct it, or say it is ours."),
    Problem.AWAY: _("It does not answer. It is asked again each hour."),
    Problem.CREDENTIALS_MISSING: _("The password or client certificate is missing or open to others. Enter it anew."),
    Problem.SLOW: _("It took longer than 10 seconds. It is asked again each hour."),
    Problem.STATUS: _("It refuses the request (HTTP). Check address, user name and password."),
    Problem.TLS: _("Its connection cannot be trusted (TLS). Check address and client certificate."),
    Problem.TOO_LONG: _("It answered with far too much. Check the address."),
    Problem.UNKNOWN_HOST: _("Nobody has this name. Check the address."),
    Problem.CERTIFICATE_MISSING: _("The signer's certificate is not in the reply. Ask the authority."),
    Problem.CHAIN_BROKEN: _("The certificate does not lead to the root that was set up. Compare the root certificate."),
    Problem.EXPIRED: _("The authority's certificate was not valid at that time. Ask the authority."),
    Problem.MALFORMED: _("This is no reply of a time-stamp authority. Check the address."),
    Problem.NONCE_DIFFERS: _("It answers another query than ours: perhaps an old reply, played again."),
    Problem.NOT_GRANTED: _("The authority refused to stamp. Check the contract and the policy."),
    Problem.OTHER_DATA: _("It stamped other bytes than ours. Take no token from it until this is explained."),
    Problem.OTHER_POLICY: _("It stamped under another policy than the one that was set up."),
    Problem.REPLAYED: _("Its number came before: an old token, played again."),
    Problem.SIGNATURE_WRONG: _("The signature is wrong. Take no token from it until this is explained."),
    Problem.WEAK: _("It uses SHA-1 or a short key, which prove nothing any more. Choose another service of it."),
    Problem.WRONG_CERTIFICATE: _("Its certificate is not one for time stamps alone. Ask the authority."),
}

STANDINGS: dict[Standing, Mark] = {
    Standing.SILENT: Mark(word=_("silent"), tone="bad"),
    Standing.FAILING: Mark(word=_("no good answer"), tone="warn"),
    Standing.CLOCK_OFF: Mark(word=_("clocks differ"), tone="warn"),
    Standing.NEVER: Mark(word=_("not asked yet")),
    Standing.WELL: Mark(word=_("stamps"), tone="ok"),
}


def silent_authorities(viewer: Viewer) -> list[Authority]:
    """Return the authorities for which something has waited longer than a day after a failure."""
    moment = now()
    return [each for each in standing_authorities(viewer) if state_of(each, moment) is Standing.SILENT]


def state_of(authority: Authority, at: datetime) -> Standing:
    """Say how an authority stands that `authorities_visible_to` gave."""
    shown: dict[str, datetime | int | None] = vars(authority)
    since, difference = shown["failing_since"], shown["last_difference_ms"]
    return standing_of(failing_since=since, difference_ms=difference, now=at)  # type: ignore[arg-type]
