"""Words of `kuramori-lake fingerprint` in Japanese."""

# ruff: noqa: E501  # full-width signs count double

from typing import Final

JAPANESE: Final = {
    "Exit status: 0 done; 1 done, but files could not be read, not whole, or have too little text to be found; "
    "2 wrong use; 3 failed.": "終了コード: 0 完了、1 完了したが、読めない・一部しか読めない・"
    "文字が少なく検知できないファイルがあった、2 使い方の誤り、3 失敗。",
    "recognise excerpts of secret documents in mails and files": "メールやファイルに含まれる秘密文書の抜粋を見つけます",
    "index documents of a secret; the same file again changes nothing": "秘密の文書を登録します。同じファイルは二重に登録されません",
    "look for excerpts of indexed documents": "登録した文書の抜粋が含まれていないか調べます",
    "forget documents of a secret, their prints included": "秘密の文書を、フィンガープリントごと削除します",
    "the secret that the documents belong to": "文書が属する秘密の番号",
    "files and folders": "ファイルとフォルダー",
    "what is checked; by default told by the file": "調べる対象の種類（省略時はファイルから判断）",
    "account of whoever sends it; by default the sender of a mail": "送る人のアカウント（省略時はメールの差出人）",
    "receiver, or host of an upload": "宛先、またはアップロード先のホスト",
    "link events of the same files and mails to the secret": "同じファイルやメールの記録を、その秘密に結び付けます",
    "also forget which events were linked to the secret": "記録と秘密の結び付きも消します",
    "only these files; without any: all": "これらのファイルだけ（省略時はすべて）",
    "%(files)s files: %(added)s added, %(known)s known, %(empty)s without text, %(unread)s unread; "
    "%(weak)s too short to be found": "%(files)s 件: 登録 %(added)s、登録済み %(known)s、文字なし %(empty)s、読めず %(unread)s。"
    "うち短くて検知できないもの %(weak)s",
    "%(file)s: secret %(secret_id)s, %(hits)s prints, %(share)s %% of %(document)s, characters %(start)s to "
    "%(end)s of %(part)s": "%(file)s: 秘密 %(secret_id)s、一致 %(hits)s 箇所、%(document)s の %(share)s %%、%(part)s の %(start)s 〜 %(end)s 文字目",
    "%(file)s: not looked at, a protected party takes part": "%(file)s: 保護対象の相手が含まれるため、調べていません",
    "%(file)s: nothing found": "%(file)s: 見つかりません",
    "%(file)s: not read: %(reason)s": "%(file)s: 読めません: %(reason)s",
    "%(removed)s documents removed, %(unlinked)s links forgotten": "文書 %(removed)s 件を削除し、結び付き %(unlinked)s 件を消しました",
    "its reading crashed": "読み取り中に異常終了しました",
    "damaged": "壊れています",
    "encrypted": "暗号化されています",
    "has no text": "文字がありません",
    "nested too deeply": "入れ子が深すぎます",
    "too large": "大きすぎます",
    "holds too many files": "含まれるファイルが多すぎます",
    "took too long": "時間がかかりすぎました",
    "a format that cannot be read": "対応していない形式です",
}
