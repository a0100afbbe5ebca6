from __future__ import annotations

from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_follow.exchange import LONGEST, Line, read_lines, resolve


def read(text: str) -> list[tuple[int, str]]:
    return [(line.number, line.address or line.problem) for line in read_lines(StringIO(text))]


class TestReadLines:
    def test_with_and_without_a_header(self):
        assert read("Account address,Show boosts\nann,true\n") == [(2, "ann")]
        assert read("ann,true\nbo\n") == [(1, "ann"), (2, "bo")]

    def test_header_in_another_order(self):
        assert read("\nShow boosts,account ADDRESS\ntrue,ann\ntrue\n") == [
            (3, "ann"),
            (4, "no account is named"),
        ]

    def test_a_header_is_the_first_line_only(self):
        assert read("ann\nAccount address\n") == [(1, "ann"), (2, "Account address")]

    def test_blanks_and_empty_lines(self):
        assert read("  ann , x\n\n , \nbo") == [(1, "ann"), (4, "bo")]

    def test_a_stray_quotation_mark_spoils_one_line(self):
        assert read('"ann\nbo\n"cy"\n') == [(1, "ann"), (2, "bo"), (3, "cy")]

    def test_characters_that_no_name_has(self):
        """Neither csv of every Python nor every database takes a zero byte."""
        lines = list(read_lines(StringIO("a\0nn\nann\rbo\ncy\n", newline="\n")))

        assert [(line.number, line.address) for line in lines] == [
            (1, "a\ufffdnn"),
            (2, ""),
            (3, "cy"),
        ]
        assert "new-line" in lines[1].problem

    def test_long_lines_are_not_held_in_memory(self):
        long = "x" * (3 * LONGEST)

        assert read(f"ann\n{long}\nbo\n{long}") == [
            (1, "ann"),
            (2, "the line is too long"),
            (3, "bo"),
            (4, "the line is too long"),
        ]
        assert read("x" * (LONGEST - 1) + "\nbo\n")[1] == (2, "bo")

    @pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
    def test_files(self, tmp_path, ending):
        path = tmp_path / "list.csv"
        path.write_bytes(f"\ufeffAccount address{ending}ann{ending}".encode())

        with open(path, encoding="utf-8-sig") as file:
            assert list(read_lines(file)) == [Line(2, "ann")]


@pytest.mark.django_db
class TestResolve:
    def names(self, user, *addresses, domain=""):
        lines = [Line(number, address) for number, address in enumerate(addresses, 1)]
        found, bad = resolve(user, lines, using="default", domain=domain)
        return [account.username for _, account in found.values()], [line.number for line in bad]

    def test_spellings(self, ann, bo):
        for address in ("bo", "@bo", "bo@example.org", "@bo@Example.org"):
            assert self.names(ann, address, domain="example.org") == (["bo"], [])

    def test_accounts_of_other_places(self, ann, bo):
        assert self.names(ann, "bo@example.org") == ([], [1])
        assert self.names(ann, "bo@example.com", domain="example.org") == ([], [1])

    def test_names_with_an_at_sign(self, ann, make_user):
        """The whole name goes before a part of it."""
        for name in ("bo", "@bo", "bo@example.org"):
            make_user(name)

        assert self.names(ann, "@bo") == (["@bo"], [])
        assert self.names(ann, "bo@example.org") == (["bo@example.org"], [])
        assert self.names(ann, "bo@example.org", domain="example.org") == (["bo"], [])
        assert self.names(ann, "@bo@example.org", domain="example.org") == (["@bo"], [])

    def test_repeated_lines(self, ann, bo):
        assert self.names(ann, "bo", "@bo") == (["bo"], [])

    def test_oneself_and_nobody(self, ann, bo):
        assert self.names(ann, "ann", "@", "", "bo") == (["bo"], [1, 2, 3])

    def test_one_query(self, ann, bo):
        for lines in ([Line(1, "bo")], [Line(number, f"x{number}") for number in range(50)]):
            with CaptureQueriesContext(connection) as queries:
                resolve(ann, lines, using="default")
            assert len(queries) == 1
