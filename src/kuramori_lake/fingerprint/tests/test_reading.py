"""Text comes out of every kind of file that offices use, whatever its name says and whatever encoding it has."""

import gzip
import lzma

import pytest

from kuramori_lake.fingerprint.reading.files import read
from kuramori_lake.fingerprint.reading.limits import Part, Reason
from kuramori_lake.fingerprint.reading.plain import encoding_of, text_of, without_tags
from kuramori_lake.fingerprint.tests import made

TEXT = "設計書の本文です。秘密の配合比は三対七とする。図面A-17を参照。\n"
KANA = "ﾊｲｺﾞｳ ｵﾝﾄﾞ の表。半角カナも混じる配合表です。\n"


def texts(data, name="ファイル"):
    found = read(name, data)
    assert not found.problems
    return {part.name.removeprefix(f"{name}/"): part.text for part in found.parts}


def test_word_gives_headers_footers_notes_and_comments_but_no_styles():
    parts = {"header1": "柱", "footer1": "足", "footnotes": "脚注", "endnotes": "文末", "comments": "批評"}
    found = texts(made.docx("本文", **parts))
    assert sorted(found.values()) == sorted(["本文", *parts.values()])


def test_deleted_words_are_still_in_the_file():
    deleted = (
        f"<w:document {made.W}><w:p><w:del><w:r><w:delText>消した配合</w:delText></w:r></w:del></w:p></w:document>"
    )
    data = made.packed({made.TYPES: "<Types/>", "word/document.xml": deleted})
    assert list(texts(data).values()) == ["消した配合"]


def test_runs_of_a_word_are_one_word_and_paragraphs_are_apart():
    runs = f"<w:document {made.W}><w:p><w:r><w:t>配</w:t></w:r><w:r><w:t>合</w:t></w:r></w:p>"
    runs += "<w:p><w:r><w:t>比</w:t></w:r></w:p></w:document>"
    assert list(texts(made.packed({made.TYPES: "<Types/>", "word/document.xml": runs})).values()) == ["配合\n比"]


def test_slides_and_what_is_said_to_them():
    assert sorted(texts(made.pptx("表紙", "口頭")).values()) == ["口頭", "表紙"]


def test_open_document_with_its_header():
    assert sorted(texts(made.odt("本文", "柱")).values()) == ["本文", "柱"]


def test_cells_and_comments_of_a_spreadsheet():
    assert texts(made.xlsx("配合比", "注記")) == {"一覧": "配合比", "xl/comments1.xml": "注記"}


def test_pdf():
    assert texts(made.pdf("図面 A-17")) == {"ファイル": "図面 A-17"}


@pytest.mark.parametrize("text", [TEXT, KANA])
@pytest.mark.parametrize(
    "encoding",
    ["cp932", "euc_jp", "iso2022_jp_ext", "utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig", "utf-32"],
)
def test_text_in_any_encoding_of_japan(text, encoding):
    assert text_of(text.encode(encoding)) == text


@pytest.mark.parametrize("ascii_only", ["plain words\n", "a", "1,2,3\r\n"])
def test_ascii_is_ascii(ascii_only):
    assert encoding_of(ascii_only.encode()) == "utf-8"
    assert text_of(ascii_only.encode()) == ascii_only


def test_html_gives_its_words():
    page = "<!DOCTYPE html><html><style>p{}</style><script>let 秘=1</script><p>配<b>合</b>&amp;比</p><!-- 注 --></html>"
    assert next(iter(texts(page.encode()).values())).strip() == "配合&比"
    assert without_tags("a<br>b") == "a\nb"


@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp", "shift_jis", "euc-jp"])
def test_mail_in_any_charset(charset):
    found = read("m.eml", made.mail(TEXT, charset=charset, subject="見積の件"))
    assert [part.text.strip() for part in found.parts] == ["見積の件", TEXT.strip()]
    assert found.mail == {
        "message_id": "<m1@kura.example>",
        "from": "akari@kura.example",
        "to": "chihiro@other.example",
    }


def test_mail_that_lies_about_its_charset_is_read_by_what_it_holds():
    head = b"From: a@x\r\nTo: b@x\r\nDate: x\r\nContent-Type: text/plain; charset=us-ascii\r\n"
    head += b"Content-Transfer-Encoding: 8bit\r\n\r\n"
    assert texts(head + TEXT.encode("cp932"))["1"] == TEXT


def test_attachments_of_attachments_of_mails_in_mails():
    inner = made.mail("中のメール", attached=[("束.zip", made.packed({"図/仕様.docx": made.docx("仕様")}))])
    outer = made.mail("外", html="<p>外<i>側</i></p>", attached=[("転送.eml", inner)])
    found = texts(outer)
    assert found["転送.eml/束.zip/図/仕様.docx/word/document.xml"] == "仕様"
    assert found["転送.eml/1"].strip() == "中のメール"
    assert found["2"].strip() == "外側"
    assert read("x", outer).mail["message_id"] == "<m1@kura.example>"


def test_forwarded_mail_as_a_part():
    head = b"From: a@x\r\nTo: b@x\r\nDate: x\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n"
    assert "配合の件" in "".join(texts(head + made.mail("配合の件")).values())


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_packed_file(pack):
    assert list(texts(pack(TEXT.encode("cp932"))).values()) == [TEXT]


def test_kind_is_told_by_the_bytes_not_by_the_name():
    assert texts(made.docx("本文"), "絵.jpg")["word/document.xml"] == "本文"
    assert texts(TEXT.encode(), "偽.pdf") == {"偽.pdf": TEXT}


def test_file_that_is_two_kinds_is_read_as_both():
    found = texts(made.pdf("図面") + made.packed({"隠し.txt": TEXT}))
    assert found == {"ファイル": "図面", "隠し.txt": TEXT}


def test_names_of_windows_in_an_archive_are_japanese():
    data = made.packed({"XXXX.txt": TEXT}).replace(b"XXXX", "図面".encode("cp932"))
    assert list(texts(data)) == ["図面.txt"]


def test_names_that_point_elsewhere_are_only_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = read("x.zip", made.packed({"../../外.txt": TEXT, "/etc/passwd": TEXT}))
    assert [part.text for part in found.parts] == [TEXT, TEXT]
    assert list(tmp_path.iterdir()) == []


def test_empty_file_has_neither_text_nor_trouble():
    assert read("空", b"") == read("空", b"")
    assert read("空", b"").parts == read("空", b"").problems == ()
    assert read("空白", b" \n").parts == ()


@pytest.mark.parametrize("data", [bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n" + bytes(500), b"MZ" + bytes(500)])
def test_what_is_no_text_is_told_as_such(data):
    [problem] = read("x", data).problems
    assert (problem.name, problem.reason) == ("x", Reason.NO_TEXT)


def test_part_is_a_plain_record():
    assert Part(name="a", text="b") == Part(name="a", text="b")
