"""Rules in the shapes of the public Windows rules convert, and match what they mean: written here, none is copied.

Read for their shapes: SigmaHQ's rules/windows, folders process_creation, file, registry, builtin/security, system,
printservice, driverframeworks, codeintegrity, bits_client; and its correlation rules.
"""

import pytest

from kuramori_lake.sigma.planning import plan
from kuramori_lake.sigma.tests.made import SYSMON, event, read, run

SHAPES = {
    "image or original name, command line, all of": """
logsource: {category: process_creation, product: windows}
detection:
    selection_img:
        - Description|contains: 'Packer'
        - Image|endswith:
              - '\\pack.exe'
              - '\\packa.exe'
        - OriginalFileName:
              - 'pack.exe'
    selection_password:
        CommandLine|contains: ' -p'
    selection_action:
        CommandLine|contains|windash: [' -a ', ' -u ']
    filter_main_parent:
        ParentImage|startswith: ['C:\\Program Files\\', 'C:\\Program Files (x86)\\']
    filter_optional_null:
        ParentImage: null
        Image: ''
    condition: all of selection_* and not 1 of filter_main_* and not 1 of filter_optional_*
""",
    "wildcards inside a text": """
logsource: {category: process_creation, product: windows}
detection:
    selection_plain:
        CommandLine|contains: [' -e* AAB', 'tasks* /create *Data', ' x::y ']
    condition: selection_plain
""",
    "one of many names in other folders": """
logsource: {category: file_event, product: windows}
detection:
    selection:
        TargetFilename|endswith: ['\\one.exe', '\\two.exe']
    filter_main_generic:
        TargetFilename|contains: [':\\Windows\\System32\\', ':\\$WINDOWS.~BT\\', '\\SystemRoot\\']
        Image|endswith: ':\\Windows\\System32\\svc.exe'
    condition: selection and not 1 of filter_main_*
""",
    "created in another year": """
logsource: {category: file_change, product: windows}
detection:
    selection1: {PreviousCreationUtcTime|startswith: '2022'}
    filter1: {CreationUtcTime|startswith: '2022'}
    gen_filter:
        - Image: 'C:\\Windows\\system32\\x.exe'
        - TargetFilename|endswith: ['.tmp', '.temp']
    condition: (( selection1 and not filter1 ) or ( filter1 and not selection1 )) and not 1 of gen_filter*
""",
    "a program deletes itself": """
logsource: {category: file_delete, product: windows}
detection: {selection: {TargetFilename|fieldref: Image}, condition: selection}
""",
    "event number and address outside": """
logsource: {product: windows, service: security}
detection:
    selection: {EventID: [4624, 4625], LogonType: 3}
    filter_main_local: {IpAddress|cidr: ['::1/128', '10.0.0.0/8', '172.16.0.0/12', 'fc00::/7', 'fe80::/10']}
    filter_main_empty: {IpAddress: '-'}
    condition: selection and not 1 of filter_main_*
""",
    "share and pipe": """
logsource: {product: windows, service: security, definition: 'needs auditing'}
detection:
    selection1: {EventID: 5145, ShareName: '\\\\\\\\\\*\\IPC$'}
    known: {RelativeTargetName: ['atsvc', 'samr']}
    condition: selection1 and not known
""",
    "access list in words": """
logsource: {product: windows, service: security}
detection:
    selection: {EventID: 5145, ObjectType: File, AccessList|contains: ['WriteData', '%%4417']}
    condition: selection
""",
    "service installed, by regular expression": """
logsource: {product: windows, service: system}
detection:
    selection: {Provider_Name: 'Service Control Manager', EventID: 7045, ServiceType: '0x10', StartType: 3}
    name: {ServiceName|re: '(^[a-zA-Z]{4}$)|(^[a-zA-Z]{8}$)'}
    path: {ImagePath|re: '(?i)^%systemroot%\\\\[a-z]{8}\\.exe$'}
    condition: all of them
""",
    "devices": """
logsource: {product: windows, service: driver-framework}
detection: {selection: {EventID: [2003, 2100, 2102]}, condition: selection}
""",
    "disk or stick": """
logsource: {product: windows, service: security}
detection:
    selection: {EventID: 6416, ClassName: 'DiskDrive'}
    selection2: {DeviceDescription: 'USB Mass Storage Device'}
    condition: selection or selection2
""",
    "print service with words": """
logsource: {product: windows, service: printservice-operational}
detection:
    selection: {EventID: 316}
    keywords: ['UNIDRV.DLL, base.dll, ', ' 123 ']
    condition: selection and keywords
""",
    "registry value": """
logsource: {category: registry_set, product: windows}
detection:
    selection: {TargetObject|endswith: '\\Services\\USBSTOR\\Start', Details: 'DWORD (0x00000004)'}
    condition: selection
""",
    "encoded in three ways": """
logsource: {category: process_creation, product: windows}
detection:
    selection: {CommandLine|wide|base64offset|contains: ['http://', 'https://']}
    condition: selection
""",
    "hashes": """
logsource: {category: driver_load, product: windows}
detection:
    selection: {Hashes|contains: ['SHA256=00ff', 'MD5=aa']}
    condition: selection
""",
    "module log with words of all": """
logsource: {category: ps_script, product: windows}
detection:
    selection: {ScriptBlockText|contains|all: ['Get-Item', '-Recurse']}
    condition: selection
""",
    "signing level": """
logsource: {product: windows, service: codeintegrity-operational}
detection:
    selection: {EventID: [3033, 3034]}
    filter_optional: {FileNameBuffer|endswith: '\\a.dll', RequestedPolicy: [8, 12]}
    condition: selection and not 1 of filter_optional_* or selection and not filter_optional
""",
}


