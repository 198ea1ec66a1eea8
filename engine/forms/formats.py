"""Formats that a text field may name: telephone, company number, document number …

Each is a function from the text to the tidy text; it raises ValueError where the text
is not of that format. Rule sources: domain section A (document number `^.+字第\\d{10,11}號$`),
the Ministry of Finance's check digit for the company number (統一編號, 112-04 rule:
divisible by 5), the numbering plan for telephones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

Format = Callable[[str], str]

_LANDLINE = re.compile(r"(?:\+886-?|0)[2-8]\d{0,2}\d{6,8}(?:#\d{1,6})?")
_MOBILE = re.compile(r"(?:\+886-?|0)9\d{8}")
_INTERNATIONAL = re.compile(r"\+[1-9]\d{6,14}(?:#\d{1,6})?")
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_URL = re.compile(r"https?://[^\s/?#@]+\.[^\s/?#@]+(?:[/?#]\S*)?", re.IGNORECASE)
_DOCUMENT_NUMBER = re.compile(r".+字第\d{10,11}號")
_WEIGHTS = (1, 2, 1, 2, 1, 2, 4, 1)


def tw_phone(text: str) -> str:
    """A telephone of Taiwan, landline with area code or mobile, extension after `#` or 轉; or +country."""
    dialled = _dialled(text)
    if _MOBILE.fullmatch(dialled) or _LANDLINE.fullmatch(dialled) or _INTERNATIONAL.fullmatch(dialled):
        return _tidy(text)
    raise ValueError("tw-phone")


def tw_mobile(text: str) -> str:
    """A mobile number of Taiwan."""
    if not _MOBILE.fullmatch(_dialled(text)):
        raise ValueError("tw-mobile")
    return _tidy(text)


def tw_company_no(text: str) -> str:
    """統一編號: eight digits with their check digit."""
    digits = _tidy(text)
    if not re.fullmatch(r"[0-9]{8}", digits):
        raise ValueError("tw-company-no")
    products = [int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)]
    total = sum(product // 10 + product % 10 for product in products)
    if total % 5 == 0 or (digits[6] == "7" and (total + 1) % 5 == 0):
        return digits
    raise ValueError("tw-company-no")


def email(text: str) -> str:
    """An e-mail address."""
    address = _tidy(text)
    if not _EMAIL.fullmatch(address) or len(address) > 254 or ".." in address:
        raise ValueError("email")
    return address


def url(text: str) -> str:
    """An address on the web, http or https."""
    address = text.strip()
    if not _URL.fullmatch(address) or len(address) > 2000:
        raise ValueError("url")
    return address


def document_number(text: str) -> str:
    """發文字號: 高市府四維研秘字第1000009080號."""
    number = re.sub(r"\s+", "", _tidy(text))
    if not _DOCUMENT_NUMBER.fullmatch(number):
        raise ValueError("doc-no")
    return number


FORMATS: dict[str, Format] = {
    "tw-phone": tw_phone,
    "tw-mobile": tw_mobile,
    "tw-company-no": tw_company_no,
    "email": email,
    "url": url,
    "doc-no": document_number,
}


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _dialled(text: str) -> str:
    """The number without what people put between digits."""
    plain = _tidy(text).replace("轉", "#").replace("分機", "#").lower().replace("ext.", "#").replace("ext", "#")
    return re.sub(r"[\s()\-.]+", "", plain.replace("##", "#"))
