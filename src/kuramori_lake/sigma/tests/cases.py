"""One small rule for each construct of Sigma and the events it matches: read by the tests of both engines."""

from kuramori_lake.sigma.tests.made import SYSMON, event

_WIN = {"Channel": SYSMON, "EventID": 1}


def _process(number, **fields):
    return event(number, activity="process_start", fields=_WIN | fields)


EVENTS = [
    _process(1, Image=r"C:\Tools\7z.EXE", CommandLine='7z a -pSecret "C:\\図面\\A-17.7z" C:\\図面', User=r"KURA\akari"),
    _process(2, Image=r"C:\Windows\cmd.exe", CommandLine="cmd /c dir /s*x", ParentImage=r"C:\Windows\CMD.EXE", Size=50),
    _process(
        3, Image=r"C:\Windows\cmd.exe", CommandLine="line one\nEVIL two", ParentImage="", Size="7.5", Ip="10.1.2.3"
    ),
    _process(4, Image="/usr/bin/ls", CommandLine="bHM= aGVsbG8gd29ybGQ=", Ip="::ffff:192.168.0.9", Flag=True),
    _process(5, Ip="fe80::1", UtcTime="2026-11-20 03:04:05.678", Access="0x3e7", CommandLine="100%_done?"),
    _process(6, Ip="2001:db8::1:2", UtcTime="2026-01-01 23:59:59.000", Access="999", CommandLine="x'y\\z"),
    event(7, activity="read", object_kind="file", path=r"\\fs01\技術\図面\A.DWG", flags="requested", ip="10.0.0.9"),
    event(8, activity="logon", fields={"Channel": "Security", "EventID": 4624, "LogonType": 3, "IpAddress": "-"}),
    event(9, activity="log_cleared", source="samba", object_kind="log", count=12, name="Ｌｏｇ"),
    event(
        10, activity="write", object_kind="file", path="/srv/図面/a.dwg", source="samba", actor_raw="akari", bytes=2048
    ),
]

PROCESS = "{category: process_creation, product: windows}"
SECURITY = "{service: security, product: windows}"
WINDOWS = "{product: windows}"
OURS = "{product: kuramori, category: event}"

