"""The company's address book and the older methods that read it. Part of the stand-in in `dingtalk_server.py`.

There is no method for "everybody": departments are walked, and who somebody's manager is only `user/get` tells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.platforms.dingtalk_wire import Call, refused_legacy

ROOT = 1
PAGE = 100


@dataclass(slots=True)
class Department:
    """`leaders` are the user ids of those who lead it, the first one first."""

    id: int
    name: str
    parent: int = ROOT
    leaders: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Staff:
    """Somebody in the address book. Empty fields are left out of answers, as DingTalk does."""

    userid: str
    name: str
    departments: list[int] = field(default_factory=lambda: [ROOT])
    title: str = ""
    manager: str = ""
    email: str = ""
    """As an administrator has typed it."""
    org_email: str = ""
    """The mailbox the company has given them at DingTalk."""
    mobile: str = ""
    is_active: bool = True
    """Has signed in at least once; nobody else can be written to."""

    @property
    def union_id(self) -> str:
        return f"union-{self.userid}"


class Company:
    """Departments and people. `tell` hears of every change, as (event, kind of ids, ids)."""

    def __init__(self, tell: Callable[[str, str, list[Any]], None], may_see: Callable[[str], bool]) -> None:
        self.departments: dict[int, Department] = {ROOT: Department(ROOT, "拉班科技", 0)}
        self.staff: dict[str, Staff] = {}
        self._tell = tell
        self._may_see = may_see
        self.methods: dict[tuple[str, str], Callable[[Call], Any]] = {
            ("POST", "/topapi/v2/department/listsub"): self._list_sub,
            ("POST", "/topapi/v2/department/get"): self._get_department,
            ("POST", "/topapi/v2/user/list"): self._list_users,
            ("POST", "/topapi/user/listid"): self._list_ids,
            ("POST", "/topapi/v2/user/get"): self._get_user,
        }

    # --- what happens in it ---

    def founds(self, department_id: int, name: str, parent: int = ROOT, leaders: tuple[str, ...] = ()) -> Department:
        """A new department."""
        department = self.departments[department_id] = Department(department_id, name, parent, list(leaders))
        self._tell("org_dept_create", "deptId", [department_id])
        return department

    def reorganises(self, department_id: int, **changes: Any) -> None:
        """A department gets another name, parent or leaders."""
        for name, value in changes.items():
            setattr(self.departments[department_id], name, value)
        self._tell("org_dept_modify", "deptId", [department_id])

    def dissolves(self, department_id: int) -> None:
        """A department ends."""
        del self.departments[department_id]
        self._tell("org_dept_remove", "deptId", [department_id])

    def hires(self, staff: Staff) -> Staff:
        """Somebody joins."""
        self.staff[staff.userid] = staff
        self._tell("user_add_org", "userId", [staff.userid])
        return staff

    def changes(self, userid: str, **changes: Any) -> None:
        """Something about somebody changes."""
        for name, value in changes.items():
            setattr(self.staff[userid], name, value)
        self._tell("user_modify_org", "userId", [userid])

    def loses(self, userid: str) -> None:
        """Somebody leaves."""
        del self.staff[userid]
        self._tell("user_leave_org", "userId", [userid])

    # --- what is asked ---

    def _list_sub(self, call: Call) -> list[dict[str, Any]]:
        parent = self._department(call, or_root=True)
        return [
            {"dept_id": one.id, "name": one.name, "parent_id": one.parent, "auto_add_user": True, "create_dept_group": True}
            for one in self.departments.values()
            if one.parent == parent.id
        ]

    def _get_department(self, call: Call) -> dict[str, Any]:
        one = self._department(call)
        told = {"dept_id": one.id, "name": one.name, "order": one.id, "dept_manager_userid_list": list(one.leaders)}
        return told if one.id == ROOT else {**told, "parent_id": one.parent}

    def _list_users(self, call: Call) -> dict[str, Any]:
        department = self._department(call)
        cursor, size = call.given.get("cursor"), call.given.get("size")
        if not isinstance(cursor, int) or not isinstance(size, int) or cursor < 0 or not 1 <= size <= PAGE:
            raise refused_legacy(400002, "参数错误")
        people = self._in(department)
        page = [{**self._told(one), "leader": one.userid in department.leaders} for one in people[cursor : cursor + size]]
        if cursor + size < len(people):
            return {"has_more": True, "next_cursor": cursor + size, "list": page}
        return {"has_more": False, "list": page}

    def _list_ids(self, call: Call) -> dict[str, Any]:
        return {"userid_list": [one.userid for one in self._in(self._department(call))]}

    def _get_user(self, call: Call) -> dict[str, Any]:
        one = self.staff.get(call.text("userid"))
        if one is None:
            raise refused_legacy(60121, "找不到该用户")
        told = self._told(one)
        if one.manager:
            told["manager_userid"] = one.manager
        led = [(at, one.userid in self.departments[at].leaders) for at in one.departments if at in self.departments]
        told["leader_in_dept"] = [{"dept_id": at, "leader": is_leader} for at, is_leader in led]
        return told

    def _department(self, call: Call, *, or_root: bool = False) -> Department:
        asked = call.given.get("dept_id", ROOT if or_root else None)
        found = self.departments.get(asked) if isinstance(asked, int) else None
        if found is None:
            raise refused_legacy(60003, "部门不存在")
        return found

    def _in(self, department: Department) -> list[Staff]:
        return [one for one in self.staff.values() if department.id in one.departments]

    def _told(self, one: Staff) -> dict[str, Any]:
        told: dict[str, Any] = {
            "userid": one.userid,
            "unionid": one.union_id,
            "name": one.name,
            "dept_id_list": list(one.departments),
            "active": one.is_active,
            "admin": False,
            "boss": False,
            "avatar": "",
        }
        if one.title:
            told["title"] = one.title
        if self._may_see("fieldEmail"):
            told |= {name: address for name, address in (("email", one.email), ("org_email", one.org_email)) if address}
        if one.mobile and self._may_see("fieldMobile"):
            told["mobile"] = one.mobile
        return told
