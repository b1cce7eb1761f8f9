from tools.lint.coverage import check


def file(*, lines=10, covered=10, missing=()):
    summary = {"num_statements": lines, "covered_lines": covered, "num_branches": 0, "covered_branches": 0}
    return {"summary": summary, "missing_lines": list(missing), "missing_branches": []}


def found(**files):
    return list(check({"files": {f"src/kuramori/register/{name}.py": one for name, one in files.items()}}))


def test_whole_coverage_is_welcome():
    assert found(rules=file(), views=file()) == []


def test_one_line_of_an_act_without_a_test_is_refused():
    (finding,) = found(acts=file(covered=9, missing=[7]))
    assert finding.line == 7


def test_a_branch_without_a_test_is_refused():
    half = file() | {"missing_branches": [[4, 9]]}
    (finding,) = found(queries=half)
    assert finding.line == 4


def test_elsewhere_nine_tenths_are_enough_over_the_whole_room():
    assert found(views=file(covered=8, missing=[1, 2]), forms=file()) == []
    (finding,) = found(views=file(covered=7, missing=[1, 2, 3]), forms=file())
    assert finding.path == "src/kuramori/register"


def test_the_lake_and_the_verifier_are_weighed_by_themselves():
    measured = {"files": {"src/kuramori_lake/store.py": file(covered=5, missing=[1, 2, 3, 4, 5])}}
    assert [finding.path for finding in check(measured)] == ["src/kuramori_lake"]


def test_a_file_of_a_folder_of_acts_is_an_act():
    measured = {"files": {"src/kuramori/register/acts/levels.py": file(covered=9, missing=[3])}}
    assert len(list(check(measured))) == 1