CASES = [
    # Texts and wildcards
    ("equals in any case", PROCESS, r"s: {Image: 'c:\tools\7Z.exe'}", {1}),
    ("starts with", PROCESS, r"s: {Image|startswith: 'c:\WINDOWS\'}", {2, 3}),
    ("ends with", PROCESS, r"s: {Image|endswith: ['\7z.exe', '/ls']}", {1, 4}),
    ("contains", PROCESS, "s: {CommandLine|contains: SECRET}", {1}),
    ("contains Japanese", PROCESS, "s: {CommandLine|contains: 図面}", {1}),
    ("a list is any of it", PROCESS, r"s: {Image: ['x', '*\CMD.exe', '/usr/bin/l?']}", {2, 3, 4}),
    ("contains all", PROCESS, "s: {CommandLine|contains|all: ['7z', ' a ', A-17]}", {1}),
    ("many texts", PROCESS, "s: {CommandLine|contains: [q1, q2, q3, q4, q5, q6, q7, q8, 'E (V', 'evil']}", {3}),
    ("a star inside", PROCESS, r"s: {Image: 'C:\\*z.exe'}", {1}),
    ("a question mark", PROCESS, "s: {CommandLine: 'cmd ?c dir ?s?x'}", {2}),
    ("an escaped star is a star", PROCESS, r"s: {CommandLine|endswith: 's\*x'}", {2}),
    ("an escaped question mark", PROCESS, r"s: {CommandLine: '100%_done\?'}", {5}),
    ("signs of LIKE mean nothing", PROCESS, "s: {CommandLine|contains: '0%_d'}", {5}),
    ("quotes and backslashes", PROCESS, r"""s: {CommandLine: "x'y\\z"}""", {6}),
    ("a star crosses lines", PROCESS, "s: {CommandLine: 'line*two'}", {3}),
    ("a star alone asks for a value", PROCESS, "s: {UtcTime: '*'}", {5, 6}),
    ("an empty text", PROCESS, "s: {ParentImage: ''}", {3}),
    ("cased", PROCESS, "s: {CommandLine|contains|cased: EVIL}", {3}),
    ("cased and wrong", PROCESS, "s: {CommandLine|contains|cased: evil}", set()),
    ("cased list", PROCESS, "s: {CommandLine|endswith|cased: [two, SECRET]}", {3}),
    ("windash", PROCESS, "s: {CommandLine|windash|contains: ' -c '}", {2}),
    # Encodings
    ("base64", PROCESS, "s: {CommandLine|base64|contains: 'hello world'}", {4}),
    ("base64offset", PROCESS, "s: {CommandLine|base64offset|contains: 'o wor'}", {4}),
    ("wide base64", PROCESS, "s: {CommandLine|wide|base64offset|contains: 'hello'}", set()),
    ("utf16 alone is in no text", PROCESS, "s: {CommandLine|wide|contains: cmd}", set()),
    ("utf16 beside another text", PROCESS, "s: [{CommandLine|wide|contains: cmd}, {CommandLine|contains: done}]", {5}),
    # Regular expressions
    ("regular expression", PROCESS, r"s: {CommandLine|re: '-p[A-Z][a-z]+ '}", {1}),
    ("regular expression minds case", PROCESS, "s: {CommandLine|re: 'evil'}", set()),
    ("re i", PROCESS, "s: {CommandLine|re|i: 'evil$'}", set()),
    ("re i matches", PROCESS, r"s: {CommandLine|re|i: 'evil\s'}", {3}),
    ("re m", PROCESS, "s: {CommandLine|re|m: '^EVIL'}", {3}),
    ("without m", PROCESS, "s: {CommandLine|re: '^EVIL'}", set()),
    ("re s", PROCESS, "s: {CommandLine|re|s: 'one.EVIL'}", {3}),
    ("without s", PROCESS, "s: {CommandLine|re: 'one.EVIL'}", set()),
    ("flags inside", PROCESS, "s: {CommandLine|re: '(?i)EViL|none'}", {3}),
    # Numbers
    ("number", WINDOWS, "s: {EventID: 4624}", {8}),
    ("hexadecimal number", PROCESS, "s: {Access: 0x3e7}", {5, 6}),
    ("lt", PROCESS, "s: {Size|lt: 10}", {3}),
    ("lte", PROCESS, "s: {Size|lte: 7.5}", {3}),
    ("gt", PROCESS, "s: {Size|gt: 7.5}", {2}),
    ("gte", PROCESS, "s: {Size|gte: 7.5}", {2, 3}),
    ("neq", PROCESS, "s: {Size|exists: true, Size|neq: 50}", {3}),
    ("number of text", PROCESS, "s: {CommandLine|gt: 1}", set()),
    # Presence
    ("no value", PROCESS, "s: {Image: null}", {5, 6}),
    ("exists", PROCESS, "s: {ParentImage|exists: true}", {2, 3}),
    ("exists not", PROCESS, "s: {CommandLine|exists: false}", set()),
    ("boolean", PROCESS, "s: {Flag: true}", {4}),
    # Networks
    ("cidr", PROCESS, "s: {Ip|cidr: 10.0.0.0/8}", {3}),
    ("cidr not on a byte", PROCESS, "s: {Ip|cidr: ['10.1.0.0/20', 192.168.0.8/29]}", {3, 4}),
    ("cidr v6", PROCESS, "s: {Ip|cidr: ['fe80::/10']}", {5}),
    ("cidr v6 with zeros", PROCESS, "s: {Ip|cidr: ['2001:db8::/64']}", {6}),
    ("cidr of no address", SECURITY, "s: {IpAddress|cidr: 0.0.0.0/0}", {7}),
    # Other fields and times
    ("fieldref", PROCESS, "s: {Image|fieldref: ParentImage}", {2}),
    ("fieldref starts", PROCESS, "s: {Image|fieldref|startswith: ParentImage}", {2, 3}),
    ("fieldref ends", PROCESS, "s: {Image|fieldref|endswith: ParentImage}", {2, 3}),
    ("fieldref contains", PROCESS, "s: {CommandLine|fieldref|contains: Image}", set()),
    ("hour", PROCESS, "s: {UtcTime|hour: 3}", {5}),
    ("hour compared", PROCESS, "s: {UtcTime|hour|gte: 22}", {6}),
    ("minute", PROCESS, "s: {UtcTime|minute: 4}", {5}),
    ("day", PROCESS, "s: {UtcTime|day|lt: 2}", {6}),
    ("month", PROCESS, "s: {UtcTime|month: 11}", {5}),
    ("year", PROCESS, "s: {UtcTime|year: 2026}", {5, 6}),
    ("year that never was", PROCESS, "s: {UtcTime|year|lt: 1900}", set()),
    ("week", PROCESS, "s: {UtcTime|week: 47}", {5}),
    ("week compared", PROCESS, "s: {UtcTime|week|lte: 1}", {6}),
    # Conditions
    ("fields of a map are all meant", PROCESS, "s: {Image|endswith: cmd.exe, Size: 50}", {2}),
    ("maps of a list are any", PROCESS, "s: [{Size: 50}, {Flag: true}]", {2, 4}),
    (
        "not takes what is missing for no",
        PROCESS,
        "s: {Image: '*'}\n  f: {Size|gt: 1}\n  condition: s and not f",
        {1, 4},
    ),
    ("not not", PROCESS, "f: {Size: 50}\n  condition: not (not f)", {2}),
    ("1 of", PROCESS, "a1: {Size: 50}\n  a2: {Flag: true}\n  b: {Ip: '*'}\n  condition: 1 of a*", {2, 4}),
    ("all of", PROCESS, "a1: {Flag: true}\n  a2: {Ip: '*'}\n  condition: all of a*", {4}),
    ("them", PROCESS, "a: {Flag: true}\n  b: {Size: 50}\n  condition: 1 of them", {2, 4}),
    ("two conditions", PROCESS, "a: {Flag: true}\n  b: {Size: 50}\n  condition: [a, b]", {2, 4}),
    # Keywords
    ("keyword in a member", WINDOWS, r"s: ['c:\tools\7z']", {1}),
    ("keyword in a column", WINDOWS, "s: [A.dwg]", {7}),
    ("keywords all", WINDOWS, "'s': {'|all': [Secret, A-17]}", {1}),
    ("keyword with quotes", WINDOWS, """s: ['-pSecret "C:*A-17']""", {1}),
    ("keyword by regular expression", WINDOWS, "'s': {'|re': 'EVIL two'}", {3}),
    # Log sources and columns
    ("bulk kinds have an event number", SECURITY, "s: {EventID: 5145}", {7}),
    ("share of a bulk kind", SECURITY, r"s: {ShareName: '\\\\\*\技術', RelativeTargetName: '図面\a.dwg'}", {7}),
    ("account of a bulk kind", SECURITY, "s: {SubjectUserName: AKARI, SubjectDomainName: kura}", {7, 8}),
    ("object of a bulk kind", SECURITY, "s: {ObjectType: File, ObjectName|endswith: .dwg}", {7}),
    ("channel", WINDOWS, f"s: {{Channel: {SYSMON}, EventID: 1}}", {1, 2, 3, 4, 5, 6}),
    ("logon type", SECURITY, "s: {LogonType: 3, IpAddress: '-'}", {8}),
    ("file access", "{category: file_access, product: windows}", r"s: {TargetFilename|contains: '\図面\'}", {7}),
    ("files of every product", "{category: file_event}", "s: {TargetFilename|endswith: .dwg}", {10}),
    ("our columns", OURS, "s: {activity: log_cleared, source: samba, count|gte: 12}", {9}),
    ("our numbers", OURS, "s: {bytes|gte: 2048}", {10}),
    ("our night", OURS, "s: {is_night: false, object_kind: [file, log]}", {7, 9, 10}),
    ("our members", OURS, "s: {fields.LogonType: 3}", {8}),
    ("wide letters have a case", OURS, "s: {name: ｌｏｇ}", {9}),
]


def rules() -> str:
    """All cases as one rule file."""
    texts = []
    for name, source, detection, _ in CASES:
        condition = "" if "condition:" in detection else "\n  condition: s"
        texts.append(f"title: {name}\nlogsource: {source}\ndetection:\n  {detection}{condition}\n")
    return "---\n".join(texts)
