"""The roster: every system's export is read, people are found by number, then name, and strangers are told."""

import pytest

from instructor.grading.commands import give_roster
from instructor.grading.intake import DUE, REFUSED
from instructor.grading.layouts.base import Pupil
from instructor.grading.roster import NoRoster, Roster
from tests.grading.layouts.builder import FIRST, SECOND, unpacked, work, written
from tests.grading.layouts.test_layouts import N, look

EXPORTS = {
    "ours": "id,name,group\n7001,Ada Lovelace,A\n7002,Böb O'Brien,B\n",
    "moodle": '\ufeff"First name",Surname,"ID number","Email address",Groups\nAda,Lovelace,7001,ada@x.org,A\n'
              "Böb,O'Brien,7002,bob@x.org,B\n",
    "moodle, German": "Vorname;Nachname;Matrikelnummer;E-Mail\nAda;Lovelace;7001;ada@x.org\nBöb;O'Brien;7002;bob@x.org\n",
    "moodle in German": "\ufeffVorname;Nachname;ID-Nummer;E-Mail-Adresse;Gruppen\nAda;Lovelace;7001;ada@x.org;A\n"
                        "Böb;O'Brien;7002;bob@x.org;B\n",
    "the last name is called name": "Name;Vorname;Matrikelnummer\nLovelace;Ada;7001\nO'Brien;Böb;7002\n",
    "lines of an old Mac": "id,name\r7001,Ada Lovelace\r7002,Böb O'Brien\r",
    "canvas": "Student,ID,SIS User ID,SIS Login ID,Section,Week 1\n    Points Possible,,,,,12\n"
              '"Lovelace, Ada",101,7001,ada,A,\n"O\'Brien, Böb",102,7002,bob,B,3\n"Student, Test",9,,x,A,\n',
    "blackboard": '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Availability"\nLovelace\tAda\tada\t7001\tYes\n'
                  "O'Brien\tBöb\tbob\t7002\tYes\n",
    "brightspace": "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator\n"
                   "#7001,#ada,Lovelace,Ada,ada@x.org,#\n#7002,#bob,O'Brien,Böb,bob@x.org,#\n",
    "sakai": "Student ID,Student Name\nada,\"Lovelace, Ada\"\nbob,\"O'Brien, Böb\"\n",
    "gradescope": "First Name,Last Name,SID,Email,Section\nAda,Lovelace,7001,ada@x.org,A\nBöb,O'Brien,7002,bob@x.org,B\n",
    "github classroom": "identifier,github_username,github_id,name\n7001,ada,1,Ada Lovelace\n7002,bob,2,Böb O'Brien\n",
    "nbgrader": "id,last_name,first_name,email,lms_user_id\nada,Lovelace,Ada,ada@x.org,1\nbob,O'Brien,Böb,bob@x.org,2\n",
}


