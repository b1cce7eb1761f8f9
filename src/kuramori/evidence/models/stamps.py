"""Time-stamp authorities (RFC 3161), what they answered, and what still has to be asked of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.ids import uuid7
from kuramori.kernel.records import Record


class Authority(Record):
    """An authority that stamps heads and bundles; its password and client key lie in the data folder, never here.

    `roots_pem` is what its replies must lead to, checked by a person against what the authority publishes.
    """

    slug = models.SlugField(_("short name"), max_length=40, help_text=_("In the names of files: a-z, 0-9 and hyphens."))
    name_ja = models.CharField(_("name in Japanese"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    url = models.CharField(_("address"), max_length=300, help_text=_("Where it takes queries: https://… or http://…"))
    is_inside = models.BooleanField(
        _("stands in our own network"),
        default=False,
        help_text=_("Only then may the address be a private one, or this machine."),
    )
    algorithm = models.CharField(
        _("hash"), max_length=6, choices=[("sha256", _("SHA-256")), ("sha512", _("SHA-512"))], default="sha256"
    )
    policy = models.CharField(_("policy"), max_length=100, blank=True, help_text=_("An OID; empty takes any."))
    username = models.CharField(_("user name"), max_length=100, blank=True)
    roots_pem = models.TextField(_("root certificate"), help_text=_("PEM; intermediate certificates may follow it."))
    root_sha256 = models.CharField(max_length=64, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("time-stamp authority")
        constraints = [
            models.UniqueConstraint(fields=["slug"], condition=Q(retired_at=None), name="evidence_authority_slug")
        ]

    def __str__(self) -> str:
        return self.name_ja if get_language() == "ja" else self.name_en


class Stamped(models.Model):
    """What a query is about: the checkpoint over the first `size` entries, or the tag manifest of a bundle."""

    size = models.BigIntegerField(null=True)
    bundle = models.UUIDField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        if self.bundle is not None:
            return _("bundle %(id)s") % {"id": self.bundle}
        return _("checkpoint over %(count)s entries") % {"count": f"{self.size:,}"}


class StampDue(Stamped):
    """A query that has no good reply yet; kept until it has one, so that nothing is lost while an authority is away.

    One row for the newest checkpoint moves on with it (a token over a later head covers the earlier), one for each
    bundle. `problem` is the code of the last failure (`rules.stamps.Problem`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="dues")
    content = models.BinaryField()
    since = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=30, blank=True)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["authority", "bundle"], name="evidence_due_bundle"),
            models.UniqueConstraint(fields=["authority"], condition=Q(bundle=None), name="evidence_due_checkpoint"),
        ]


class Stamp(Stamped, Record):
    """A reply of an authority, raw, and what the check made of it: `refusal` is empty when it is a good token.

    `difference_ms` lies between the token's time and our clock when it came; `not_after` ends the certificate that
    signed it.
    """

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="stamps")
    content_sha256 = models.CharField(max_length=64, db_index=True)
    reply = models.BinaryField()
    received_at = models.DateTimeField()
    gen_time = models.DateTimeField(null=True)
    difference_ms = models.BigIntegerField(null=True)
    serial = models.CharField(max_length=80, blank=True)
    not_after = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=30, blank=True)
    detail = models.CharField(max_length=300, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("time stamp")
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "serial"], condition=Q(refusal=""), name="evidence_stamp_serial"
            )
        ]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="evidence_stamp_newest"),
            models.Index(fields=["authority", "refusal", "-received_at"], name="evidence_stamp_last"),
        ]
