"""An installation starts safe or not at all: its folder is closed, its key its own, its database named plainly (O1)."""

import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from kuramori.site import configuration
from kuramori.site.configuration import data_folder, database, gigabytes, mail_server, one_of, secret_key


def test_the_data_folder_is_made_and_closed_to_others(tmp_path: Path) -> None:
    folder = data_folder({"KURAMORI_DATA": str(tmp_path / "new" / "data")})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_without_a_word_it_lies_where_one_stands(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert data_folder({}) == tmp_path / "kuramori-data"


def test_each_installation_has_a_key_of_its_own_that_stays(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = secret_key(tmp_path / "a"), secret_key(tmp_path / "b")
    assert first != second
    assert secret_key(tmp_path / "a") == first
    assert len(first) >= 64
    assert stat.S_IMODE((tmp_path / "a" / "secret-key").stat().st_mode) == 0o600


def test_a_crash_while_the_key_is_made_leaves_none_and_the_next_start_makes_it(tmp_path: Path, monkeypatch) -> None:
    def crash(*_paths: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(configuration.os, "link", crash)
        secret_key(tmp_path)
    assert list(tmp_path.iterdir()) == [], "no empty key, which Django would refuse at each start (L5)"
    assert len(secret_key(tmp_path)) >= 64


def test_of_two_that_start_for_the_first_time_at_once_both_have_the_same_key(tmp_path: Path, monkeypatch) -> None:
    def meanwhile(_draft: Path, path: Path) -> None:
        Path(path).write_text("k" * 64)
        Path(path).chmod(0o600)
        raise FileExistsError

    monkeypatch.setattr(configuration.os, "link", meanwhile)
    assert secret_key(tmp_path) == "k" * 64
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_a_key_that_others_can_read_is_refused_with_the_remedy(tmp_path: Path) -> None:
    secret_key(tmp_path)
    (tmp_path / "secret-key").chmod(0o644)
    with pytest.raises(ImproperlyConfigured, match="chmod 600"):
        secret_key(tmp_path)


def test_sqlite_in_the_data_folder_commits_durably(tmp_path: Path) -> None:
    found = database({}, tmp_path)
    assert found["NAME"] == tmp_path / "kuramori.sqlite3"
    assert "synchronous=FULL" in found["OPTIONS"]["init_command"]
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u:p%40ss@db.example:5433/kuramori", ("kuramori", "u", "p@ss", "db.example", "5433")),
        ("postgres://u@/k?host=/run/postgresql", ("k", "u", "", "/run/postgresql", "")),
        ("postgresql://localhost/k", ("k", "", "", "localhost", "")),
    ],
)
def test_a_postgresql_address_is_read_as_written(tmp_path: Path, url: str, expected: tuple[str, ...]) -> None:
    found = database({"KURAMORI_DATABASE_URL": url}, tmp_path)
    assert tuple(found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")) == expected


def test_further_parameters_reach_the_driver(tmp_path: Path) -> None:
    found = database({"KURAMORI_DATABASE_URL": "postgresql://h/k?sslmode=verify-full"}, tmp_path)
    assert found["OPTIONS"] == {"sslmode": "verify-full"}


def test_another_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="postgresql://"):
        database({"KURAMORI_DATABASE_URL": "mysql://h/k"}, tmp_path)


def test_mail_goes_to_this_machine_unless_a_server_is_named_and_then_over_tls() -> None:
    here = mail_server({})
    assert (here["EMAIL_HOST"], here["EMAIL_PORT"], here["EMAIL_USE_TLS"]) == ("localhost", 25, False)
    there = mail_server({"KURAMORI_SMTP": "smtp://kura:p%40ss@mail.example.jp:587", "KURAMORI_MAIL_FROM": "k@a.jp"})
    assert (there["EMAIL_HOST_USER"], there["EMAIL_HOST_PASSWORD"]) == ("kura", "p@ss")
    assert (there["EMAIL_PORT"], there["EMAIL_USE_TLS"], there["EMAIL_USE_SSL"]) == (587, True, False)
    assert there["DEFAULT_FROM_EMAIL"] == "k@a.jp"
    wrapped = mail_server({"KURAMORI_SMTP": "smtps://mail.example.jp"})
    assert (wrapped["EMAIL_PORT"], wrapped["EMAIL_USE_TLS"], wrapped["EMAIL_USE_SSL"]) == (465, False, True)


@pytest.mark.parametrize("address", ["mail.example.jp", "http://mail.example.jp", "smtp://"])
def test_a_mail_server_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="KURAMORI_SMTP"):
        mail_server({"KURAMORI_SMTP": address})


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "４", "many"])
def test_a_share_of_gigabytes_is_a_whole_number_from_one_on(text: str) -> None:
    assert gigabytes({}, "KURAMORI_CUSTODY_CHECK_GB", 32) == 32 << 30
    assert gigabytes({"KURAMORI_CUSTODY_CHECK_GB": "4"}, "KURAMORI_CUSTODY_CHECK_GB", 32) == 4 << 30
    with pytest.raises(ImproperlyConfigured, match="KURAMORI_CUSTODY_CHECK_GB"):
        gigabytes({"KURAMORI_CUSTODY_CHECK_GB": text}, "KURAMORI_CUSTODY_CHECK_GB", 32)


@pytest.mark.parametrize("text", ["", "duckdb", "clickhouse"])
def test_a_choice_is_one_of_the_words_and_the_first_when_nothing_is_said(text: str) -> None:
    assert one_of({"KURAMORI_LAKE_ENGINE": text}, "KURAMORI_LAKE_ENGINE", ("duckdb", "clickhouse")) == (
        text or "duckdb"
    )
    assert one_of({}, "KURAMORI_LAKE_ENGINE", ("duckdb", "clickhouse")) == "duckdb"


@pytest.mark.parametrize("text", ["ClickHouse", "oracle", " duckdb"])
def test_another_word_stops_the_start_and_names_the_words(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="KURAMORI_LAKE_ENGINE must be one of: duckdb, clickhouse"):
        one_of({"KURAMORI_LAKE_ENGINE": text}, "KURAMORI_LAKE_ENGINE", ("duckdb", "clickhouse"))