@pytest.mark.parametrize("name", [name for name in SHAPES if name != "signing level"])
@pytest.mark.parametrize("dialect", ["duckdb", "clickhouse"])
def test_a_shape_converts(name, dialect):
    compiled = plan(read(f"title: {name}\n{SHAPES[name]}"), dialect)
    assert not compiled.refused
    assert compiled.rules == 1


def test_a_pattern_of_detections_that_matches_none_is_refused():
    assert "doesn't match any detection" in read(f"title: a\n{SHAPES['signing level']}").refused[0].values[0][1]


def _found(name, *events):
    return [one.event_ids[0] for one in run(f"title: a\n{SHAPES[name]}", events)]


def _process(number, **fields):
    return event(number, activity="process_start", fields={"Channel": SYSMON, "EventID": 1} | fields)


def test_programs_are_known_by_name_or_by_their_own_word():
    packed = {"CommandLine": r"x /a -pSecret c:\x"}
    assert _found(
        "image or original name, command line, all of",
        _process(1, Image=r"D:\PACK.exe", **packed),
        _process(2, Image=r"D:\renamed.exe", OriginalFileName="Pack.exe", **packed),
        _process(3, Image=r"D:\other.exe", **packed),
        _process(4, Image=r"D:\pack.exe", ParentImage=r"C:\Program Files\tool.exe", **packed),
        _process(5, Image=r"D:\pack.exe", CommandLine="x -p"),
    ) == [1, 2]


def test_security_log_programs_stand_for_those_of_sysmon():
    fields = {"Channel": "Security", "EventID": 4688, "NewProcessName": r"C:\pack.exe", "CommandLine": "x -a -p1"}
    assert _found(
        "image or original name, command line, all of", event(1, activity="process_start", fields=fields)
    ) == [1]


def test_an_address_outside_is_one_that_is_in_no_network_of_ours():
    def logon(number, address):
        fields = {"Channel": "Security", "EventID": 4624, "LogonType": 3, "IpAddress": address}
        return event(number, activity="logon", fields=fields)

    events = [
        logon(number, address) for number, address in enumerate(["203.0.113.9", "10.9.9.9", "fe80::5", "-", "::1"])
    ]
    assert _found("event number and address outside", *events) == [0]


def test_a_device_of_each_of_its_logs():
    channel = "Microsoft-Windows-DriverFrameworks-UserMode/Operational"
    assert _found("devices", event(1, fields={"Channel": channel, "EventID": 2003})) == [1]
    assert _found("devices", event(1, fields={"Channel": "Security", "EventID": 2003})) == []
    fields = {"Channel": "Security", "EventID": 6416, "ClassName": "DiskDrive"}
    assert _found("disk or stick", event(1, activity="device_connect", fields=fields)) == [1]


def test_words_anywhere_in_a_print_event():
    fields = {
        "Channel": "Microsoft-Windows-PrintService/Operational",
        "EventID": 316,
        "Param1": "x unidrv.dll, BASE.dll, y",
    }
    assert _found("print service with words", event(1, activity="system_event", fields=fields)) == [1]
    assert _found("print service with words", event(1, fields=fields | {"Param1": "unidrv.dll"})) == []


def test_a_service_with_a_name_of_eight_letters():
    fields = {
        "Channel": "System",
        "EventID": 7045,
        "Provider_Name": "Service Control Manager",
        "ServiceName": "abcdEFGH",
        "ImagePath": r"%SystemRoot%\qwertyui.exe",
        "ServiceType": "0x10",
        "StartType": 3,
    }
    assert _found("service installed, by regular expression", event(1, fields=fields)) == [1]
    assert _found("service installed, by regular expression", event(1, fields=fields | {"ServiceName": "abcde"})) == []


def test_a_program_that_deletes_its_own_file():
    fields = {"Channel": SYSMON, "EventID": 23, "Image": r"C:\a.exe", "TargetFilename": r"c:\A.exe"}
    assert _found("a program deletes itself", event(1, activity="delete", fields=fields)) == [1]
    assert _found("a program deletes itself", event(1, activity="delete", fields=fields | {"Image": "b"})) == []
