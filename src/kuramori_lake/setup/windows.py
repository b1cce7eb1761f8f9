"""Windows: audit policy by GUID (names of subcategories are translated, GUIDs are not), SACL, logs that archive.

GUIDs: Microsoft, "auditpol set" and MS-GPAC 2.2.1.2. Not tried on a Windows server by us; each recipe says so.
"""

from typing import Final

from kuramori_lake.setup.recipe import Caution, Recipe, SetupError, version_of

OLDEST: Final = (6, 2)
"""Server 2012 and Windows 8: the first with the subcategory of removable storage."""
_PLUGS: Final = (10, 0)
"""Server 2016 and Windows 10: the first that log which medium was plugged in (6416)."""

_SUBCATEGORIES: Final = (
    ("0CCE921D", "File System"),
    ("0CCE9224", "File Share"),
    ("0CCE9244", "Detailed File Share"),
    ("0CCE9245", "Removable Storage"),
    ("0CCE9215", "Logon"),
    ("0CCE9216", "Logoff"),
    ("0CCE922B", "Process Creation"),
)
_PLUGGED: Final = ("0CCE9248", "Plug and Play Events")
_SET: Final = (
    'auditpol /set /subcategory:"{{{guid}-69AE-11D9-BED3-505054503030}}" /success:enable /failure:enable  # {name}\n'
)
_SACL: Final = """\
$path = '{folder}'
$who = New-Object Security.Principal.SecurityIdentifier 'S-1-1-0'
$deeds = 'ReadData, WriteData, AppendData, Delete, DeleteSubdirectoriesAndFiles, ChangePermissions, TakeOwnership'
$below = 'ContainerInherit, ObjectInherit'
$rule = New-Object Security.AccessControl.FileSystemAuditRule($who, $deeds, $below, 'None', 'Success, Failure')
$acl = Get-Acl -Path $path -Audit
$acl.AddAuditRule($rule)
Set-Acl -Path $path -AclObject $acl
"""
_LOGS: Final = """\
wevtutil sl Security /ms:1073741824 /rt:true /ab:true
wevtutil sl Microsoft-Windows-PrintService/Operational /e:true /ms:268435456 /rt:true /ab:true
wevtutil sl Microsoft-Windows-Partition/Diagnostic /e:true /ms:67108864 /rt:true /ab:true
"""
_UNTRIED: Final = Caution(
    ja="実機の Windows では当方で試していません（Microsoft の文書による）。先に試験用の一台で確かめてください。",
    en="Not tried on a Windows machine by us (written after Microsoft's documents). Try it on one test machine first.",
)
_POLICY: Final = Caution(
    ja="グループポリシーで監査を配布している場合、ここでの設定は次回の適用で上書きされます。同じ値をポリシーにも設定してください。",
    en="Where a group policy sets auditing, it overwrites this at its next refresh: set the same values there.",
)
_WIDE: Final = Caution(
    ja="フォルダーを広く取ると記録が非常に多くなります。秘密情報のあるフォルダーごとに実行してください。",
    en="A wide folder logs very much: run it for each folder that holds secrets, not for a whole disk.",
)
_ARCHIVES: Final = Caution(
    ja="満杯のログは Archive-*.evtx として残り、自動では消えません。収集後に削除する運用にしてください。",
    en="A full log stays beside as Archive-*.evtx and nothing removes it: plan to delete what was collected.",
)
_TITLES: Final = Caution(
    ja="印刷した文書名は、ポリシー「イベントログでジョブ名を許可する」が有効な場合だけ記録されます。",
    en='Titles of printed documents need the policy "Allow job name in event logs".',
)


def recipes(version: str = "10.0", *, folder: str = r"D:\secret") -> tuple[Recipe, ...]:
    """Commands for PowerShell as an administrator: policy, audit entries of one folder, sizes of logs.

    Raises:
        SetupError: older than 6.2 (Server 2012), which has no audit of removable storage.
    """
    found = version_of(version)
    if found < OLDEST:
        raise SetupError(f"Windows {version}: 6.2 (Server 2012) or newer is needed")
    known = (*_SUBCATEGORIES, _PLUGGED) if found >= _PLUGS else _SUBCATEGORIES
    return (
        Recipe(
            title_ja="監査ポリシー", title_en="Audit policy", file="PowerShell",
            text="".join(_SET.format(guid=guid, name=name) for guid, name in known),
            check="auditpol /get /category:*", warnings=(_UNTRIED, _POLICY),
        ),
        Recipe(
            title_ja="フォルダーの監査（SACL）", title_en="Audit entries of a folder (SACL)", file="PowerShell",
            text=_SACL.format(folder=folder), check="(Get-Acl -Path $path -Audit).Audit", warnings=(_WIDE,),
        ),
        Recipe(
            title_ja="ログの大きさと保管", title_en="Size and archive of the logs", file="PowerShell",
            text=_LOGS, check="wevtutil gl Security", warnings=(_ARCHIVES, _TITLES),
        ),
    )  # fmt: skip
