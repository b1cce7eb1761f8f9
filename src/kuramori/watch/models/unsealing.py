"""Requests to be shown a name, where two have to agree."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.records import Record
from kuramori.watch.models.alerts import Alert, Unsealing
from kuramori.watch.rules.unsealing import RequestState, state_at


class RequestStateChoice(models.TextChoices):
    """Where a request stands, in words."""

    WAITING = RequestState.WAITING.value, _("waits for a second person")
    GRANTED = RequestState.GRANTED.value, pgettext_lazy("request", "granted")
    REFUSED = RequestState.REFUSED.value, pgettext_lazy("request", "refused")
    WITHDRAWN = RequestState.WITHDRAWN.value, pgettext_lazy("request", "withdrawn")
    LAPSED = RequestState.LAPSED.value, pgettext_lazy("request", "lapsed")


class UnsealingRequest(Record):
    """Somebody asks to be shown the name behind an alert; `second` decides, with `answer` as the reason.

    It waits until `waits_until`; that nobody decided in time is written down only when the same person asks anew, so
    `standing` is to be asked and not `state`. `unsealing` is what was granted.
    """

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="name_requests", verbose_name=_("alert"))
    by = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by"))
    reason = models.TextField(_("reason"))
    waits_until = models.DateTimeField(_("waits until"))
    state = models.CharField(_("state"), max_length=10, choices=RequestStateChoice, default=RequestStateChoice.WAITING)
    second = models.ForeignKey(
        "directory.Person", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    answer = models.TextField(_("reason of the decision"), blank=True)
    unsealing = models.OneToOneField(Unsealing, null=True, on_delete=models.PROTECT, related_name="request")

    class Meta(Record.Meta):
        verbose_name = _("request to be shown a name")
        indexes = [models.Index(fields=["state", "waits_until"], name="watch_request_state")]
        constraints = [
            models.UniqueConstraint(fields=["alert", "by"], condition=Q(state="waiting"), name="watch_request_once")
        ]

    def __str__(self) -> str:
        return str(self.alert)

    def standing(self, at: datetime) -> RequestState:
        """Return where it stands at a moment (aware)."""
        return state_at(RequestState(self.state), self.waits_until, at)
