"""Names of people who do not exist: surname and given name are combined at random from common ones.

Japanese names carry kanji, katakana and Hepburn letters. Two surnames have signs that only CP932 knows (髙, 﨑): real
HR files have them and `shift_jis` fails on them. German names keep their umlauts here; files in CP932 cannot.
"""

from dataclasses import dataclass
from random import Random

_FAMILY_JA = """
藤原 フジワラ fujiwara|杉浦 スギウラ sugiura|榊原 サカキバラ sakakibara|堀田 ホッタ hotta
髙橋 タカハシ takahashi|寺田 テラダ terada|鈴木 スズキ suzuki|松下 マツシタ matsushita|大石 オオイシ oishi
望月 モチヅキ mochizuki|袴田 ハカマダ hakamada|伊藤 イトウ ito|山﨑 ヤマザキ yamazaki|中村 ナカムラ nakamura
小林 コバヤシ kobayashi|加藤 カトウ kato|吉田 ヨシダ yoshida|山田 ヤマダ yamada|佐々木 ササキ sasaki
山口 ヤマグチ yamaguchi|井上 イノウエ inoue|木村 キムラ kimura|林 ハヤシ hayashi|斎藤 サイトウ saito
清水 シミズ shimizu|山本 ヤマモト yamamoto|池田 イケダ ikeda|橋本 ハシモト hashimoto|阿部 アベ abe
石川 イシカワ ishikawa|前田 マエダ maeda|藤田 フジタ fujita|小川 オガワ ogawa|後藤 ゴトウ goto|岡田 オカダ okada
長谷川 ハセガワ hasegawa|村上 ムラカミ murakami|近藤 コンドウ kondo|石井 イシイ ishii|坂本 サカモト sakamoto
遠藤 エンドウ endo|青木 アオキ aoki|藤井 フジイ fujii|西村 ニシムラ nishimura|福田 フクダ fukuda|太田 オオタ ota
三浦 ミウラ miura|岡本 オカモト okamoto|松田 マツダ matsuda|中川 ナカガワ nakagawa|中野 ナカノ nakano
原田 ハラダ harada|小野 オノ ono|田村 タムラ tamura|竹内 タケウチ takeuchi|金子 カネコ kaneko|和田 ワダ wada
中山 ナカヤマ nakayama|石田 イシダ ishida|上田 ウエダ ueda|森田 モリタ morita|柴田 シバタ shibata
酒井 サカイ sakai|工藤 クドウ kudo|横山 ヨコヤマ yokoyama|宮崎 ミヤザキ miyazaki|宮本 ミヤモト miyamoto
内田 ウチダ uchida|高木 タカギ takagi|安藤 アンドウ ando|谷口 タニグチ taniguchi|大野 オオノ ono
丸山 マルヤマ maruyama|今井 イマイ imai|菅原 スガワラ sugawara|千葉 チバ chiba|及川 オイカワ oikawa
八重樫 ヤエガシ yaegashi|菊池 キクチ kikuchi|小原 オバラ obara|千田 チダ chida|照井 テルイ terui|伊藤 イトウ ito
渡辺 ワタナベ watanabe
"""
_GIVEN_JA = """
健 ケン ken|誠 マコト makoto|翔太 ショウタ shota|大輔 ダイスケ daisuke|直樹 ナオキ naoki|拓也 タクヤ takuya
学 マナブ manabu|浩二 コウジ koji|和也 カズヤ kazuya|隆 タカシ takashi|亮 リョウ ryo|修 オサム osamu
豊 ユタカ yutaka|克己 カツミ katsumi|哲也 テツヤ tetsuya|雄一 ユウイチ yuichi|正樹 マサキ masaki
英明 ヒデアキ hideaki|悠斗 ユウト yuto|蓮 レン ren|湊 ミナト minato|博 ヒロシ hiroshi|剛 ツヨシ tsuyoshi
聡 サトシ satoshi|淳 ジュン jun|光一 コウイチ koichi|勇気 ユウキ yuki|達也 タツヤ tatsuya|良太 リョウタ ryota
圭介 ケイスケ keisuke|慎吾 シンゴ shingo|幸男 ユキオ yukio|康平 コウヘイ kohei|俊介 シュンスケ shunsuke
美咲 ミサキ misaki|陽子 ヨウコ yoko|由美 ユミ yumi|恵 メグミ megumi|愛 アイ ai|さくら サクラ sakura
結衣 ユイ yui|葵 アオイ aoi|真由美 マユミ mayumi|裕子 ヒロコ hiroko|明美 アケミ akemi|千春 チハル chiharu
奈々 ナナ nana|彩 アヤ aya|麻衣 マイ mai|智子 トモコ tomoko|久美子 クミコ kumiko|里奈 リナ rina
香織 カオリ kaori|菜摘 ナツミ natsumi|遥 ハルカ haruka|京子 キョウコ kyoko|みどり ミドリ midori
沙織 サオリ saori|直子 ナオコ naoko|凛 リン rin|幸恵 ユキエ yukie|友香 トモカ tomoka|志保 シホ shiho
"""
_FAMILY_DE = (
    "Bäuerle Brenner Dietz Eberle Fröhlich Gaiser Haug Hägele Jäckle Kübler Lang Maier Müller Nägele Ott Pfeiffer "
    "Rösch Schäfer Schwab Seitz Stähle Übele Vogt Wagner Weiß Wörner Zeller Zügel Bühler Kraus Lutz Reiser"
)
_GIVEN_DE = (
    "Anna Bernd Björn Christine Daniel Elif Felix Greta Hannes Ines Jörg Jürgen Katrin Lena Lukas Markus Miriam "
    "Nadine Oliver Petra Ralf Sabine Stefan Sören Tanja Thomas Ulrike Uwe Volker Yvonne"
)
_LATIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


