"""The roles that the platform and its processes come with; administrators add their own.

Names are shown to people. A role marked with its unit is held in many offices, so
labels say which: 衛生局承辦人. The others are one office's own and name it themselves.
"""

from __future__ import annotations

from engine.directory.values import Role

_LOCAL = (
    ("agency_handler", "承辦人", "Case officer"),
    ("agency_hr", "人事人員", "Personnel officer"),
    ("agency_acct", "主計人員", "Accounting officer"),
    ("agency_head", "首長", "Head of agency"),
    ("host_agency", "業管承辦", "Host case officer"),
    ("lead_handler", "主辦承辦人", "Lead case officer"),
    ("lead_chief", "主辦科長", "Lead section chief"),
    ("lead_head", "主辦機關首長", "Head of the lead agency"),
    ("co_handler", "協辦承辦人", "Co-handling case officer"),
    ("registrar", "登記桌", "Registrar"),
)
_CITY = (
    ("dispatcher", "分文主管", "Dispatching supervisor"),
    ("labor_handler", "職工管理科承辦", "Worker Management case officer"),
    ("labor_chief", "職工管理科科長", "Worker Management section chief"),
    ("personnel_dept", "人事處會辦", "Department of Personnel reviewer"),
    ("budget_dept", "主計處會辦", "Department of Budget reviewer"),
    ("finance_bureau", "財政局會辦", "Finance Bureau reviewer"),
    ("labor_bureau", "勞工局會辦", "Labor Affairs Bureau reviewer"),
    ("rdec_reviewer", "研考會會辦", "Research and Evaluation Commission reviewer"),
    ("epb_reviewer", "環境保護局會辦", "Environmental Protection Bureau reviewer"),
    ("panel_member", "審核小組委員", "Review panel member"),
    ("panel_chair", "審核小組召集人", "Review panel chair"),
    ("vehicle_handler", "車輛管理承辦", "Vehicle management case officer"),
    ("vehicle_chief", "車輛管理科長", "Vehicle management section chief"),
    ("confidential_handler", "機要科承辦", "Confidential Section case officer"),
    ("inspection_handler", "視察室承辦", "Inspection Office case officer"),
    ("ethics_officer", "政風人員", "Ethics officer"),
    ("control_officer", "研考管考人員", "Control officer"),
    ("intl_handler", "國際事務科承辦", "International Affairs case officer"),
    ("intl_chief", "國際事務科科長", "International Affairs section chief"),
    ("calendar_keeper", "行程與行事曆管理", "Calendar keeper"),
    ("general_affairs", "總務科承辦", "General Affairs case officer"),
    ("press_officer", "新聞聯繫窗口", "Press officer"),
    ("police_officer", "警衛勤務窗口", "Security officer"),
    ("legal_officer", "法制人員", "Legal officer"),
    ("secretary", "主任秘書", "Chief secretary"),
    ("aia_head", "行政暨國際處處長", "Director-General, Administration and International Affairs"),
    ("sec_gen", "秘書長", "Secretary-General"),
    ("deputy_sec_gen", "副秘書長", "Deputy Secretary-General"),
    ("deputy_mayor", "副市長", "Deputy Mayor"),
    ("mayor", "市長", "Mayor"),
    ("archivist", "檔案管理人員", "Archivist"),
)
_PLATFORM = (
    ("process_owner", "流程負責人", "Process owner"),
    ("administrator", "系統管理者", "Administrator"),
    ("operator", "維運人員", "Operator"),
    ("auditor", "稽核人員", "Auditor"),
)


def _roles() -> tuple[Role, ...]:
    rows = [(row, True, False) for row in _LOCAL] + [(row, False, False) for row in _CITY]
    rows += [(row, False, True) for row in _PLATFORM]
    return tuple(
        Role(key, name, name_en, shown_with_unit=with_unit, is_platform=platform, sort=number)
        for number, ((key, name, name_en), with_unit, platform) in enumerate(rows, start=1)
    )


STANDARD_ROLES: tuple[Role, ...] = _roles()
