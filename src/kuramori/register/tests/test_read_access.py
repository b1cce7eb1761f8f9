"""Asking to read a secret: who decides by the level's matrix, what a decider is shown, what an approval opens."""

from datetime import date

import pytest
from django.utils.translation import override

from kuramori.approvals.api import Asked, Granted, Office
from kuramori.directory.api import actor_of, viewer_of_system
from kuramori.governance.api import Action, Ruling, handling_set
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.permissions import Role
from kuramori.register.acts import scope_open, secret_edit, secret_retire
from kuramori.register.read_access import READ_ACCESS, decides, effects, grant, prepare, shown, told, words
from kuramori.register.rules import Audience

pytestmark = pytest.mark.django_db
UNTIL = date(2026, 12, 24)


def asked(company, secret=None, **detail):
    plain = {"number": "S-0001", "reader": str(company.chihiro.pk), "until": UNTIL.isoformat()}
    return Asked(detail=plain | detail, subject=secret.as_subject() if secret else None)


def granted(company, secret, **detail):
    return Granted(
        request_id=company.akari.pk, number="Q-2026-4831-0752", asked=asked(company, secret, **detail), why="試作",
        by=actor_of(company.akari),
    )  # fmt: skip


def test_what_is_entered_becomes_what_is_asked_whether_there_is_such_a_secret_or_not(company, add):
    secret, chihiro = add(), company.viewer(company.chihiro)
    entered = {"number": "S-0001", "person": None, "until": UNTIL}
    for_herself = prepare(chihiro, entered)
    assert (for_herself.detail["reader"], for_herself.concerned) == (str(company.chihiro.pk), None)
    assert for_herself.subject.id == secret.pk
    assert prepare(chihiro, entered | {"person": company.chihiro}).concerned is None
    assert prepare(chihiro, entered | {"person": company.daichi}).concerned == company.daichi.pk
    unknown = prepare(chihiro, entered | {"number": "S-9"})
    assert (unknown.subject, unknown.detail["number"]) == (None, "S-9")
    with pytest.raises(Refused, match="既に閲覧できます"):
        prepare(company.viewer(company.botan), entered)
    assert prepare(company.viewer(company.botan), entered | {"person": company.chihiro}).concerned


@pytest.mark.parametrize(
    ("ruling", "approver", "offices"),
    [
        (Ruling.FREE, None, [Office.KEEPER, Office.UNIT_HEAD]),
        (Ruling.APPROVAL, Role.KEEPER, [Office.KEEPER, Office.UNIT_HEAD]),
        (Ruling.APPROVAL, Role.UNIT_HEAD, [Office.UNIT_HEAD]),
        (Ruling.APPROVAL, Role.INFORMATION_MANAGER, [Office.INFORMATION_MANAGER]),
        (Ruling.APPROVAL, Role.EXECUTIVE, [Office.EXECUTIVE]),
        (Ruling.APPROVAL, Role.LEGAL, [Office.LEGAL]),
        (Ruling.FORBIDDEN, None, [Office.KEEPER, Office.UNIT_HEAD]),
    ],
)
def test_the_levels_matrix_says_who_decides(company, add, ruling, approver, offices):
    secret = add()
    handling_set(level=secret.level, action=Action.VIEW, ruling=ruling, approver=approver, by=SYSTEM, why="規程")
    assert [each.office for each in decides(asked(company, secret))] == offices
    assert {each.unit for each in decides(asked(company, secret)) if each.office is not Office.KEEPER} == {
        company.materials.pk
    }
    assert decides(asked(company)) == ()


def test_a_decider_is_shown_the_secret_as_it_stands_and_who_asked_what_he_typed(company, add):
    secret = add()
    scope_open(secret=secret, audience=Audience.PARTNER, partner="大阪:電池", by=SYSTEM)
    lines = dict(shown(asked(company, secret)))
    assert [name for name, _value in told(asked(company, secret))] == ["number", "reader", "until"]
    said = {name: str(words(name, value)) for name, value in lines.items()}
    assert said == {
        "number": "S-0001", "reader": "遠山 千尋 (A-3)", "until": "2026-12-24", "standing": "台帳に登録済み",
        "title": "電解液の配合比", "level": "秘", "viewing": said["viewing"], "unit": "材料課",
        "keeper": "佐倉 灯里 (A-1)", "open_to": said["open_to"],
    }  # fmt: skip
    assert "材料課" in said["open_to"]
    assert "大阪:電池" in said["open_to"]
    assert set(lines) == set(READ_ACCESS.labels)
    with override("en"):
        assert str(words("unit", lines["unit"])) == "Unit 1100"
        assert str(words("reader", lines["reader"])) == "Chihiro Toyama (A-3)"
    assert dict(shown(asked(company)))["standing"] == "unknown"
    assert (words("keeper", ""), words("other", "x")) == ("", "x")
    secret_edit(secret=secret, keeper=None, tier="b", by=SYSTEM)
    secret_retire(secret=secret, by=SYSTEM, why="公開")
    after = dict(shown(asked(company, secret)))
    assert (after["keeper"], after["standing"]) == ("", "retired")


def test_an_approval_opens_a_dated_row_that_names_the_request(company, add):
    secret = add()
    assert str(effects(asked(company, secret))[0]).startswith("遠山 千尋 (A-3)が2026-12-24まで")
    grant(granted(company, secret))
    row = secret.scopes.get(audience="person")
    assert (row.audience_id, row.valid_to, row.origin) == (company.chihiro.pk, UNTIL, "request:Q-2026-4831-0752")
    grant(granted(company, secret))
    assert secret.scopes.filter(audience="person").count() == 1, "an equal open row is kept"


def test_what_cannot_be_opened_is_refused_and_says_what_to_do(company, add):
    secret = add()
    with pytest.raises(Refused, match="登録されていません"):
        grant(granted(company, None))
    with pytest.raises(Refused):
        grant(granted(company, secret, until="2026-11-19"))
    handling_set(level=secret.level, action=Action.VIEW, ruling=Ruling.FORBIDDEN, by=SYSTEM, why="規程")
    with pytest.raises(Refused, match="禁止"):
        grant(granted(company, secret))
    secret_retire(secret=secret, by=SYSTEM, why="公開")
    with pytest.raises(Refused, match="登録されていません"):
        grant(granted(company, secret))
    assert not secret.scopes.filter(audience="person").exists()
    assert viewer_of_system().person_id is None
