"""What the gallery shows: every part of a page, filled as a working day would fill it."""

from datetime import date, timedelta
from typing import Any

from django import forms

from kuramori.kernel.charts import Compared, Day, Series

NOTICE, LAST_DAY = date(2026, 10, 30), date(2026, 11, 20)
FIRST_DAY = date(2026, 8, 25)
SATURDAY = 5


class SecretForm(forms.Form):
    """A form with one entry missing."""

    title = forms.CharField(label="情報の名称", help_text="中身を書かず、何の情報かが分かる名前にします。")
    level = forms.ChoiceField(
        label="区分", choices=[("1", "社外秘"), ("2", "秘"), ("3", "極秘")], widget=forms.RadioSelect
    )
    keeper = forms.ChoiceField(label="管理責任者", choices=[("1", "佐倉 灯里（自分）")])
    until = forms.DateField(label="保護の期限", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    why = forms.CharField(label="秘密とする理由", widget=forms.Textarea(attrs={"rows": 3}))


class ReasonForm(forms.Form):
    """The reason for a step that cannot be taken lightly."""

    reason = forms.CharField(label="理由", widget=forms.Textarea(attrs={"rows": 2}), help_text="証跡に残ります。")


class FilterForm(forms.Form):
    """Three ways to narrow a list."""

    word = forms.CharField(label="言葉", required=False)
    level = forms.ChoiceField(label="区分", choices=[("", "すべて"), ("3", "極秘")], required=False)
    unit = forms.ChoiceField(label="部門", choices=[("", "すべて")], required=False)


def menu() -> list[dict[str, Any]]:
    """Give the sections of the navigation as the site hands them over."""

    def item(title: str, icon: str, badge: int | None = None, **more: bool) -> dict[str, Any]:
        return {"title": title, "url": f"#{icon}", "icon": icon, "badge": badge, **more}

    home = [item("ダッシュボード", "layout-dashboard", current=True), item("やること", "list-checks", 7)]
    protect = [item("秘密情報台帳", "book-lock"), item("人・誓約書", "users"), item("取引先", "handshake")]
    find = [item("検知と見守り", "radar", 12, badge_quiet=True), item("インシデント", "siren", 1)]
    show = [item("証拠と立証", "scale"), item("監査・PDCA", "clipboard-check"), item("設定", "settings")]
    titles = ("", "守る", "見つける", "示す")
    return [{"title": title, "items": items} for title, items in zip(titles, (home, protect, find, show), strict=True)]


def frame() -> dict[str, Any]:
    """Give what the frame around the page needs."""
    return {
        "title": "秘密情報の管理状況",
        "menu": menu(),
        "search_url": "/search/",
        "inbox_url": "/inbox/",
        "inbox_count": 3,
        "crumbs": [{"title": "守る", "url": "#a"}, {"title": "秘密情報台帳", "url": "#b"}],
        "proof": {"state": "ok", "word": "改ざんなし", "sealed_at": "09:00", "checked_at": "02:10"},
    }


def charts() -> dict[str, Any]:
    """Give the figures of the charts: a year of secrets, a leaver beside his peers, his last ninety days."""
    marks = {NOTICE: "退職の申し出", LAST_DAY: "最終出社日"}
    dates = [FIRST_DAY + timedelta(n) for n in range(91)]
    return {
        "values": [3, 4, 4, 6, 5, 8, 9, 11, 10, 13],
        "months": [f"{month}月" for month in (12, *range(1, 12))],
        "series": [
            Series(name="社外秘", values=[42, 48, 49, 76, 83, 77, 52, 77, 73, 53, 74, 60], tone=1),
            Series(name="秘", values=[37, 32, 28, 29, 19, 33, 29, 40, 26, 35, 32, 32], tone=2),
            Series(name="極秘", values=[18, 8, 15, 13, 12, 20, 8, 6, 12, 15, 18, 16], tone=3),
        ],
        "parts": [("極秘", 1411, 3), ("秘", 4306, 2), ("社外秘", 7124, 1)],
        "compared": [
            Compared(label="ファイル閲覧", own=5021, middle=210, high=640),
            Compared(label="印刷枚数", own=42, middle=30, high=88),
            Compared(label="社外宛メール", own=12, middle=18, high=40),
        ],
        "days": [_day(day, n, marks.get(day, "")) for n, day in enumerate(dates)],
    }


def _day(day: date, n: int, mark: str) -> Day:
    is_off = day.weekday() >= SATURDAY
    value = 900 if n == 71 else 40 + n * 37 % 120
    return Day(date=day, value=0 if is_off else value, is_off=is_off, mark=mark)


def lists() -> dict[str, Any]:
    """Give the rows, the timeline, the tabs and the facts."""
    return {
        "rows": [
            ("極秘", 5, "固体電解質の焼成条件表（第4版）", "佐倉 灯里", "確認済", "ok"),
            ("秘", 3, "車載インバータ 熱設計シミュレーション結果", "牧野 牡丹", "棚卸待ち", "warn"),
            ("社外秘", 1, "外注先評価シートと単価一覧", "遠山 千尋", "期限超過", "bad"),
            ("公開", 0, "製品カタログ", "大地 監査", "承認中", "info"),
        ],
        "words": ["公開", "社内限", "社外秘", "秘", "部外秘", "極秘"],
        "items": [
            {
                "sentence": "触媒A-17 配合比の大量印刷を検知し、第一報を記録",
                "at": "09:12",
                "sign": "siren",
                "tone": "bad",
                "url": "#i",
            },
            {
                "sentence": "日次の封印を作成（証跡 48,210 件）",
                "at": "09:00",
                "sign": "stamp",
                "tone": "info",
                "proof": "41d0…77b3",
            },
            {
                "sentence": "佐倉 灯里 が「A-17」を 秘 から 極秘 に上げました",
                "at": "昨日 17:55",
                "sign": "arrow-up",
                "tone": "ok",
            },
            {"sentence": "紙の写し No. 0412-03 を貸出", "at": "11/20 08:31", "by": "浜松工場", "sign": "printer"},
        ],
        "tabs": [
            {"title": "概要", "url": "#1", "current": True},
            {"title": "開示範囲", "url": "#2", "count": 12},
            {"title": "立証", "url": "#3"},
            {"title": "履歴", "url": "#4", "count": 48},
        ],
        "facts": [
            ("番号", "KM-0012841", ""),
            ("管理責任者", "佐倉 灯里", ""),
            ("開示範囲", "電池開発プロジェクト", "個人の名は載せません。"),
            ("備考", None, ""),
        ],
        "columns": [
            {"name": "level", "title": "区分", "shown": True},
            {"name": "medium", "title": "媒体", "shown": False},
        ],
    }


def everything() -> dict[str, Any]:
    """Give all of it, as one context."""
    entries = {
        "form": SecretForm({"title": "触媒B-02", "level": "2", "keeper": "1"}),
        "reason": ReasonForm(),
        "effects": ["開示範囲が 12 名から 62 名に広がります。", "印刷が承認なしでできるようになります。"],
        "filters": FilterForm(prefix="f"),
        "picked": [{"label": "研究開発部", "url": "?"}],
    }
    return {**frame(), **charts(), **lists(), **entries}
