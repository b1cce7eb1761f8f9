# ruff: noqa: E501  # parts of files are single lines
"""Files made in memory, each with the words asked for."""

import io
import zipfile
from email.message import EmailMessage

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
T = 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
TYPES = "[Content_Types].xml"


def zipped(**members) -> bytes:
    return packed(members)


def packed(members, method=zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def word(kind: str, text: str) -> str:
    return f"<w:{kind} {W}><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:{kind}>"


def docx(body="本文", **parts) -> bytes:
    members = {
        TYPES: "<Types/>",
        "word/document.xml": word("document", body),
        "word/styles.xml": word("styles", "様式"),
    }
    return packed(members | {f"word/{name}.xml": word(name, text) for name, text in parts.items()})


def pptx(slide="表紙", notes="口頭の説明") -> bytes:
    page = f"<p {A}><a:p><a:r><a:t>{{}}</a:t></a:r></a:p></p>"
    members = {"ppt/slides/slide1.xml": page.format(slide), "ppt/notesSlides/notesSlide1.xml": page.format(notes)}
    return packed({TYPES: "<Types/>"} | members)


def odt(body="本文", header="柱") -> bytes:
    members = {"mimetype": "application/vnd.oasis.opendocument.text"}
    members["content.xml"] = f"<d {T}><text:p>{body}</text:p></d>"
    members["styles.xml"] = f"<d {T}><text:p>{header}</text:p></d>"
    return packed(members)


def xlsx(cell="値", comment="注記") -> bytes:
    sheet = f'<worksheet {S}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{cell}</t></is></c></row></sheetData></worksheet>'
    return packed(
        {
            TYPES: "<Types/>",
            "_rels/.rels": f'<Relationships {RELATIONS}><Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook {S} {R}><sheets><sheet name="一覧" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships {RELATIONS}><Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": sheet,
            "xl/comments1.xml": f"<comments {S}><commentList><comment><text><t>{comment}</t></text></comment></commentList></comments>",
        }
    )  # fmt: skip


def pdf(text="図面 A-17") -> bytes:
    """One page whose font says by a table which letters its codes are, as PDF writers do."""
    codes = "".join(f"{ord(char):04x}" for char in text)
    table = "".join(f"<{ord(char):04x}> <{ord(char):04x}>\n" for char in dict.fromkeys(text))
    count = len(dict.fromkeys(text))
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{count} beginbfchar\n{table}endbfchar endcmap end end"
    )
    page = f"BT /F 12 Tf 20 100 Td <{codes}> Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 900 200] /Resources << /Font << /F 4 0 R >> >> /Contents 7 0 R >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [5 0 R] /ToUnicode 6 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        f"<< /Length {len(cmap)} >> stream\n{cmap}\nendstream",
        f"<< /Length {len(page)} >> stream\n{page}\nendstream",
    ]
    made, offsets = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        offsets.append(len(made))
        made += f"{number} 0 obj {one} endobj\n".encode()
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    return (
        made
        + (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Root 1 0 R /Size {size} >>\n"
            f"startxref\n{len(made)}\n%%EOF"
        ).encode()
    )


def mail(body="よろしくお願いします", *, charset="utf-8", html=None, attached=(), subject="見積の件") -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "akari@kura.example", "chihiro@other.example", subject
    made["Message-ID"] = "<m1@kura.example>"
    made.set_content(body, charset=charset)
    if html:
        made.add_alternative(html, subtype="html", charset=charset)
    for name, data in attached:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return bytes(made)
