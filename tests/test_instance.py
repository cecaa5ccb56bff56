"""A `planverk.toml` that cannot be used is refused with a sentence that says what, where and what to do."""

import shutil
from pathlib import Path

import pytest

from planverk.instance import InstanceError, read_instance

GOOD = (Path(__file__).parent / "odd/planverk.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('base = "https://data.example.org/"', "", "lacks `base` in [instance]"),
        ('base = "https://data.example.org/"', "base = 3", "must be the address"),
        ('"https://data.example.org/"', '"https://data.example.org"', "final slash"),
        ('"https://data.example.org/"', '"https://data.example.org/plan/"', "final slash only"),
        ('"https://data.example.org/"', '"ftp://data.example.org/"', "scheme, host"),
        ('languages = ["nb", "nn", "en"]', "languages = []", "languages of the site"),
        ('version = "1.0.0"', "version = 1", "such as 1.0.0"),
        ("issued = 2026-01-02", 'issued = "2026-01-02"', "without quotes"),
        ("[instance]", "[instance", "is not TOML"),
        ("[release]", "[catalogue.plans]\na = 1\n[release]", "[catalogue.plans.a] may have lists"),
        ("[release]", '[catalogue.plans.a]\nkeyword = ["hav"]\n[release]', "lists of themes and keywords"),
        ("[release]", '[catalogue.plans.a]\nkeywords = "hav"\n[release]', "lists of themes and keywords"),
        ("keywords =", "plans = []\nkeywords =", "must be tables"),
    ],
)
def test_a_wrong_setting_is_told_with_its_place_and_its_meaning(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "planverk.toml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InstanceError, match=r"planverk\.toml") as error:
        read_instance(tmp_path)
    assert said in str(error.value)


def test_a_folder_without_settings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InstanceError, match="Name the folder of an instance"):
        read_instance(tmp_path)


def test_the_mailbox_may_be_left_out(tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parent / "odd/planverk.toml", tmp_path)
    path = tmp_path / "planverk.toml"
    path.write_text(GOOD.replace('email = "plan@example.org"\n', ""), encoding="utf-8")
    assert read_instance(tmp_path).contact_email is None
