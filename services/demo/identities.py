"""Names and numbers that nobody has. Every function is a bijection of its serial, turned by the seed."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

_ADDRESS_CODE = "639900"
_CENTURY_DAYS = 36_524
_ID_COUNT = _CENTURY_DAYS * 999
_ID_STEP = 15_485_863
"""A prime that does not divide _ID_COUNT, so that serials and numbers are one to one."""
_ACCOUNT_COUNT = 10**14
_ACCOUNT_STEP = 61_803_398_874_989
"""Ends in 9, so it has no divisor in common with a power of ten."""
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

_SURNAMES = "仉亓逄乜訾麴郏佴厍庹逯笪呙仝妫郄"
_GIVEN = "垚淼焱犇骉羴赑矗畾翀翯翛昶晔曌珏琤瑄璟甯祎禛稷筠"
_BEYOND_GBK = ("䶮", "𠮷", "㛃", "𬭎")
_PLACES = ("垚原", "犇野", "淼泉", "焱丰", "翀云", "昶禾", "曌光", "珏石", "筠林", "稷田", "羴羊", "骉川")
_TRADES = (
    "种养殖专业合作社",
    "牧业专业合作社",
    "建筑工程有限公司",
    "水电安装有限公司",
    "农机服务有限公司",
    "苗木有限公司",
    "建材厂",
    "商贸有限公司",
    "饲料有限公司",
    "农产品加工厂",
)

ENTERPRISE, PERSON, LISTED_PERSON, AGENT, UNIT, PAYER, PLANTED = "1", "2", "3", "4", "5", "6", "8"
"""The digit after the prefix of an account: whose it is. Serials are unique within a kind."""


class Identities:
    """Makes identities out of serials. Two seeds share the ranges, not the numbers."""

    def __init__(self, seed: int) -> None:
        generator = Random(f"{seed}:identities")
        self._id_start = generator.randrange(_ID_COUNT)
        self._account_start = generator.randrange(_ACCOUNT_COUNT)
        self._name_start = generator.randrange(10**6)

    def id_number(self, serial: int) -> str:
        """An 18-character ID number (GB 11643); serial below 36 million."""
        sequence, day = divmod((serial * _ID_STEP + self._id_start) % _ID_COUNT, _CENTURY_DAYS)
        born = date(1800, 1, 1) + timedelta(days=day)
        first = f"{_ADDRESS_CODE}{born:%Y%m%d}{sequence + 1:03d}"
        return first + id_check_character(first)

    def credit_code(self, serial: int) -> str:
        """An 18-character unified social credit code (GB 32100); serial below 100 million."""
        organisation = f"{(serial * 7_919 + self._id_start) % 10**8:08d}"
        first = f"91{_ADDRESS_CODE}{organisation}{_organisation_check(organisation)}"
        return first + credit_code_check_character(first)

    def account(self, kind: str, serial: int) -> str:
        """A bank account of 19 digits; serial below 10**14, unique within the kind."""
        return f"9999{kind}{(serial * _ACCOUNT_STEP + self._account_start) % _ACCOUNT_COUNT:014d}"

    def person_name(self, serial: int) -> str:
        """A name of two or three characters, all in GBK. Many people share one, as in life."""
        mixed = (serial + self._name_start) * 2_654_435_761 % 2**32
        name = _SURNAMES[mixed % len(_SURNAMES)] + _GIVEN[mixed // 97 % len(_GIVEN)]
        return name if mixed % 4 == 0 else name + _GIVEN[mixed // 8_191 % len(_GIVEN)]

    def rare_name(self, serial: int) -> str:
        """A name with a character that GBK does not have: for UTF-8 and GB 18030 files only."""
        return self.person_name(serial)[:2] + _BEYOND_GBK[serial % len(_BEYOND_GBK)]

    def enterprise_name(self, serial: int) -> str:
        """The name of an enterprise, a cooperative or a works."""
        mixed = (serial + self._name_start) * 2_654_435_761 % 2**32
        place = _PLACES[mixed % len(_PLACES)]
        return place + _GIVEN[mixed // 97 % len(_GIVEN)] + _TRADES[mixed // 8_191 % len(_TRADES)]


def id_check_character(first_17: str) -> str:
    """The last character of an ID number (GB 11643)."""
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, first_17, strict=True))
    return "10X98765432"[total % 11]


def credit_code_check_character(first_17: str) -> str:
    """The last character of a unified social credit code (GB 32100)."""
    total = sum(w * _CODE_ALPHABET.index(c) for w, c in zip(_CODE_WEIGHTS, first_17, strict=True))
    return _CODE_ALPHABET[(31 - total % 31) % 31]


def _organisation_check(first_8: str) -> str:
    total = sum(
        w * _ORGANISATION_ALPHABET.index(c) for w, c in zip(_ORGANISATION_WEIGHTS, first_8, strict=True)
    )
    return "0123456789X"[(11 - total % 11) % 11]
