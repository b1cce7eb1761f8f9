"""RSA (PKCS #1 v1.5 and PSS, RFC 8017) and ECDSA (FIPS 186-5; P-256, P-384, P-521): verifying only, in plain Python.

Nothing here is secret, so nothing has to run in constant time. Weak hashes and short keys are refused.
"""

import hashlib
from dataclasses import dataclass

from kuramori_verify.canonical import FormError
from kuramori_verify.der import INTEGER, NULL, OID, SEQUENCE, Der, DerReader, der_bits, der_integer, der_oid, read_der

HASH_OIDS = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
WEAK_OIDS = {
    "1.2.840.113549.2.5": "MD5",
    "1.3.14.3.2.26": "SHA-1",
    "1.2.840.113549.1.1.4": "MD5",
    "1.2.840.113549.1.1.5": "SHA-1",
    "1.2.840.10045.4.1": "SHA-1",
}
RSA_KEY, RSA_PSS, MGF1, EC_KEY = (
    "1.2.840.113549.1.1.1",
    "1.2.840.113549.1.1.10",
    "1.2.840.113549.1.1.8",
    "1.2.840.10045.2.1",
)
RSA_WITH = {
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}
ECDSA_WITH = {"1.2.840.10045.4.3.2": "sha256", "1.2.840.10045.4.3.3": "sha384", "1.2.840.10045.4.3.4": "sha512"}
MIN_RSA_BITS, MAX_RSA_BITS = 2048, 16_384
MIN_EXPONENT, MAX_EXPONENT = 3, 2**32
JACOBIAN = tuple[int, int, int]
INFINITY: JACOBIAN = (0, 1, 0)


class WeakError(ValueError):
    """A hash or a key that proves nothing any more (SHA-1, short RSA); the message names it."""


class UnknownError(FormError):
    """An algorithm, a kind of key or a demand that is not known here: neither right nor wrong."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A prime curve with a = -3 and cofactor 1."""

    p: int
    b: int
    n: int
    x: int
    y: int

    @property
    def size(self) -> int:
        """Bytes of one coordinate."""
        return (self.p.bit_length() + 7) // 8


def _hex(text: str) -> int:
    return int(text.replace(" ", ""), 16)


