"""What the columns of HR's files may hold, under the many names that HR systems give them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.directory.rules.engagements import EngagementKind
from kuramori.kernel.imports import cells
from kuramori.kernel.imports.mapping import ID_FIELD, ImportField, Parse
from kuramori.kernel.permissions import Role

KINDS = {
    EngagementKind.ADVISER: ("顧問", "嘱託顧問", "アドバイザー", "adviser", "advisor"),
    EngagementKind.CONTRACT: ("契約社員", "契約", "嘱託", "嘱託社員", "有期", "contract", "contract employee"),
    EngagementKind.CONTRACTOR: ("業務委託", "委託", "請負", "contractor", "freelance"),
    EngagementKind.DISPATCHED: ("派遣社員", "派遣", "dispatched", "agency", "temp"),
    EngagementKind.FORMER: ("退職者", "former"), EngagementKind.INTERN: ("インターン", "インターンシップ", "intern"),
    EngagementKind.OFFICER: ("役員", "取締役", "監査役", "執行役員", "officer", "director"),
    EngagementKind.PART_TIME: ("パート", "アルバイト", "パートタイム", "パート・アルバイト", "part-time", "part time"),
    EngagementKind.REGULAR: ("正社員", "社員", "無期", "regular", "regular employee", "full-time", "permanent"),
    EngagementKind.SECONDED_IN: ("出向受入", "受入出向", "出向者（受入）", "seconded in"),
    EngagementKind.SECONDED_OUT: ("出向中", "出向", "在籍出向", "seconded out"),
    EngagementKind.TRANSFERRED: ("転籍", "transferred"),
}  # fmt: skip
ROLES = {
    Role.AUDITOR: ("監査", "内部監査"), Role.COMMITTEE_MEMBER: ("委員", "委員会"),
    Role.CUSTOMER_AUDITOR: ("顧客監査人",), Role.EMPLOYEE: ("従業員", "一般"), Role.EXECUTIVE: ("経営層", "役員"),
    Role.FORENSIC_EXPERT: ("フォレンジック専門家",), Role.HOTLINE_OFFICER: ("通報窓口",), Role.HR: ("人事",),
    Role.INFORMATION_MANAGER: ("秘密情報管理事務局", "情報管理者"), Role.INVESTIGATOR: ("調査担当",),
    Role.IP: ("知財", "知的財産"), Role.IT: ("情報システム",), Role.KEEPER: ("管理責任者",),
    Role.LEAVER_TEAM: ("退職者対応", "退職者対応チーム"), Role.LEGAL: ("法務",), Role.PARTNER_CONTACT: ("取引先窓口",),
    Role.PRIVACY_OFFICER: ("個人情報保護管理者",), Role.PROMOTER: ("推進役",), Role.RECEPTION: ("受付",),
    Role.SECURITY_ANALYST: ("セキュリティ分析",), Role.SYSTEM_ADMINISTRATOR: ("システム管理者",),
    Role.UNIT_HEAD: ("部門長", "所属長"),
}  # fmt: skip
WHOLE_COMPANY = ("全社", "company", "*")


def field(
    name: str, label: str | Promise, parse: Parse, *aliases: str, required: bool = False, unique: bool = False
) -> ImportField:
    """Declare a column by its name, label, parser and aliases."""
    return ImportField(name=name, label=label, parse=parse, aliases=aliases, required=required, unique=unique)


ID = field(ID_FIELD, _("id"), cells.record_id, "id", unique=True)
KIND_OF = cells.choice({word: kind for kind, words in KINDS.items() for word in (*words, kind.value)})
ROLE_OF = cells.choice({word: role for role, words in ROLES.items() for word in (*words, role.value)})

PEOPLE = (
    ID,
    field("number", _("employee number"), cells.upto(40, cells.code), "社員番号", "従業員番号", "社員コード", "社員No",
          "職員番号", "employee number", "employee no", "employee id", "emp_code", "num", required=True, unique=True),
    field("name", pgettext_lazy("person", "name"), cells.upto(100), "氏名", "名前", "社員名", "表示名",
          "name", "full name", "display name", required=True),
    field("kana", _("kana"), cells.upto(100), "カナ", "フリガナ", "氏名カナ", "ふりがな", "kana"),
    field("romaji", _("name in Latin letters"), cells.upto(100), "氏名ローマ字", "ローマ字", "英字氏名", "romaji",
          "english name", "latin name"),
    field("mail", _("e-mail"), cells.upto(254, cells.code), "メール", "メールアドレス", "mail", "email",
          "e-mail", "login_email", unique=True),
    field("account_name", _("account"), cells.upto(100, cells.code), "アカウント", "アカウント(AD)",
          "ADアカウント", "ログインID", "account", "sAMAccountName", "userName", "login", unique=True),
    field("unit_code", _("unit code"), cells.code, "所属コード", "部署コード", "部門コード", "組織コード",
          "unit code", "department code", "group_code"),
    field("unit_name", _("unit"), cells.text, "所属", "部署", "部門", "所属名", "部署名", "unit", "department"),
    field("position", _("position"), cells.upto(100), "役職", "職位", "役職名", "position", "title", "job title"),
    field("kind", _("kind of engagement"), KIND_OF, "雇用区分", "雇用形態", "社員区分", "employment type",
          "employment kind", "employeeType"),
    field("start", _("joined on"), cells.day, "入社日", "入社年月日", "採用日", "契約開始日", "hire date",
          "entry_date", "entered_at", "start date", "joined on", required=True),
    field("notice_received_on", _("notice received on"), cells.day, "退職届受理日", "退職願受理日", "退職届",
          "退職申出日", "notice date", "notice received on"),
    field("last_working_day", _("last working day"), cells.day, "最終出社日", "最終出勤日", "last working day"),
    field("end_planned", _("planned last day"), cells.day, "退職予定日", "退職日", "退社日", "契約終了日",
          "leave date", "retire_date", "resigned_at", "end date", "termination date"),
    field("boss", _("boss"), cells.code, "上司社員番号", "上司番号", "上長社員番号", "上司", "manager",
          "manager number", "boss", "boss_id"),
    field("site", _("site"), cells.text, "拠点", "勤務地", "事業所", "拠点コード", "site", "location"),
    field("side_1", _("second unit"), cells.code, "兼務1", "兼務①", "兼務", "second unit"),
    field("side_2", _("third unit"), cells.code, "兼務2", "兼務②", "third unit"),
    field("job_role", _("kind of work"), cells.upto(100), "職種", "職務", "job", "job role", "job family"),
    field("employer", _("employer"), cells.upto(200), "雇用主", "派遣元", "所属会社", "employer", "agency"),
    field("host_company", _("works at"), cells.upto(200), "出向先", "host company"),
)  # fmt: skip
UNITS = (
    ID,
    field("code", _("code"), cells.code, "所属コード", "部署コード", "組織コード", "部門コード", "code", "unit code",
          required=True, unique=True),
    field("name_ja", _("name (Japanese)"), cells.text, "所属名", "部署名", "組織名", "名称", "name", "name_ja",
          required=True),
    field("name_en", _("name (English)"), cells.text, "英語名", "英語名称", "name_en", "english name"),
    field("parent", _("belongs to"), cells.code, "上位コード", "上位所属コード", "親コード", "parent", "parent code"),
    field("site", _("site"), cells.code, "拠点", "拠点コード", "site"),
    field("head", _("head"), cells.code, "部門長社員番号", "所属長社員番号", "長社員番号", "head", "head number"),
)  # fmt: skip
SITES = (
    ID,
    field("code", _("code"), cells.code, "拠点コード", "コード", "code", "site code", required=True, unique=True),
    field("name_ja", _("name (Japanese)"), cells.text, "拠点名", "名称", "name", "name_ja", required=True),
    field("name_en", _("name (English)"), cells.text, "英語名", "name_en", "english name"),
    field("country", _("country"), cells.code, "国", "国コード", "country"),
    field("subdivision", _("state or region"), cells.code, "地域", "州", "region", "subdivision"),
    field("zone_name", _("time zone"), cells.code, "時間帯", "タイムゾーン", "time zone", "zone"),
)
PROJECTS = (
    ID,
    field("code", _("code"), cells.code, "案件コード", "プロジェクトコード", "コード", "code", required=True,
          unique=True),
    field("name_ja", _("name (Japanese)"), cells.text, "案件名", "プロジェクト名", "名称", "name", "name_ja",
          required=True),
    field("name_en", _("name (English)"), cells.text, "英語名", "name_en", "english name"),
    field("unit", _("owning unit"), cells.code, "所管コード", "所管部署コード", "unit", "owner"),
    field("starts_on", _("from"), cells.day, "開始日", "from", "start"),
    field("ends_on", _("to"), cells.day, "終了日", "to", "end"),
    field("leader", _("leader"), cells.code, "責任者社員番号", "リーダー社員番号", "leader"),
    field("members", _("members"), cells.many(cells.code), "メンバー社員番号", "参加者社員番号", "members"),
)  # fmt: skip
ASSIGNED_ROLES = (
    field("number", _("employee number"), cells.code, "社員番号", "従業員番号", "employee number", required=True),
    field("role", _("role"), ROLE_OF, "役割", "ロール", "role", required=True),
    field("where", _("holds for"), cells.code, "範囲", "適用範囲", "scope", "where", required=True),
)