def roster(tmp_path, text, encoding="utf-8"):
    return Roster(written(tmp_path / "roster.csv", text.encode(encoding)))


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_exports_are_read(tmp_path, name, encoding):
    found = roster(tmp_path, EXPORTS[name], encoding)
    assert len(found.people) == 2
    ada, bob = found.people
    for said in ("Ada Lovelace", "Lovelace, Ada", "LOVELACE Ada"):
        assert found.find(said) == (ada, "")
    assert found.find("Bob O'Brien") == (bob, "") and found.find("lovelaceada")[0] is ada
    assert found.find("Zoe Young") == (None, "not on the roster")
    number = next(item for item in bob.ids if "@" not in item)
    assert found.find("Ada Lovelace", number)[0] is bob and "the number decides" in found.find("Ada Lovelace", number)[1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("sign", ",;\t|")
@pytest.mark.parametrize("above", ["", "sep={}\n", "Course RNN{0}{0}\n{0}{0}\n"])
@pytest.mark.parametrize("number", ["0012345", "12345", "12345.0", '"=""0012345"""', "'0012345", "#0012345", "Participant 0012345"])
def test_a_table_is_read_as_spreadsheets_leave_it(tmp_path, encoding, sign, above, number):
    text = above.format(sign) + sign.join(('" ID "', " name", "group")) + "\n" + sign.join((number, ' "Zoë M"', "A")) + "\n"
    text += sign.join(("1.23E+05", "Eve Y", "")) + "\n"
    found = roster(tmp_path, text, encoding)
    zoe, eve = found.people
    assert found.find("0012345")[0] is found.find("x", "0012345", True)[0] is found.find("Zoë M")[0] is zoe
    assert eve.ids == () and zoe.group == "A" and found.find("123000")[0] is None


def test_zeros_in_front_part_those_whom_nothing_else_does(tmp_path):
    found = roster(tmp_path, "id,name\n007,Ada\n7,Bob\n08,Cy\n")
    assert [found.find(item)[0].name for item in ("007", "7", "08", "8")] == ["Ada", "Bob", "Cy", "Cy"]


def test_what_is_no_roster_says_what_is_expected(tmp_path):
    for text in ("", "a,b\n1,2\n", "id,name\n" + 'x' * 200_000):
        with pytest.raises(NoRoster, match="expected titles of columns|as .csv"):
            roster(tmp_path, text)


def test_everybody_has_a_row_strangers_are_told_and_one_person_is_one(tmp_path):
    people = roster(tmp_path, EXPORTS["moodle"] + "Cy,Young,7003,cy@x.org,B\nLi,Na,7004,li@x.org,B\n")
    intake = look(unpacked(tmp_path / "class", {
        f"w1/Ada Lovelace_11_assignsubmission_file_/{N}": work(), "w2/Ada Lovelace_21_assignsubmission_file_/x.ipynb": work(SECOND),
        f"w1/Mallory_12_assignsubmission_file_/{N}": work(), f"w1/bob@x.org_13_assignsubmission_file_/{N}": work(),
        f"w1/Young_14_assignsubmission_file_/{N}": work()}), roster=people)
    assert {(item.student, item.notebook) for item in intake.items if item.state == DUE} == {
        ("Ada_Lovelace", FIRST), ("Ada_Lovelace", SECOND), ("Mallory", FIRST), ("Böb_O_Brien", FIRST), ("Cy_Young", FIRST)}
    assert [person.name for person in intake.nothing] == ["Li Na"]
    told = dict(intake.doubts)
    assert told["Mallory"] == "not on the roster" and "part of the name" in told["Cy_Young"]
    assert "1 students have other numbers" in told["Ada_Lovelace"]


def test_a_name_does_not_make_one_student_another(tmp_path):
    """Eve calls herself Ada in Canvas: her number is her own."""
    people = roster(tmp_path, EXPORTS["canvas"])
    intake = look(unpacked(tmp_path / "class", {"lovelaceada_101_1001_x.ipynb": work(), "lovelaceada_666_1002_x.ipynb": work()}),
                  roster=people)
    keys = {item.who.number: item.student for item in intake.items if item.state == DUE}
    assert keys["101"] == "Lovelace__Ada" and keys["666"] not in ("Lovelace__Ada", "O_Brien__Böb")
    assert any("number decides" in words for _, words in intake.doubts)


def test_two_of_one_name_stay_two(tmp_path):
    people = roster(tmp_path, "id,name\n1,Ada Lovelace\n2,Ada Lovelace\n")
    intake = look(unpacked(tmp_path / "class", {f"Ada Lovelace_11_assignsubmission_file_/{N}": work(),
                                                f"Ada Lovelace_12_assignsubmission_file_/{N}": work()}), roster=people)
    assert len({item.student for item in intake.items if item.state == DUE}) == 2
    assert any("2 people on the roster" in words for _, words in intake.doubts)


def test_nobody_is_said_to_have_handed_in_nothing_whose_name_did(tmp_path):
    people = roster(tmp_path, "id,name\n1,Ada Lovelace\n2,Ada Lovelace\n3,Bob Ray\n")
    intake = look(unpacked(tmp_path / "class", {f"Ada Lovelace_11_assignsubmission_file_/{N}": work()}), roster=people)
    assert [person.name for person in intake.nothing] == ["Bob Ray"]
    without = give_roster(people, {item.student: Pupil(item.who.name) for item in intake.items if item.who})
    assert {person.key: others for person, others in without.items() if others} == {
        person.key: [item.student for item in intake.items if item.who] for person in people.people[:2]}
    assert give_roster(people, {people.people[0].key: Pupil("Ada Lovelace")}) == {person: [] for person in people.people[1:]}


def test_of_one_name_each_is_in_a_section_of_their_own(tmp_path):
    people = roster(tmp_path, "id,name,group\n1,Wei Zhang,Section A\n2,Wei Zhang,\"Lab 3, section b\"\n3,Ada Lovelace,Section B\n")
    intake = look(unpacked(tmp_path / "class", {f"Section A/Wei Zhang/{N}": work(), f"Section B/Wei Zhang/{N}": work(),
                                                f"Section B/Ada Lovelace/{N}": work()}), roster=people)
    assert {item.words[:9]: intake.people[item.student].ids for item in intake.items
            if "Wei" in item.words} == {"Section A": ("1",), "Section B": ("2",)}
    assert not intake.nothing and sum("by the folder around" in words for _, words in intake.doubts) == 2


def test_a_number_that_lasts_is_the_same_student_under_a_new_name(tmp_path):
    first = look(unpacked(tmp_path / "one", {"lovelaceada_101_1001_x.ipynb": work()}))
    second = look(unpacked(tmp_path / "two", {"byronada_101_1009_x.ipynb": work(SECOND)}), known=first.known)
    assert {item.student for item in first.items} == {item.student for item in second.items} == {"lovelaceada_101"}
    assert "is called byronada now" in dict(second.doubts)["lovelaceada_101"]


@pytest.mark.parametrize("name", ["Group 1 - 01_rnn_cell.ipynb", "Ada Lovelace and Bob Ray - 01_rnn_cell.ipynb"])
def test_what_is_named_as_a_groups_takes_nobodys_own_work_away(tmp_path, name):
    people = roster(tmp_path, "id,name,groups\n1,Ada Lovelace,Group 1\n2,Bob Ray,Group 1\n3,Cy Young,Group 2\n")
    intake = look(unpacked(tmp_path / "class", {f"Ada Lovelace - {N}": work(note="her own"), f"Cy Young - {N}": work(), name: work()}),
                  roster=people)  # each an hour later than the one before
    assert {item.student: item.words for item in intake.items if item.state == DUE} == {
        "Ada_Lovelace": f"Ada Lovelace - {N}", "Bob_Ray": name, "Cy_Young": f"Cy Young - {N}"}


@pytest.mark.parametrize("name", ["Group 1_55_assignsubmission_file/x.ipynb", "group1_101_9001_x.ipynb",
                                  "12-5 - Group 1 - Sep 24, 2026 926 PM/x.ipynb", "GROUP 1/01_rnn_cell.ipynb",
                                  "Ada Lovelace & Bob Ray/x.ipynb", "Ray, Bob, Lovelace, Ada - 01_rnn_cell.ipynb"])
def test_a_hand_in_of_a_group_is_each_members(tmp_path, name):
    people = roster(tmp_path, "id,name,groups\n1,Ada Lovelace,Group 1\n2,Bob Ray,\"Lab A, Group 1\"\n3,Cy Young,Group 2\n")
    intake = look(unpacked(tmp_path / "class", {name: work()}), roster=people)
    assert {(item.student, item.who.name) for item in intake.items if item.state == DUE} == {
        ("Ada_Lovelace", "Ada Lovelace"), ("Bob_Ray", "Bob Ray")}
    assert [person.name for person in intake.nothing] == ["Cy Young"]
    assert all("counts for each of them on the roster" in words for _, words in intake.doubts)


def test_three_words_that_are_in_one_name_each_are_a_team_and_two_may_be_a_strangers_name(tmp_path):
    people = roster(tmp_path, "id,name\n1,Ada Lovelace\n2,Bob Ray\n3,Cy Young\n4,Dan Doe\n")
    intake = look(unpacked(tmp_path / "class", {"ada_bob_young_hw1.ipynb": work(), "dan_ray_hw1.ipynb": work()}), roster=people)
    assert {item.who.name for item in intake.items if item.state == DUE} == {"Ada Lovelace", "Bob Ray", "Cy Young", "dan ray"}
    assert ("dan_ray", "not on the roster") in intake.doubts


@pytest.mark.parametrize("path", ["class/Zoë Müller.zip", "Projekt/Zoë Müller - hw1.html", "Submitted files/Zoë Müller/Projekt/Version 1/{}",
                                  "week 1/mueller_zoe/{}", "mueller.zoe.{}", "zmueller_{}"])
def test_a_class_of_one_is_who_the_roster_says(tmp_path, path):
    people = roster(tmp_path, "id,name\nzmueller,Zoë Müller\n2,Bob Ray\n3,Cy Young\n")
    content = {"hand in/report.pdf": b"x"} if path.endswith(".zip") else b"x" if path.endswith(".html") else work()
    intake = look(unpacked(tmp_path / "inbox", {path.format(N): content}), roster=people)
    assert {(item.student, item.state) for item in intake.items if item.who} == {("Zoë_Müller", DUE if "{}" in path else REFUSED)}
    assert [person.name for person in intake.nothing] == ["Bob Ray", "Cy Young"]


PAPERS = ("README.txt", "instructions.pdf", "hw1 instructions.pdf", "roster.csv", "grades_hw1.csv", "rubric.docx",
          "requirements.txt", "loss.png", "hw1.txt", "notes_hw1.md", "solution_hw1.html", "Syllabus 2026.pdf", "utils.py",
          "Grades-CS101-Week 1-98765.csv")


@pytest.mark.parametrize("ending", ["txt", "pdf", "docx", "py", "html", "md", "csv", "jpg"])
@pytest.mark.parametrize("form", ["{}_hw1", "hw1-{}", "{} - 01_rnn_cell", "01_rnn_cell_{}", "{}_HW1 (final)"])
def test_who_hands_in_something_else_has_a_row_and_a_paper_has_none(tmp_path, form, ending):
    files = {f"{form.format(name)}.ipynb": work() for name in ("ada", "bob")} | {f"{form.format('mia')}.{ending}": b"my answer"}
    for more in ((), PAPERS):
        intake = look(unpacked(tmp_path / f"class{len(more)}", files | dict.fromkeys(more, b"x")))
        rows = {item.student: item for item in intake.items if item.who}
        assert set(rows) == {"ada", "bob", "mia"}
        assert rows["mia"].state == REFUSED and "no notebook (.ipynb) is among what was handed in" in rows["mia"].why


def test_a_class_without_a_notebook_has_its_rows(tmp_path):
    files = {"ada_hw1.txt": b"x", "bob_hw1.md": b"x", "cy_homework1.pdf": b"x", "1234567_hw1.txt": b"x"}
    intake = look(unpacked(tmp_path / "class", files | dict.fromkeys(PAPERS, b"x")))
    assert {item.student for item in intake.items if item.who} == {"ada", "bob", "cy", "1234567"}


@pytest.mark.parametrize("path", ["Ada Ray - hw1.html", "Ada Ray - report.pdf", "home/Ada Ray/notes.txt"])
def test_a_class_of_one_without_a_notebook_has_its_row(tmp_path, path):
    intake = look(unpacked(tmp_path / "class", {path: b"x"}))
    assert [(item.student, item.state) for item in intake.items if item.who] == [("Ada_Ray", REFUSED)]
    papers = ("Grades-CS101-Week 1.csv", "README.md", "notes - week 1.txt")
    assert not any(item.who for item in look(unpacked(tmp_path / "papers", dict.fromkeys(papers, b"x"))).items)


@pytest.mark.parametrize("path", ["mia.txt", "mia answers.csv", "solutions/01_rnn_cell.ipynb", "Source/a.pdf"])
@pytest.mark.parametrize("flat", [True, False])
def test_a_roster_says_who_is_called_as_papers_and_folders_are(tmp_path, path, flat):
    people = roster(tmp_path, "id,name\n1,Ada\n2,Bob\n3,Zoe\n4,Solutions\n5,Source\n6,Mia\n")
    files = {f"{name}.ipynb" if flat else f"{name}/x.ipynb": work() for name in ("ada", "bob")}
    folder = unpacked(tmp_path / "class", {**files, path: work() if path.endswith(".ipynb") else b"x", "readme.txt": b"x"})
    intake = look(folder, roster=people)
    who = next(item for item in intake.items if item.words == path)
    assert who.student.lower() in path.lower() and who.state == (DUE if path.endswith(".ipynb") else REFUSED)
    assert len({item.student for item in intake.items if item.who}) == 3 == 6 - len(intake.nothing)
    assert {item.student for item in look(folder).items if item.who} == {"ada", "bob"}