@dataclass(frozen=True, kw_only=True)
class Name:
    """A person's name: as written, in katakana (empty for Germans) and in ASCII letters; `account` is the log-in."""

    written: str
    kana: str
    romaji: str
    account: str

    @property
    def in_cp932(self) -> str:
        """The name as a Japanese HR system can store it: CP932 has no umlauts, so they are spelt out."""
        return plain(self.written) if not self.kana else self.written


def plain(text: str) -> str:
    """German letters spelt out in ASCII (ü becomes ue)."""
    return text.translate(_LATIN)


def japanese(rng: Random, taken: set[str]) -> Name:
    """A Japanese name whose account is not yet taken; the account is added to `taken`."""
    family, family_kana, family_latin = rng.choice(_split(_FAMILY_JA))
    given, given_kana, given_latin = rng.choice(_split(_GIVEN_JA))
    return Name(
        written=f"{family} {given}",
        kana=f"{family_kana} {given_kana}",
        romaji=f"{family_latin.title()} {given_latin.title()}",
        account=_free(f"{family_latin}.{given_latin[0]}", taken),
    )


def german(rng: Random, taken: set[str]) -> Name:
    """A German name whose account is not yet taken; the account is added to `taken`."""
    given, family = rng.choice(_GIVEN_DE.split()), rng.choice(_FAMILY_DE.split())
    written = f"{given} {family}"
    account = _free(f"{plain(family)}.{plain(given)[0]}".lower(), taken)
    return Name(written=written, kana="", romaji=plain(written), account=account)


def renamed(name: Name, family: str, family_kana: str, family_latin: str) -> Name:
    """The same person after marriage: a new surname and, with it, a new account."""
    given, given_kana, given_latin = name.written.split()[-1], name.kana.split()[-1], name.romaji.split()[-1]
    return Name(
        written=f"{family} {given}",
        kana=f"{family_kana} {given_kana}",
        romaji=f"{family_latin.title()} {given_latin}",
        account=f"{family_latin}.{given_latin[0].lower()}",
    )


def _split(table: str) -> list[tuple[str, str, str]]:
    rows = table.strip().replace("\n", "|").split("|")
    return [(kanji, kana, latin) for kanji, kana, latin in (row.split() for row in rows)]


def _free(account: str, taken: set[str]) -> str:
    candidate, number = account, 1
    while candidate in taken:
        number += 1
        candidate = f"{account}{number}"
    taken.add(candidate)
    return candidate
