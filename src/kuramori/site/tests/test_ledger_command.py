"""`kuramori ledger`: what the check says of heads held outside, and the steps that let another key sign on."""

import json

import pytest
import time_machine

from kuramori.evidence.api import HEAD_FILE, latest_checkpoint, seal_now
from kuramori.evidence.keys import signer
from kuramori.evidence.models import KindChoice
from kuramori.evidence.rules.note import Checkpoint, sign
from kuramori.evidence.witnessing.acts.witnesses import witness_add
from kuramori.evidence.witnessing.rounds import look
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.ledger import read
from kuramori.kernel.models import Entry
from kuramori.site.arguments import parser
from kuramori.site.commands import ledger
from kuramori.site.findings import State
from kuramori.site.health import findings
from kuramori.site.terminal import Exit

pytestmark = pytest.mark.django_db
FACTS = ["--happened", "ディスク故障", "--tried", "全バックアップを確認", "--why", "法務の決定"]


@pytest.fixture(autouse=True)
def data(tmp_path, settings):
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
def witness(tmp_path_factory):
    drive = tmp_path_factory.mktemp("usb")
    return witness_add(kind=KindChoice.FOLDER, name="金庫のUSB", place=str(drive), by=SYSTEM)


def run(*words):
    return ledger.run(parser().parse_args(["ledger", *words]))


def ahead(data):
    """A head over 99 entries lies in the data folder, as it does when the database alone was put back."""
    note = sign(Checkpoint(signer().origin, 99, bytes(32)).text, signer().key, signer().origin)
    (data / HEAD_FILE).write_text(note)


def test_the_check_names_the_head_it_compared_with(witness, capsys):
    head = seal_now()
    look(witness)
    assert run("check") == Exit.OK
    assert f"Compared with the head over {head.size} entries that 金庫のUSB holds." in capsys.readouterr().out
    assert run("check", "--json") == Exit.OK
    told = json.loads(capsys.readouterr().out)
    assert (told["outside"][0]["name"], told["against"]) == ("金庫のUSB", [])


def test_without_a_witness_the_check_says_so(capsys):
    witness_add(kind=KindChoice.PRINT, name="金庫", by=SYSTEM)
    seal_now()
    assert run("check") == Exit.OK
    assert "Compared with no head held outside." in capsys.readouterr().out


def test_a_head_that_is_ahead_is_said_by_check_health_and_refusal(witness, data, capsys):
    seal_now()
    ahead(data)
    assert run("check") == Exit.REFUSED
    assert "99件時点" in capsys.readouterr().out
    assert run("rotate", "--why", "x") == Exit.REFUSED
    assert "一部ではありません" in capsys.readouterr().err
    found = {str(each.part): each for each in findings()}
    assert found["証跡台帳"].state is State.BAD
    assert "99件時点" in found["証跡台帳"].words


def test_a_branch_is_declared_on_the_command_line_with_its_facts(witness, data, capsys):
    seal_now()
    assert run("fork", *FACTS) == Exit.REFUSED, "nothing to declare"
    ahead(data)
    assert run("fork", *FACTS) == Exit.OK
    assert signer().origin in capsys.readouterr().out
    entry = read([Entry.objects.latest("seq")])[0]
    assert (entry.verb, entry.why) == ("evidence.ledger.fork", "法務の決定")
    assert seal_now().size == latest_checkpoint().size
    with pytest.raises(SystemExit):
        parser().parse_args(["ledger", "fork", "--why", "x"])


def test_keys_are_changed_and_revoked_on_the_command_line(witness, capsys):
    seal_now()
    before = signer().verifier
    assert run("rotate", "--why", "年次") == Exit.OK
    assert signer().verifier != before
    assert run("revoke", "1", "--why", "盗難") == Exit.OK
    assert run("revoke", "99999", "--why", "盗難") == Exit.REFUSED
    assert "件数" in capsys.readouterr().err


def test_health_names_silent_witnesses(witness):
    seal_now()
    with time_machine.travel("2031-01-01"):
        found = {str(each.part): each for each in findings()}
    assert found["証跡台帳の立会先"].state is State.WARN
    assert "金庫のUSB" in found["証跡台帳の立会先"].words
