"""Sign a PDF with PAdES, baseline B-B: RSA with PKCS #1 v1.5, so the same PDF, key and time give the same bytes."""

import hashlib
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from pyhanko.pdf_utils.generic import ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession

FIELD = "Kuramori"


def signed(pdf: bytes, key: Path, certificate: Path, *, at: datetime) -> bytes:
    """Return the PDF with an invisible signature dated `at`. Raises ImproperlyConfigured."""
    signer = SimpleSigner.load(str(key), str(certificate))  # type: ignore[no-untyped-call]
    if signer is None:
        raise ImproperlyConfigured(f"{key.name} and {certificate.name} are no key and its certificate")
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    # The library draws the file's second id at random; one that follows from the content is as good.
    writer._document_id[1] = ByteStringObject(hashlib.sha256(pdf).digest()[:16])  # noqa: SLF001
    meta = PdfSignatureMetadata(field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    out = BytesIO()
    _DatedSigner(meta, signer, at=at).sign_pdf(writer, output=out)
    return out.getvalue()


class _DatedSigner(PdfSigner):
    """Signs as of the document's time, not of the moment: made again, the bundle is the same."""

    def __init__(self, meta: PdfSignatureMetadata, signer: SimpleSigner, *, at: datetime) -> None:
        super().__init__(meta, signer)
        self._at = at

    def init_signing_session(self, *args: Any, **kwargs: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self._at
        return session
