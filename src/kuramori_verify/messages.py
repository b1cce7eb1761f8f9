"""What each finding means, in Japanese and English, and whether it touches integrity or completeness."""

from dataclasses import dataclass

INTEGRITY = "integrity"
COMPLETENESS = "completeness"
LIMIT = "limit"
FORM = "form"


@dataclass(frozen=True, slots=True)
class Meaning:
    """`area` decides the verdict: integrity, completeness, limit (not proven, not wrong), form (not a bundle)."""

    area: str
    ja: str
    en: str


def _of(area: str, meanings: dict[str, tuple[str, str]]) -> dict[str, Meaning]:
    return {code: Meaning(area, ja, en) for code, (ja, en) in meanings.items()}


MEANINGS: dict[str, Meaning] = {
    **_of(
        FORM,
        {
            "form.not_a_bundle": (
                "証拠束でも台帳の書き出しでもありません。",
                "This is neither an evidence bundle nor a ledger export.",
            ),
            "form.cannot_open": ("開くことができません。", "This cannot be opened."),
        },
    ),
    **_of(
        INTEGRITY,
        {
            "bag.declaration": ("bagit.txt の内容が BagIt 1.0 と異なります。", "bagit.txt does not declare BagIt 1.0."),
            "bag.file_changed": (
                "ファイルの内容が目録のハッシュ値と一致しません。変更または切り詰められています。",
                "The file does not match its hash in the manifest: it was changed or cut short.",
            ),
            "bag.file_renamed": ("ファイル名が変更されています。", "The file was renamed."),
            "bag.file_unlisted": (
                "目録にないファイルが追加されています。",
                "A file was added that no manifest lists.",
            ),
            "bag.info_differs": (
                "bag-info.txt が、封印時の記載と異なります。",
                "bag-info.txt differs from what was sealed.",
            ),
            "bag.info_malformed": ("bag-info.txt に不正な行があります。", "bag-info.txt has a malformed line."),
            "bag.manifest_malformed": ("目録に不正な行があります。", "The manifest has a malformed line."),
            "bag.oxum_differs": (
                "データの大きさまたはファイル数が bag-info.txt と一致しません。",
                "The number of files or bytes differs from bag-info.txt.",
            ),
            "bundle.counts_differ": (
                "束の目次に記載の件数と実際の件数が異なります。",
                "The counts in the bundle's manifest differ from what is there.",
            ),
            "bundle.entries_unordered": (
                "記録の並びが台帳の順序と異なります。",
                "The entries are not in the ledger's order.",
            ),
            "bundle.file_differs": (
                "ファイルの内容が束の目次に記載のハッシュ値と一致しません。",
                "The file does not match its hash in the bundle's own manifest.",
            ),
            "bundle.file_unknown": (
                "束の目次にないファイルがあります。",
                "The bundle's own manifest does not know this file.",
            ),
            "bundle.malformed": ("形式に誤りがあります。", "The form is wrong."),
            "bundle.seal_broken": (
                "束の目次が、台帳に封印された内容と異なります。束の作成後に中身が差し替えられています。",
                "The bundle's manifest differs from what the ledger sealed: something was replaced after it was made.",
            ),
            "bundle.twin_differs": (
                "対になる束と共有するハッシュ値が、証拠の一覧から計算した値と異なります。",
                "The digest shared with twin bundles does not follow from the list of exhibits.",
            ),
            "chronology.time_differs": (
                "年表の日時が台帳の記録と異なります。",
                "A time in the chronology differs from the entry's own.",
            ),
            "entry.after_bundle": (
                "束の作成より後の日時をもつ記録です。",
                "The entry is dated after the bundle was made.",
            ),
            "entry.back_dated": (
                "台帳で先に並ぶ記録より前の日時が付けられています（遡った日付の疑い）。",
                "The entry is dated before entries that stand earlier in the ledger: it seems back-dated.",
            ),
            "entry.beyond_ledger": (
                "台帳の末尾より先の番号です。",
                "The index lies beyond the end of the ledger.",
            ),
            "entry.differs_from_manifest": (
                "束の目次が指す記録とは別の内容です。",
                "This is not the entry that the bundle's manifest names.",
            ),
            "entry.disclosure_foreign": (
                "開示された項目が、この記録の約束値のどれとも一致しません。変更されているか、別の記録のものです。",
                "A disclosed member matches no commitment of this entry: it was changed or belongs elsewhere.",
            ),
            "entry.disclosure_malformed": (
                "開示された項目の形式に誤りがあります。",
                "A disclosed member is malformed.",
            ),
            "entry.item_not_in_list": (
                "示された変更または対象が、この記録の一覧に含まれていません。",
                "A shown change or subject is not in the list that this entry committed to.",
            ),
            "entry.malformed": ("記録の形式に誤りがあります。", "The entry is malformed."),
            "entry.shown_differs": (
                "記録から開示された内容が、封印時と異なります（加除または入替え）。",
                "What is disclosed of the entry is not what was sealed: something was added, taken out or moved.",
            ),
            "entry.not_in_ledger": (
                "この記録は、署名された台帳のこの位置に存在しません（記録または証明の変更・入れ替え）。",
                "The entry is not at this place of the signed ledger: entry or proof was changed or swapped.",
            ),
            "entry.time_not_of_id": (
                "記録の日時が、記録番号に含まれる日時と合いません。",
                "The entry's time does not fit the time inside its id.",
            ),
            "events.file_not_sealed": (
                "ログ区分ファイルのハッシュ値が、封印時のものと異なります。",
                "The segment's file does not have the hash that was sealed.",
            ),
            "events.row_changed": (
                "ログの行が、封印された内容と一致しません（変更・追加・削除・並べ替え）。",
                "A log row differs from what was sealed: changed, added, removed or reordered.",
            ),
            "events.row_count_differs": (
                "ログの行数が、示された範囲と一致しません（追加または削除）。",
                "The number of log rows differs from the ranges shown: rows were added or removed.",
            ),
            "events.seal_differs": (
                "封印の記録が、別のログ区分のものです。",
                "The sealing entry belongs to another segment.",
            ),
            "events.unreadable": ("ログの CSV を読み取れません。", "The CSV of the log cannot be read."),
            "exhibit.file_differs": (
                "証拠のファイルが、束の目次に記載の証拠と異なります。",
                "The exhibit's file speaks of something else than the bundle's manifest.",
            ),
            "exhibit.misnumbered": (
                "証拠の番号が連番になっていません。",
                "The exhibits are not numbered one after the other.",
            ),
            "exhibit.root_differs": (
                "証拠が、台帳の記録またはログの行と結び付いていません。",
                "The exhibit is not tied to the entry or the log rows that it names.",
            ),
            "exhibit.unlisted": (
                "ログ区分が証拠の一覧にありません。",
                "A log segment is not among the exhibits.",
            ),
            "ledger.checkpoint_malformed": (
                "台帳の署名済みチェックポイントまたは鍵の形式に誤りがあります。",
                "The ledger's checkpoint or key file is malformed.",
            ),
            "ledger.entries_malformed": (
                "台帳の記録ファイルの形式に誤りがあります。",
                "A ledger entry file is malformed.",
            ),
            "ledger.entry_changed": (
                "台帳の記録が変更されています（最初に異なる番号を示します）。",
                "A ledger entry was changed; the first differing index is given.",
            ),
            "ledger.fork": (
                "外部で保管されたチェックポイントに、この台帳が続いていません。履歴が二つあります（書き換え、または複製による分岐）。",
                "The ledger does not continue a head that was held outside: there are two histories.",
            ),
            "ledger.history_differs": (
                "以前に保管されたチェックポイントと履歴が異なります。台帳が書き換えられています。",
                "The history differs from a checkpoint kept earlier: the ledger was rewritten.",
            ),
            "ledger.older_head_malformed": (
                "以前のチェックポイントを検証できません。",
                "The earlier checkpoint cannot be verified.",
            ),
            "ledger.origin_differs": (
                "チェックポイントが別の台帳のものです。",
                "The checkpoint belongs to another ledger.",
            ),
            "ledger.root_differs": (
                "全記録から計算した値が、署名済みチェックポイントと一致しません。",
                "The root over all entries differs from the signed checkpoint.",
            ),
            "ledger.shortened": (
                "以前のチェックポイントより記録が少なくなっています。末尾が削除されています。",
                "There are fewer entries than an earlier checkpoint held: the tail was removed.",
            ),
            "ledger.signature_wrong": (
                "チェックポイントの署名が正しくないか、知らない鍵で署名されています。",
                "The checkpoint's signature is wrong, or made with a key that is not known.",
            ),
            "ledger.tile_differs": (
                "台帳の中間ハッシュが記録と一致しません。",
                "A stored hash of the ledger does not follow from its entries.",
            ),
            "token.before_entry": (
                "タイムスタンプより後の日時をもつ記録です。時刻認証の時点で存在したはずがありません。",
                "The entry is dated after a time stamp that covers it: it cannot have been there by then.",
            ),
            "token.certificate_wrong": (
                "時刻認証の証明書が無いか、タイムスタンプ専用の証明書ではありません。",
                "The time stamp's certificate is absent, or not one for time stamps alone.",
            ),
            "token.chain_broken": (
                "時刻認証の証明書から、信頼するルート証明書への署名の連鎖がつながりません。",
                "No chain of signatures leads from the time stamp's certificate to a trusted root.",
            ),
            "token.expired": (
                "タイムスタンプの時点で、時刻認証の証明書が有効期間外です。",
                "The time stamp's certificate was not valid at the time stamped.",
            ),
            "token.malformed": (
                "タイムスタンプまたは証明書の形式に誤りがあります。",
                "The time stamp or a certificate is malformed.",
            ),
            "token.not_granted": (
                "時刻認証局が発行を拒否した応答であり、タイムスタンプではありません。",
                "The authority refused: this is its refusal, not a time stamp.",
            ),
            "token.other_data": (
                "タイムスタンプは別のデータに対するものです。データまたはタイムスタンプが差し替えられています。",
                "The time stamp is over other bytes: they, or the time stamp, were replaced.",
            ),
            "token.signature_wrong": (
                "タイムスタンプの署名が正しくありません。",
                "The time stamp's signature is wrong.",
            ),
            "token.weak": (
                "SHA-1 や短い鍵など、もはや証明力のない方式が使われています。",
                "A method that proves nothing any more is used, such as SHA-1 or a short key.",
            ),
            "source.doubled": ("同じ名前のファイルが二つあります。", "There are two files of the same name."),
            "source.encrypted": ("暗号化されたファイルです。", "The file is encrypted."),
            "source.link": ("リンクは読み取りません。", "A link; it is not followed."),
            "source.not_a_file": ("通常のファイルではありません。", "Not an ordinary file."),
            "source.unreadable": ("ファイルを読み取れません。", "The file cannot be read."),
            "source.unsafe_name": (
                "安全でないファイル名です。読み取りません。",
                "An unsafe file name; it is not read.",
            ),
            "witness.cosignature_wrong": (
                "立会先の副署が正しくありません。",
                "The cosignature of the witness is wrong.",
            ),
            "witness.malformed": (
                "立会先のチェックポイント、鍵または証明の形式に誤りがあります。",
                "A witness's head, key or proof is malformed.",
            ),
            "witness.other_ledger": (
                "立会先のチェックポイントが別の台帳のものです。",
                "The witness's head is of another ledger.",
            ),
        },
    ),
    **_of(
        COMPLETENESS,
        {
            "bag.file_missing": (
                "目録に記載のファイルがありません。",
                "A file that the manifest lists is missing.",
            ),
            "bundle.entry_missing": (
                "束の目次に記載の記録がありません。",
                "An entry that the bundle's manifest lists is missing.",
            ),
            "bundle.file_missing": (
                "束の目次に記載のファイルがありません。",
                "A file that the bundle's manifest lists is missing.",
            ),
            "chronology.entry_missing": (
                "年表が指す記録が束にありません。",
                "The chronology points to an entry that is not in the bundle.",
            ),
            "entry.member_missing": (
                "開示も、非開示の届出もされていない項目があります。",
                "A member is neither disclosed nor declared as withheld.",
            ),
            "events.seal_missing": (
                "ログ区分を封印した記録が束にありません。",
                "The entry that sealed this log segment is not in the bundle.",
            ),
            "exhibit.rows_missing": (
                "証拠のログの行がなく、非開示の届出もありません。",
                "The log rows of an exhibit are neither there nor declared as withheld.",
            ),
            "ledger.entries_missing": (
                "台帳の記録ファイルがありません。",
                "A file with ledger entries is missing.",
            ),
            "ledger.file_missing": (
                "台帳の証明（チェックポイント・鍵・封印）がありません。",
                "A proof of the ledger (checkpoint, keys or seal) is missing.",
            ),
            "token.missing": (
                "予定されたタイムスタンプがありません（時刻認証局が応答しなかったか、取り除かれています）。",
                "A time stamp that was due is not there: the authority was away, or it was removed.",
            ),
            "token.root_missing": (
                "ルート証明書が無いため、タイムスタンプを確認できません（--roots で指定してください）。",
                "Without a root certificate the time stamp cannot be checked; give one with --roots.",
            ),
            "ledger.tile_missing": ("台帳のハッシュファイルがありません。", "A hash tile of the ledger is missing."),
            "witness.absent": (
                "この立会先のチェックポイントがありません（まだ預けられていないか、取り除かれています）。",
                "The head of this witness is not there: it held none yet, or it was removed.",
            ),
            "witness.ahead": (
                "立会先のほうが新しいチェックポイントをもち、この束とは比べられません。台帳の書き出しと照合してください。",
                "The witness holds a longer head than this input; compare it with a newer ledger export.",
            ),
            "witness.cosignature_missing": (
                "立会先の鍵はありますが、その副署がありません。",
                "There is a key of the witness, but not its cosignature.",
            ),
            "witness.key_unknown": (
                "立会先のチェックポイントが、知らない鍵で署名されています。",
                "The witness's head is signed with a key that is not known.",
            ),
            "witness.proof_missing": (
                "立会先のチェックポイントに台帳が続くことの証明がありません。",
                "The proof that the ledger continues this head is not there.",
            ),
        },
    ),
    **_of(
        LIMIT,
        {
            "limit.all_entries": (
                "この対象に関する記録がほかに無いことは証明しません。台帳全体の書き出しと照合してください。",
                "That there are no further entries on the subject is not proven; compare with a full ledger export.",
            ),
            "limit.head_unproven": (
                "保管されていたチェックポイントと比べる証明が束にありません。台帳全体の書き出しと照合してください。",
                "The bundle holds no proof from the checkpoint that you kept; compare it with a full ledger export.",
            ),
            "limit.key_from_bundle": (
                "公開鍵は束に同梱されたものです。指紋を、会社から別の経路で得たものと比べてください（--key）。",
                "The public key came with the input. Compare its fingerprint with one you got another way (--key).",
            ),
            "limit.revocation": (
                "時刻認証の証明書が失効していないかは、ネットワークなしでは確認していません。",
                "Whether the authority's certificate was revoked is not checked without a network.",
            ),
            "limit.root_from_bundle": (
                "ルート証明書は束に同梱されたものです。指紋を時刻認証局の公表値と比べてください（--roots）。",
                "The root certificate came with the bundle. Compare its fingerprint with its owner's (--roots).",
            ),
            "limit.stamped_time": (
                "タイムスタンプは、その時点までに記録が存在したことを示します。個々の記録の日時は会社の時計によるものです。",
                "A time stamp shows that the records existed by then; their own times are by the company's clock.",
            ),
            "limit.rows_unproven": (
                "このログの各行は封印と結び付けられていません（ファイルの不変のみ確認）。",
                "The rows of this log are not tied to a seal; only that the file is unchanged was checked.",
            ),
            "limit.system_file": (
                "OS が置いたファイルです。束の一部ではなく、確認の対象外です。",
                "Left by an operating system: not part of the bundle, and not checked.",
            ),
            "limit.time": (
                "日時は会社の時計によるものです。第三者のタイムスタンプは含まれていません。",
                "Times are by the company's own clock; there is no third party's time stamp.",
            ),
            "limit.truth": (
                "記録が後から変わっていないことを示すもので、記録された内容が真実であることは証明しません。",
                "It shows that records were not changed afterwards, not that what was recorded is true.",
            ),
            "limit.unwitnessed": (
                "署名鍵の保有者が履歴全体を作り直した可能性は、外部に保管されたチェックポイントとの照合でのみ排除できます。",
                "Only a checkpoint kept elsewhere excludes that the holder of the key rewrote the whole history.",
            ),
            "limit.witness_key": (
                "立会先の公開鍵は同梱のものです。指紋を、立会先から別の経路で得たものと比べてください（--key）。",
                "The witness's key came with the input. Compare its fingerprint with one from the witness (--key).",
            ),
            "limit.withheld": (
                "開示されていない項目があります（理由と件数）。ハッシュ値は残っており、後から開示して照合できます。",
                "Members are withheld (reason and number); their digests remain, so they can be disclosed and checked.",
            ),
        },
    ),
}
WORDS = {
    "ja": {
        "integrity": "完全性（改変の有無）",
        "completeness": "網羅性（欠落の有無）",
        "sound": "改変は見つかりません",
        "broken": "改変があります",
        "complete": "欠落は見つかりません",
        "incomplete": "欠落があります",
        "unknown": "判定できません",
        "findings": "指摘事項",
        "limits": "この検証が証明しないこと",
        "entry": "記録番号",
        "record": "箇所",
        "detail": "詳細",
        "checked": "確認した数",
        "key": "署名鍵",
        "more": "ほかの指摘の数",
        "stamp": "タイムスタンプ",
        "witness": "立会先のチェックポイント",
        "root": "ルート証明書",
        "head": "台帳の先頭",
        "twins_yes": "二つの束は同じ証拠の対です（番号と内容のハッシュ値が一致）。",
        "twins_no": "二つの束は同じ証拠の対ではありません。",
        "because": "非開示の理由",
        "only_here": "この束だけで非開示の項目",
        "differing": "異なる証拠の番号",
        "help_twins": "二つの束が同じ証拠の対（黒塗りの有無だけの違い）かを確かめる: twins A B",
        "help_path": "証拠束または台帳の書き出し（フォルダまたは zip）",
        "help_json": "結果を JSON で出力する",
        "help_lang": "表示言語",
        "help_key": "別の経路で得た、台帳または立会先の公開鍵（名前+番号+base64）。同梱の鍵の代わりに使う",
        "help_head": "以前に保管したチェックポイントのファイル（台帳の書き出しと照合）",
        "help_roots": "時刻認証局のルート証明書（PEM）。束に同梱のものの代わりに使う",
        "help_about": (
            "証拠束と台帳の書き出しを、ネットワークなしで検証します。"
            "終了コード: 0 問題なし、1 改変あり、2 欠落あり、3 証拠束ではない"
        ),
    },
    "en": {
        "integrity": "Integrity",
        "completeness": "Completeness",
        "sound": "no change found",
        "broken": "changed",
        "complete": "nothing found missing",
        "incomplete": "something is missing",
        "unknown": "cannot be decided",
        "findings": "Findings",
        "limits": "What this does not prove",
        "entry": "entry",
        "record": "at",
        "detail": "detail",
        "checked": "Checked",
        "key": "Signing key",
        "more": "further findings",
        "stamp": "Time stamp",
        "witness": "Head held outside",
        "root": "root",
        "head": "Ledger head",
        "twins_yes": "The two bundles are twins: same numbers, same evidence.",
        "twins_no": "The two bundles are no twins.",
        "because": "withheld because",
        "only_here": "withheld in this bundle only",
        "differing": "exhibits that differ",
        "help_twins": "say whether two bundles hold the same exhibits, one with less shown: twins A B",
        "help_path": "an evidence bundle or a ledger export (folder or zip)",
        "help_json": "print the result as JSON",
        "help_lang": "language of the report",
        "help_key": "a public key of the ledger or of a witness (name+id+base64) you got another way; used instead",
        "help_head": "a checkpoint file kept earlier, which a ledger export must continue",
        "help_roots": "root certificates (PEM) of time-stamp authorities; used instead of those in the bundle",
        "help_about": (
            "Verify an evidence bundle or a ledger export, without a network. "
            "Exit status: 0 sound, 1 integrity broken, 2 incomplete, 3 not a bundle"
        ),
    },
}
