"""Time stamps, keys and clocks: what outsiders have said, and what somebody does who holds the ledger's own key."""

from datetime import timedelta
from functools import cache

from kuramori.evidence.rules import bundle
from kuramori_verify.certificates import read_pem
from kuramori_verify.note import read_log_key
from kuramori_verify.tests.authority import DAY, LONG_AGO, TestAuthority
from kuramori_verify.tests.samples import START, VERIFIER_KEY
from kuramori_verify.tests.stamped import STAMPED_AT, sample_authority
from tests.tampering.campaign import BROKEN, INCOMPLETE, tampering
from tests.tampering.good import (
    CHAIN,
    ENTRY,
    TAG_TOKEN,
    TOKEN,
    Bag,
    authority,
    make_sample,
    other_bundle,
    pack,
)

KNOWN_KEY = [read_log_key(str(VERIFIER_KEY))]

# ---- L8: tokens


def _restamp(bag: Bag, by: TestAuthority) -> None:
    """Another reply over the right bytes, with its authority's certificates beside it."""
    bag.files |= {TOKEN: by.stamp(bag.files[bundle.CHECKPOINT]), CHAIN: by.roots}
    bag.fit_bag()


@tampering("L10", INCOMPLETE, "token.missing", TAG_TOKEN)
def the_token_over_the_bundle_removed(bag: Bag) -> None:
    bag.unstamp()


@tampering("L10", INCOMPLETE, "token.missing", TOKEN)
def the_token_over_the_ledger_removed(bag: Bag) -> None:
    bag.remove(TOKEN, CHAIN)
    bag.fit_bag()
    bag.unstamp()


@tampering("L10", INCOMPLETE, "token.root_missing", TOKEN)
def the_authoritys_certificates_removed(bag: Bag) -> None:
    bag.remove(CHAIN)
    bag.fit_bag()
    bag.unstamp()


@tampering("L10", BROKEN, "token.other_data", TAG_TOKEN)
def the_token_of_another_bundle(bag: Bag) -> None:
    bag.files[TAG_TOKEN] = other_bundle()[TAG_TOKEN]


@tampering("L8", BROKEN, "token.other_data", TOKEN)
def an_old_reply_shown_again(bag: Bag) -> None:
    bag.files[TOKEN] = other_bundle()[TOKEN]
    bag.fit_bag()


@cache
def _unknown() -> TestAuthority:
    return sample_authority(root=TestAuthority.make(root_kind="p384").root)


@tampering("L8", BROKEN, "token.chain_broken", TOKEN, roots=read_pem(TestAuthority.make(root_kind="p521").roots))
def a_token_by_an_authority_that_nobody_trusts(bag: Bag) -> None:
    bag.edit("bagit.txt", b"\n", b"\r\n")


@tampering("L8", BROKEN, "token.chain_broken", TOKEN)
def a_token_whose_root_has_not_signed_it(bag: Bag) -> None:
    _restamp(bag, _unknown())


@tampering("L8", BROKEN, "token.weak", TOKEN)
def a_token_by_sha_1(bag: Bag) -> None:
    _restamp(bag, sample_authority(digest="sha1"))


@tampering("L8", BROKEN, "token.weak", TOKEN)
def a_token_that_names_its_certificate_by_sha_1(bag: Bag) -> None:
    _restamp(bag, sample_authority(ess="sha1"))


@tampering("L8", BROKEN, "token.expired", TOKEN)
def a_token_by_a_certificate_that_had_ended(bag: Bag) -> None:
    ended = TestAuthority.make(start=LONG_AGO + 9 * DAY, end=LONG_AGO + 99 * DAY)
    ended.at = STAMPED_AT
    _restamp(bag, ended)


@tampering("L8", BROKEN, "token.certificate_wrong", TOKEN)
def a_token_by_a_certificate_for_web_servers(bag: Bag) -> None:
    other = TestAuthority.make(start=LONG_AGO + 9 * DAY, purposes=None)
    other.at = STAMPED_AT
    _restamp(bag, other)


@tampering("L8", BROKEN, "token.signature_wrong", TOKEN)
def a_token_whose_signature_is_spoilt(bag: Bag) -> None:
    _restamp(bag, sample_authority(spoil_signature=True))


@tampering("L8", BROKEN, "token.not_granted", TOKEN)
def a_refusal_passed_off_as_a_token(bag: Bag) -> None:
    _restamp(bag, sample_authority(status=2))


@tampering("L9", BROKEN, "token.malformed", TOKEN)
def bytes_after_a_token(bag: Bag) -> None:
    bag.files[TOKEN] += b"\x05\x00"
    bag.fit_bag()


@tampering("L9", BROKEN, "token.malformed", TOKEN)
def a_token_by_two_signers(bag: Bag) -> None:
    _restamp(bag, sample_authority(signers=2))


@tampering("L9", BROKEN, "token.malformed", CHAIN)
def certificates_that_are_none(bag: Bag) -> None:
    bag.files[CHAIN] = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    bag.fit_bag()


@tampering("L10", BROKEN, "bundle.file_unknown", "tokens/README.txt")
def a_file_beside_the_tokens_where_no_manifest_looks(bag: Bag) -> None:
    bag.files["tokens/README.txt"] = b"the real token was lost"


@tampering("L10", BROKEN, "bundle.file_unknown", "data/tokens/other.pem")
def certificates_without_a_token(bag: Bag) -> None:
    bag.files["data/tokens/other.pem"] = b"anything"
    bag.fit_bag()


# ---- L7: clocks


@tampering("L7", BROKEN, "entry.back_dated", ENTRY(4), 9, start=lambda: pack(make_sample(back_dated=True)))
def an_entry_that_the_ledger_took_in_with_an_old_date(bag: Bag) -> None:
    bag.unstamp()


@tampering("L7", BROKEN, "token.before_entry", ENTRY(4), 9)
def an_entry_dated_after_the_stamp_that_covers_it(bag: Bag) -> None:
    """A clock set forward, and nothing forged: the authority's own clock tells."""
    authority().at = START - timedelta(hours=3)
    try:
        _restamp(bag, authority())
    finally:
        authority().at = STAMPED_AT