CURVES = {
    "1.2.840.10045.3.1.7": Curve(
        p=2**256 - 2**224 + 2**192 + 2**96 - 1,
        b=_hex("5ac635d8 aa3a93e7 b3ebbd55 769886bc 651d06b0 cc53b0f6 3bce3c3e 27d2604b"),
        n=_hex("ffffffff 00000000 ffffffff ffffffff bce6faad a7179e84 f3b9cac2 fc632551"),
        x=_hex("6b17d1f2 e12c4247 f8bce6e5 63a440f2 77037d81 2deb33a0 f4a13945 d898c296"),
        y=_hex("4fe342e2 fe1a7f9b 8ee7eb4a 7c0f9e16 2bce3357 6b315ece cbb64068 37bf51f5"),
    ),
    "1.3.132.0.34": Curve(
        p=2**384 - 2**128 - 2**96 + 2**32 - 1,
        b=_hex(
            "b3312fa7 e23ee7e4 988e056b e3f82d19 181d9c6e fe8141120314088f 5013875a c656398d 8a2ed19d 2a85c8ed d3ec2aef"
        ),
        n=_hex(
            "ffffffff ffffffff ffffffff ffffffff ffffffff ffffffffc7634d81 f4372ddf 581a0db2 48b0a77a ecec196a ccc52973"
        ),
        x=_hex(
            "aa87ca22 be8b0537 8eb1c71e f320ad74 6e1d3b62 8ba79b9859f741e0 82542a38 5502f25d bf55296c 3a545e38 72760ab7"
        ),
        y=_hex(
            "3617de4a 96262c6f 5d9e98bf 9292dc29 f8f41dbd 289a147ce9da3113 b5f0b8c0 0a60b1ce 1d7e819d 7a431d7c 90ea0e5f"
        ),
    ),
    "1.3.132.0.35": Curve(
        p=2**521 - 1,
        b=_hex(
            "51 953eb961 8e1c9a1f 929a21a0 b68540ee a2da725b 99b315f3 b8b48991 8ef109e1"
            "56193951 ec7e937b 1652c0bd 3bb1bf07 3573df88 3d2c34f1 ef451fd4 6b503f00"
        ),
        n=_hex(
            "1ff ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff fffffffa"
            "51868783 bf2f966b 7fcc0148 f709a5d0 3bb5c9b8 899c47ae bb6fb71e 91386409"
        ),
        x=_hex(
            "c6 858e06b7 0404e9cd 9e3ecb66 2395b442 9c648139 053fb521 f828af60 6b4d3dba"
            "a14b5e77 efe75928 fe1dc127 a2ffa8de 3348b3c1 856a429b f97e7e31 c2e5bd66"
        ),
        y=_hex(
            "118 39296a78 9a3bc004 5c8a5fb4 2c7d1bd9 98f54449 579b4468 17afbd17 273e662c"
            "97ee7299 5ef42640 c550b901 3fad0761 353c7086 a272c240 88be9476 9fd16650"
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class RsaKey:
    """A modulus and an exponent."""

    modulus: int
    exponent: int

    @property
    def size(self) -> int:
        """Bytes of a signature."""
        return (self.modulus.bit_length() + 7) // 8

    def opened(self, signature: bytes) -> bytes | None:
        """The padded digest inside a signature, None when it cannot be one of this key."""
        number = int.from_bytes(signature, "big")
        if len(signature) != self.size or number >= self.modulus:
            return None
        return pow(number, self.exponent, self.modulus).to_bytes(self.size, "big")


@dataclass(frozen=True, slots=True)
class EcKey:
    """A point on a curve."""

    curve: Curve
    x: int
    y: int


PublicKey = RsaKey | EcKey


@dataclass(frozen=True, slots=True)
class Scheme:
    """How something was signed: RSA with or without PSS, or ECDSA; `digest` is None when the algorithm names none."""

    kind: str
    digest: str | None
    salt: int = 0


def hash_named(algorithm: Der) -> str:
    """The hash of an AlgorithmIdentifier. Raises WeakError for SHA-1 and MD5, FormError for others unknown."""
    name = _plain_name(algorithm.inside())
    if name not in HASH_OIDS:
        raise UnknownError(f"the hash {name} is not known")
    return HASH_OIDS[name]


def read_scheme(algorithm: Der) -> Scheme:
    """Read a signature's AlgorithmIdentifier. Raises WeakError, FormError."""
    members = algorithm.inside()
    if der_oid(members.take(OID)) == RSA_PSS:
        named = members.maybe(SEQUENCE)
        members.end()
        return _pss(named.inside() if named else DerReader(b""))
    name = _plain_name(algorithm.inside())
    for known, kind in ((RSA_WITH, "rsa"), (ECDSA_WITH, "ecdsa"), ({RSA_KEY: None}, "rsa"), ({EC_KEY: None}, "ecdsa")):
        if name in known:
            return Scheme(kind, known[name])
    raise UnknownError(f"the signature algorithm {name} is not known")


def _plain_name(members: DerReader) -> str:
    """The name of an algorithm that takes no parameters, or NULL."""
    name = der_oid(members.take(OID))
    if name in WEAK_OIDS:
        raise WeakError(WEAK_OIDS[name])
    if name in HASH_OIDS or name in RSA_WITH or name in ECDSA_WITH or name in {RSA_KEY, EC_KEY}:
        nothing = members.maybe(NULL)
        members.end()
        if nothing is not None and nothing.content:
            raise FormError("NULL with content")
    return name


def _pss(members: DerReader) -> Scheme:
    """PSS names its hash twice and the length of its salt; what it leaves out would be SHA-1."""
    names = members.maybe(0xA0), members.maybe(0xA1), members.maybe(0xA2)
    if names[0] is None or names[1] is None:
        raise WeakError("SHA-1")
    digest = hash_named(read_der(names[0].content, SEQUENCE))
    mask = read_der(names[1].content, SEQUENCE).inside()
    if der_oid(mask.take(OID)) != MGF1 or hash_named(mask.take(SEQUENCE)) != digest:
        raise FormError("PSS: the mask is made with another hash")
    salt = 20 if names[2] is None else der_integer(read_der(names[2].content, INTEGER))
    if not 0 <= salt <= hashlib.new(digest).digest_size:
        raise FormError("PSS: the salt is longer than the hash")
    return Scheme("pss", digest, salt)


def read_public_key(info: Der) -> PublicKey:
    """Read a SubjectPublicKeyInfo. Raises WeakError for RSA under 2048 bits, FormError."""
    members = info.inside()
    algorithm = members.take(SEQUENCE).inside()
    bits = der_bits(members.take())
    members.end()
    name = der_oid(algorithm.take(OID))
    if name in {RSA_KEY, RSA_PSS}:
        return _rsa_key(bits)
    if name != EC_KEY:
        raise UnknownError(f"the key type {name} is not known")
    curve_name = der_oid(algorithm.take(OID))
    curve = CURVES.get(curve_name)
    if curve is None:
        raise UnknownError(f"the curve {curve_name} is not known")
    if bits[:1] != b"\x04" or len(bits) != 1 + 2 * curve.size:
        raise FormError("not a plain point on P-256, P-384 or P-521")
    key = EcKey(curve, int.from_bytes(bits[1 : 1 + curve.size], "big"), int.from_bytes(bits[1 + curve.size :], "big"))
    in_field = key.x < curve.p and key.y < curve.p
    if not in_field or (key.y**2 - (key.x**3 - 3 * key.x + curve.b)) % curve.p:
        raise FormError("the key is no point on its curve")
    return key


def _rsa_key(bits: bytes) -> RsaKey:
    members = read_der(bits, SEQUENCE).inside()
    key = RsaKey(der_integer(members.take(INTEGER)), der_integer(members.take(INTEGER)))
    members.end()
    if key.modulus < 1 << (MIN_RSA_BITS - 1):
        raise WeakError(f"RSA {max(key.modulus, 0).bit_length()}")
    if (
        key.modulus.bit_length() > MAX_RSA_BITS
        or not MIN_EXPONENT <= key.exponent < MAX_EXPONENT
        or not key.modulus % 2
    ):
        raise FormError("an RSA key beyond all measure")
    return key


def signature_holds(key: PublicKey, scheme: Scheme, digest: str, signed: bytes, signature: bytes) -> bool:
    """Say whether `signature` over `signed` is the key's; `digest` is what its surroundings name. Raises FormError."""
    if scheme.digest not in {None, digest}:
        raise FormError(f"signed with {scheme.digest}, but {digest} is named")
    hashed = hashlib.new(digest, signed).digest()
    if isinstance(key, EcKey):
        return scheme.kind == "ecdsa" and _ecdsa_holds(key, hashed, signature)
    opened = key.opened(signature)
    if opened is None or scheme.kind == "ecdsa":
        return False
    if scheme.kind == "pss":
        return _pss_holds(opened, key.modulus.bit_length() - 1, digest, hashed, scheme.salt)
    return opened == _pkcs1_padded(digest, hashed, key.size)


def _pkcs1_padded(digest: str, hashed: bytes, size: int) -> bytes:
    """EMSA-PKCS1-v1_5: there is one right padding, and it is compared whole."""
    last = {"sha256": 1, "sha384": 2, "sha512": 3}[digest]
    length = len(hashed)
    info = bytes([0x30, 17 + length, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 101, 3, 4, 2, last, 5, 0, 4, length]) + hashed
    return b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info


def _pss_holds(opened: bytes, bits: int, digest: str, hashed: bytes, salt: int) -> bool:
    """EMSA-PSS-VERIFY (RFC 8017, 9.1.2)."""
    size = (bits + 7) // 8
    encoded, length = opened[-size:], len(hashed)
    if any(opened[:-size]) or size < length + salt + 2 or encoded[-1] != 0xBC:  # noqa: PLR2004 - the trailer
        return False
    masked, proof = encoded[: -length - 1], encoded[-length - 1 : -1]
    unused = 8 * size - bits
    if masked[0] >> (8 - unused):
        return False
    mask = b"".join(
        hashlib.new(digest, proof + counter.to_bytes(4, "big")).digest() for counter in range(-(-len(masked) // length))
    )
    block = bytearray(left ^ right for left, right in zip(masked, mask, strict=False))
    block[0] &= 0xFF >> unused
    padding = len(block) - salt - 1
    if any(block[:padding]) or block[padding] != 1:
        return False
    return hashlib.new(digest, bytes(8) + hashed + bytes(block[padding + 1 :])).digest() == proof


def _ecdsa_holds(key: EcKey, hashed: bytes, signature: bytes) -> bool:
    """FIPS 186-5, 6.4.2."""
    members = read_der(signature, SEQUENCE).inside()
    r, s = der_integer(members.take(INTEGER)), der_integer(members.take(INTEGER))
    members.end()
    curve = key.curve
    if not (0 < r < curve.n and 0 < s < curve.n):
        return False
    number = int.from_bytes(hashed, "big") >> max(0, 8 * len(hashed) - curve.n.bit_length())
    inverse = pow(s, -1, curve.n)
    point = _twice_times(curve, number * inverse % curve.n, r * inverse % curve.n, (key.x, key.y, 1))
    if not point[2]:
        return False
    return point[0] * pow(point[2], -2, curve.p) % curve.p % curve.n == r


def _twice_times(curve: Curve, first: int, second: int, other: JACOBIAN) -> JACOBIAN:
    """First times the base point plus second times the other (Shamir's trick)."""
    base = (curve.x, curve.y, 1)
    both = _added(curve, base, other)
    total = INFINITY
    for place in range(max(first.bit_length(), second.bit_length()) - 1, -1, -1):
        total = _doubled(curve, total)
        pick = (first >> place & 1, second >> place & 1)
        if any(pick):
            total = _added(curve, total, both if all(pick) else base if pick[0] else other)
    return total


def _doubled(curve: Curve, point: JACOBIAN) -> JACOBIAN:
    x, y, z = point
    if not z or not y:
        return INFINITY
    p, delta, gamma = curve.p, z * z % curve.p, y * y % curve.p
    beta, alpha = x * gamma % p, 3 * (x - delta) * (x + delta) % p
    new_x = (alpha * alpha - 8 * beta) % p
    return new_x, (alpha * (4 * beta - new_x) - 8 * gamma * gamma) % p, 2 * y * z % p


def _added(curve: Curve, one: JACOBIAN, two: JACOBIAN) -> JACOBIAN:
    if not one[2] or not two[2]:
        return two if not one[2] else one
    p, z1, z2 = curve.p, one[2] * one[2] % curve.p, two[2] * two[2] % curve.p
    u1, u2 = one[0] * z2 % p, two[0] * z1 % p
    s1, s2 = one[1] * two[2] * z2 % p, two[1] * one[2] * z1 % p
    h, r = (u2 - u1) % p, (s2 - s1) % p
    if not h:
        return INFINITY if r else _doubled(curve, one)
    h2 = h * h % p
    h3, v = h * h2 % p, u1 * h2 % p
    x = (r * r - h3 - 2 * v) % p
    return x, (r * (v - x) - s1 * h3) % p, h * one[2] * two[2] % p
